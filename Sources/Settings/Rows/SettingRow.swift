/// One setting as data. Parsing, `--help`, `.env.example` and docs/settings.md all read the same rows.
public struct SettingRow: Sendable {
    /// Where a row stands in the help and in the documents, with its heading.
    public enum Group: String, Sendable, CaseIterable {
        case luma = "Luma"
        case server = "Server"
        case access = "Who may do what"
        case limits = "Limits of the server"
        case budget = "Luma's request budget"
        case calls = "Calls to Luma"
        case reads = "Kept answers"
        case memory = "Memory"
        case templates = "Templates"
        case logging = "Logging"
        case sandbox = "Sandbox"
    }

    public let setting: Setting
    public let kind: SettingKind
    /// The default as it would be written; nil when there is none or when the machine decides.
    public let defaultText: String?
    /// What applies when `defaultText` is nil, in words for the documents.
    public let defaultNote: String
    /// The name of the value in the help, such as `SECONDS`.
    public let placeholder: String
    /// What it is for, in one sentence.
    public let help: String
    public let group: Group

    package init(
        _ setting: Setting, _ kind: SettingKind, default defaultText: String? = nil, note: String = "none",
        placeholder: String = "", group: Group, _ help: String
    ) {
        self.setting = setting
        self.kind = kind
        self.defaultText = defaultText
        defaultNote = note
        self.placeholder = placeholder
        self.help = help
        self.group = group
    }

    /// The value must not appear in an error, a log or a document.
    public var isSecret: Bool {
        switch kind {
        case .secret, .tokens: true
        default: false
        }
    }

    /// The default as the documents show it.
    public var documentedDefault: String { defaultText ?? defaultNote }

    /// The rows by their groups, in the order of the documents, without groups that have none.
    package static func grouped(_ table: [SettingRow]) -> [(group: Group, rows: [SettingRow])] {
        Group.allCases.compactMap { group in
            let rows = table.filter { $0.group == group }
            return rows.isEmpty ? nil : (group, rows)
        }
    }
}
