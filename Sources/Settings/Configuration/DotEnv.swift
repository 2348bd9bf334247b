/// A `.env` file: `NAME=value` lines, strictly.
///
/// Blank lines and lines that start with `#` are skipped; `export ` may precede a name. A value is bare (to the end of the
/// line or to a `#` after a space), in single quotes (as it stands) or in double quotes (`\n`, `\r`, `\t`, `\"`, `\\` and `\$` are
/// escapes). Nothing is expanded and no value spans lines. Whatever else is on a line is refused by its number, because
/// a line that is silently skipped is a setting that silently does not apply.
public enum DotEnv {
    /// One setting of the file.
    public struct Line: Sendable, Equatable {
        public let name: String
        public let value: String
        /// From 1.
        public let number: Int
    }

    /// Reads all lines; problems never hold a value, which may be a secret.
    public static func parse(_ text: String) -> (lines: [Line], problems: [ConfigurationError]) {
        var lines: [Line] = []
        var problems: [ConfigurationError] = []
        var firstLines: [String: Int] = [:]
        var content = text[...]
        if content.unicodeScalars.first == "\u{feff}" { content.unicodeScalars.removeFirst() }
        let rows = content.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, row) in rows.enumerated() {
            let number = index + 1
            var scalars = Array(row)
            if scalars.last == "\r" { scalars.removeLast() }
            var reader = LineReader(scalars)
            do throws(Malformed) {
                guard let (name, value) = try reader.assignment() else { continue }
                if let first = firstLines[name] {
                    problems.append(
                        ConfigurationError(name, "is set twice, first on line \(first)", from: .dotEnv(line: number)))
                    continue
                }
                firstLines[name] = number
                lines.append(Line(name: name, value: value, number: number))
            } catch {
                problems.append(
                    ConfigurationError(error.name ?? ".env", error.problem, from: .dotEnv(line: number)))
            }
        }
        return (lines, problems)
    }
}

private struct Malformed: Error {
    let name: String?
    let problem: String
}

private struct LineReader {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var name: String?

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func malformed(_ problem: String) -> Malformed { Malformed(name: name, problem: problem) }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    private mutating func skipBlanks() {
        while let scalar = next, Self.isBlank(scalar) { position += 1 }
    }

    /// The assignment of this line, nil when it is blank or a comment.
    mutating func assignment() throws(Malformed) -> (name: String, value: String)? {
        skipBlanks()
        guard let first = next, first != "#" else { return nil }
        if let control = scalars.first(where: { ($0.value < 0x20 && $0 != "\t") || $0.value == 0x7f }) {
            throw malformed("contains the control character \(control.escaped(asASCII: true))")
        }
        var name = word()
        if name == "export", let scalar = next, Self.isBlank(scalar) {
            skipBlanks()
            name = word()
        }
        guard let initial = name.unicodeScalars.first, !("0"..."9").contains(initial) else {
            throw malformed("expected NAME=value, a comment or a blank line")
        }
        guard next == "=" else {
            let end = position
            skipBlanks()
            // A word without any = may be a piece of a secret that spans lines: it is not shown.
            guard next == "=", position > end else { throw malformed("expected NAME=value, a comment or a blank line") }
            self.name = name
            throw malformed("expected = right after the name, without a space")
        }
        self.name = name
        position += 1
        if let scalar = next, Self.isBlank(scalar) {
            skipBlanks()
            guard next == nil || next == "#" else {
                throw malformed("expected the value right after =, without a space")
            }
            return (name, "")
        }
        return (name, try value())
    }

    private mutating func word() -> String {
        let start = position
        while let scalar = next {
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9", "_": position += 1
            default: return text(start..<position)
            }
        }
        return text(start..<position)
    }

    private func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }

    private mutating func value() throws(Malformed) -> String {
        switch next {
        case "'": return try quoted("'")
        case "\"": return try quoted("\"")
        default: return try bare()
        }
    }

    private mutating func bare() throws(Malformed) -> String {
        let start = position
        var end = position
        while let scalar = next {
            if scalar == "#", position == start || Self.isBlank(scalars[position - 1]) { break }
            if scalar == "\"" || scalar == "'" { throw malformed("has a quote inside; put the whole value in quotes") }
            position += 1
            if !Self.isBlank(scalar) { end = position }
        }
        return text(start..<end)
    }

    private mutating func quoted(_ quote: Unicode.Scalar) throws(Malformed) -> String {
        position += 1
        var value = String.UnicodeScalarView()
        while let scalar = next {
            position += 1
            if scalar == quote {
                try expectEnd()
                return String(value)
            }
            guard scalar == "\\", quote == "\"" else {
                value.append(scalar)
                continue
            }
            switch next {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "\"", "\\", "$": value.append(scalars[position])
            default: throw malformed("has an unknown escape after a backslash; use single quotes for plain text")
            }
            position += 1
        }
        throw malformed("has no closing quote")
    }

    private mutating func expectEnd() throws(Malformed) {
        let wasBlank = next.map(Self.isBlank) ?? true
        skipBlanks()
        guard next == nil || (next == "#" && wasBlank) else { throw malformed("has text after its closing quote") }
    }
}
