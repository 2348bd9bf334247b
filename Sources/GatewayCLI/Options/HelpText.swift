import Core

/// The parts that the pages of the help are made of; no line is longer than 80 columns.
package enum HelpText {
    package static let width = 80
    /// So many words of one option can be told; of more a shell knows all.
    static let mostChoices = 24

    /// A text on as many lines as it needs.
    static func lines(_ text: String) -> String { text.wrapped(to: width).joined(separator: "\n") + "\n" }

    package static func paragraph(_ text: String) -> String {
        "\n" + text.wrapped(to: width - 2).joined(separator: "\n") + "\n"
    }

    /// Options, each with what it is for.
    package static func list(_ rows: [OptionRow]) -> String {
        var text = ""
        for row in rows {
            let short = row.short.map { "\($0), " } ?? ""
            text += "  \(short)\(row.name)" + (row.placeholder.isEmpty ? "" : " " + row.placeholder) + "\n"
            for line in (row.help + choices(row)).wrapped(to: width - 6) { text += "      \(line)\n" }
        }
        return text
    }

    /// The words that an option takes, where the help does not name them.
    package static func choices(_ row: OptionRow) -> String {
        guard case .words(let words) = row.value, words.count <= mostChoices else { return "" }
        return " One of: \(words.joined(separator: ", "))."
    }

    /// Command lines, each with what it does.
    package static func list(_ examples: [(line: String, does: String)]) -> String {
        examples.map { row in
            let lines = row.line.wrapped(to: width - 8)
            return "  " + lines.joined(separator: " \\\n    ") + "\n      \(row.does)\n"
        }.joined()
    }

    /// Exit codes, each with when it is given.
    package static func list(_ exits: [ExitRow]) -> String {
        exits.map { exit in
            let number = String(exit.code)
            let lines = exit.meaning.wrapped(to: width - 7)
            return "  " + number + String(repeating: " ", count: 5 - number.count)
                + lines.joined(separator: "\n       ") + "\n"
        }.joined()
    }
}
