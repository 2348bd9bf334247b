import Core
package import Settings

/// One option of a command as data: parsing, help, manual page and completions read the same rows.
package struct OptionRow: Sendable, Equatable {
    /// What a shell can offer as the value of an option.
    package enum Value: Sendable, Equatable {
        /// The option stands alone for yes; another value follows after `=`.
        case yes([String])
        case words([String])
        case file
        /// A time zone, by its IANA name.
        case zone
        /// A template of the gateway.
        case template
        /// An event of the gateway, by its id.
        case event
        /// Something that only the user knows.
        case free

        /// What the program is asked for when the shell wants such a value.
        package var list: CompletionList? {
            switch self {
            case .zone: .zones
            case .template: .templates
            case .event: .events
            case .yes, .words, .file, .free: nil
            }
        }
    }

    /// With its two hyphens.
    package let name: String
    /// A hyphen and one letter that mean the same.
    package var short: String?
    /// What follows it.
    package let value: Value
    /// The name of the value in the help, such as `SECONDS`.
    package var placeholder = ""
    /// It may be given several times.
    package var repeats = false
    /// What it is for, in one sentence.
    package let help: String

    /// It stands alone; a value follows after `=` if at all.
    package var standsAlone: Bool { if case .yes = value { true } else { false } }

    package init(
        _ name: String, short: String? = nil, _ value: Value, _ placeholder: String,
        repeats: Bool = false, _ help: String
    ) {
        (self.name, self.short, self.value, self.placeholder) = (name, short, value, placeholder)
        (self.repeats, self.help) = (repeats, help)
    }

    /// An option without a value.
    package init(_ name: String, _ value: Value, _ help: String) { self.init(name, value, "", help) }

    /// An option that is a setting.
    package init(_ row: SettingRow) {
        self.init(row.setting.flag, Self.value(of: row), row.placeholder, row.help)
    }

    /// What the shells can offer for a setting's option.
    package static func value(of row: SettingRow) -> Value {
        switch row.kind {
        case .boolean: .yes(["true", "false"])
        case .booleanOr(let word): .yes(["true", "false", word])
        case .word(let words): .words(words)
        case .path: .file
        default: .free
        }
    }
}

/// The parts that the pages of the help are made of; no line is longer than 80 columns.
package enum HelpText {
    /// The columns of a page of the help.
    package static let width = 80
    /// So many words of one option can be told; of more a shell knows all.
    static let maxChoices = 24

    /// A text on as many lines as it needs.
    static func lines(_ text: String) -> String { text.wrapped(to: width).joined(separator: "\n") + "\n" }

    /// A paragraph after an empty line, wrapped.
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
        guard case .words(let words) = row.value, words.count <= maxChoices else { return "" }
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
