public import Core

/// Texts that strangers wrote, made fit to stand before a model or an operator: what cannot be seen is taken out, and they end
/// where they are told to.
public enum OutsideText {
    /// The text without escape sequences and without what cannot be seen.
    /// - Parameter max: octets that are kept; a longer text ends with a mark that says so.
    public static func text(_ text: String, max: Int = .max) -> String {
        cut(Neutral.text(withoutEscapes(text.streamSafe)), max: max)
    }

    /// The same on one line.
    public static func line(_ text: String, max: Int) -> String {
        cut(Neutral.line(withoutEscapes(text.streamSafe)), max: max)
    }

    /// Octets that should be UTF-8, as `text` has them; what is not becomes U+FFFD.
    public static func text(decoding octets: some Collection<UInt8>, max: Int = .max) -> String {
        text(String(decoding: octets, as: UTF8.self), max: max)
    }

    /// The document with every text in it cleaned, names of members included. Two members that become one keep the first.
    public static func json(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): return .string(self.text(text))
        case .array(let items): return .array(items.map(self.json))
        case .object(let object):
            let names = object.names.map { self.text($0) }
            let isSame = zip(names, object.names).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
            if isSame {
                return .object(JSONObject(object.members.map { (name: $0.name, value: self.json($0.value)) }))
            }
            var output: [(name: String, value: JSON)] = []
            var seen: Set<[UInt8]> = []
            for (name, member) in zip(names, object.members) where seen.insert(Array(name.utf8)).inserted {
                output.append((name: name, value: self.json(member.value)))
            }
            return .object(JSONObject(output))
        case .null, .bool, .number: return json
        }
    }

    /// Whether a reader sees all of the text. Line ends of any system count as seen.
    public static func isSeen(_ text: String) -> Bool {
        let lines = text.unicodeScalars.filter { $0 != "\r" }
        let plain = String(String.UnicodeScalarView(lines))
        return self.text(plain).utf8.elementsEqual(plain.utf8)
    }

    /// What stands at the end of a text that was cut.
    static let mark = " … [cut]"

    /// The first octets of the text, ending with a whole character of Unicode and a mark when something is missing.
    static func cut(_ text: String, max limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var octets = 0
        let room = max(0, limit - mark.utf8.count)
        let kept = text.unicodeScalars.prefix {
            octets += UTF8.width($0)
            return octets <= room
        }
        return String(String.UnicodeScalarView(kept)) + mark
    }
}

extension OutsideText {
    /// Where a reader of escape sequences stands (ECMA-48 §5.3 to §5.6).
    private enum EscapeState {
        case text
        /// After ESC.
        case escape
        /// After ESC and octets that prolong it.
        case intermediate
        /// Within a control sequence, `ESC [ … letter`.
        case control
        /// Within a control string, such as a title of the window or a link.
        case string
        /// After an ESC within a control string, which may be its end.
        case stringEscape
    }

    /// The text without the sequences that a terminal takes for commands: each goes as a whole, so that no remains of it stand in
    /// the text. A control string that does not end goes to the end of its line.
    public static func withoutEscapes(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value == 0x1b || (0x90...0x9f).contains($0.value) }) else {
            return text
        }
        var output = String.UnicodeScalarView()
        var state = EscapeState.text
        for scalar in text.unicodeScalars { state = step(state, scalar, &output) }
        return String(output)
    }

    private static func step(
        _ state: EscapeState, _ scalar: Unicode.Scalar, _ output: inout String.UnicodeScalarView
    ) -> EscapeState {
        let value = scalar.value
        switch state {
        case .text:
            switch value {
            case 0x1b: return .escape
            case 0x9b: return .control
            case 0x90, 0x98, 0x9d, 0x9e, 0x9f: return .string
            default:
                output.append(scalar)
                return .text
            }
        case .escape:
            switch scalar {
            case "[": return .control
            case "]", "P", "X", "^", "_": return .string
            default: break
            }
            if (0x20...0x2f).contains(value) { return .intermediate }
            return (0x30...0x7e).contains(value) ? .text : step(.text, scalar, &output)
        case .intermediate:
            if (0x20...0x2f).contains(value) { return .intermediate }
            return (0x30...0x7e).contains(value) ? .text : step(.text, scalar, &output)
        case .control:
            if (0x20...0x3f).contains(value) { return .control }
            return (0x40...0x7e).contains(value) ? .text : step(.text, scalar, &output)
        case .string:
            switch value {
            case 0x07, 0x9c: return .text
            case 0x0a, 0x0d: return step(.text, scalar, &output)
            case 0x1b: return .stringEscape
            default: return .string
            }
        case .stringEscape:
            return scalar == "\\" ? .text : step(.escape, scalar, &output)
        }
    }
}
