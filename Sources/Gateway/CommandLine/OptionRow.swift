import Settings

/// One option of a command as data: parsing, help, manual page and completions read the same rows.
struct OptionRow: Sendable, Equatable {
    /// With its two hyphens.
    let name: String
    /// A hyphen and one letter that mean the same.
    var short: String?
    let value: Completion.Value
    /// The name of the value in the help, such as `SECONDS`.
    var placeholder = ""
    var repeats = false
    /// What it is for, in one sentence.
    let help: String

    /// It stands alone; a value follows after `=` if at all.
    var standsAlone: Bool { if case .yes = value { true } else { false } }

    init(
        _ name: String, short: String? = nil, _ value: Completion.Value, _ placeholder: String,
        repeats: Bool = false, _ help: String
    ) {
        (self.name, self.short, self.value, self.placeholder) = (name, short, value, placeholder)
        (self.repeats, self.help) = (repeats, help)
    }

    /// An option without a value.
    init(_ name: String, _ value: Completion.Value, _ help: String) { self.init(name, value, "", help) }

    /// An option that is a setting.
    init(_ row: SettingRow) {
        self.init(row.setting.flag, Completion.value(of: row), row.placeholder, row.help)
    }
}
