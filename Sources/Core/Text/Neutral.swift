/// Makes text that strangers have written fit to be read by a model: what a person would not see is taken out, so that
/// nothing can be said past the person who looks at the same text.
///
/// Control characters (but for tab and line feed), reversals of direction, zero-width characters, soft hyphens, tag
/// characters and variation selectors carry no meaning here and can carry a hidden message. A joiner stays where it
/// does its work: between the parts of an emoji, and within words of scripts that need it.
public enum Neutral {
    /// The text without what cannot be seen; itself when there is none.
    public static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isSuspect) else { return text }
        var output = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        var marks = 0
        for scalar in text.unicodeScalars {
            if !isSuspect(scalar) {
                // What parted a long row of marks is taken out, so the row is cut.
                marks = scalar.isCombiningMark ? marks + 1 : 0
                if marks > String.maxMarksInARow { continue }
                // CR LF is one line end, and the CR has given it already.
                if scalar != "\n" || previous != "\r" { output.append(scalar) }
            } else if let kept = replacement(scalar, after: output.last) {
                output.append(kept)
            }
            previous = scalar
        }
        return String(output)
    }

    /// The same on one line and with single spaces, for a text that stands within a sentence of ours.
    public static func line(_ text: String) -> String {
        // Names are one word of visible ASCII, which costs less to see than to take apart.
        if text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) { return text }
        return self.text(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The same in quotes, none of which stands in the text: it cannot end them and go on in words that pass for ours.
    public static func cited(_ text: String) -> String {
        let line = line(text)
        return "\"" + (line.utf8.contains(UInt8(ascii: "\"")) ? line.replacing("\"", with: "'") : line) + "\""
    }

    /// The same for a document in Markdown: it shows the text as it is, and makes no image, link, element of HTML or further
    /// column of it (CommonMark §2.4).
    public static func markdown(_ text: String) -> String {
        let line = Array(self.line(text).unicodeScalars)
        var output = String.UnicodeScalarView()
        for (index, scalar) in line.enumerated() {
            let isEscaped =
                switch scalar {
                case "\\", "`", "*", "[", "]", "<", ">", "|": true
                // Within a word it means nothing, and ids and addresses have it there.
                case "_": !isWord(line, index - 1) || !isWord(line, index + 1)
                // Before a word it may be a reference to a character that cannot be seen.
                case "&": isWord(line, index + 1) || index + 1 < line.count && line[index + 1] == "#"
                default: false
                }
            if isEscaped { output.append("\\") }
            output.append(scalar)
        }
        return String(output)
    }

    private static func isWord(_ line: [Unicode.Scalar], _ index: Int) -> Bool {
        line.indices.contains(index)
            && (line[index].properties.isAlphabetic || line[index].properties.numericType != nil)
    }

    /// The beginning of a caller's own text, for an error that repeats it: short, on one line, nothing hidden.
    public static func echo(_ text: String, max: Int = 100) -> String {
        if text.utf8.count <= max { return line(text) }
        // Cut by scalars: one character may have any number of them.
        return line(String(String.UnicodeScalarView(text.unicodeScalars.prefix(max))))
    }

    /// The text in quotes, without control characters and at most 80 characters long.
    public static func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(80) {
            shown +=
                scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
                ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\"" + shown + (text.unicodeScalars.count > 80 ? "…" : "") + "\""
    }

    /// The document with every text in it made neutral, names of members included.
    public static func json(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(self.text(text))
        case .array(let items): .array(items.map(self.json))
        case .object(let object):
            .object(JSONObject(object.members.map { (name: self.text($0.name), value: self.json($0.value)) }))
        case .null, .bool, .number: json
        }
    }

    private static func isSuspect(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: false
        case 0x00...0x1f, 0x7f...0x9f, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b...0x180f,
            0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x3164, 0xfdd0...0xfdef, 0xfe00...0xfe0f, 0xfeff, 0xffa0,
            0xfff0...0xfffb, 0x13430...0x1343f, 0x1bca0...0x1bca3, 0x1d173...0x1d17a, 0xe0000...0xe0fff:
            true
        // The last two of each plane are no characters.
        default: scalar.value & 0xfffe == 0xfffe
        }
    }

    /// What stands for a suspect; nil for nothing.
    private static func replacement(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x0d, 0x2028, 0x2029: "\n"
        case 0x00...0x1f: " "
        // Zero-width non-joiner and joiner, one at a time: elsewhere their presence would be a message of its own.
        case 0x200c, 0x200d: last.map(takesJoiner) == true ? scalar : nil
        // Emoji presentation: one at a time.
        case 0xfe0f: last.map(takesEmojiStyle) == true ? scalar : nil
        default: nil
        }
    }

    /// A letter of the scripts that spell with joiners (Arabic to Sinhala, Myanmar, Khmer, Mongolian), or an emoji.
    private static func takesJoiner(_ scalar: Unicode.Scalar) -> Bool {
        if isSuspect(scalar) { return scalar.value == 0xfe0f }
        switch scalar.value {
        case 0x600...0xdff, 0x1000...0x109f, 0x1780...0x18af, 0x2600...0x27bf, 0x1f000...0x1faff: return true
        default: return false
        }
    }

    private static func takesEmojiStyle(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x23, 0x2a, 0x30...0x39, 0xa9, 0xae, 0x203c, 0x2049, 0x2122...0x2bff, 0x3030, 0x303d, 0x3297, 0x3299,
            0x1f000...0x1faff:
            true
        default: false
        }
    }
}
