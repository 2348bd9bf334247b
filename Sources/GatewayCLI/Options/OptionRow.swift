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
    package let value: Value
    /// The name of the value in the help, such as `SECONDS`.
    package var placeholder = ""
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
