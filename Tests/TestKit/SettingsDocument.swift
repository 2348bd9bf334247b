import Core
import Settings

/// The documents that repeat the settings: each is made here, and a test compares the file with it.
public enum SettingsDocument {
    public static let beginMarker = "<!-- settings:begin -->"
    public static let endMarker = "<!-- settings:end -->"

    /// The whole text of `.env.example`.
    public static var dotEnvExample: String {
        var text = """
            # Settings of luma-mcp. Copy this file to .env and take the # off the lines you need.
            # An environment variable beats this file, a command line option beats both.
            # NAME=value, one per line; a value with spaces or # goes in quotes; nothing is expanded.

            """
        for (group, rows) in SettingRow.grouped(SettingTable.table) {
            text += "\n# --- \(group.rawValue)\n"
            for row in rows {
                text += "\n"
                for line in row.help.wrapped(to: 98) { text += "# \(line)\n" }
                if row.defaultText == nil { text += "# Default: \(row.defaultNote).\n" }
                text += "#\(row.setting.rawValue)=\(row.defaultText ?? "")\n"
            }
        }
        return text
    }

    /// The settings as tables in Markdown, the text between the markers of docs/settings.md.
    public static var markdown: String {
        var text = ""
        for (group, rows) in SettingRow.grouped(SettingTable.table) {
            text += "\n**\(group.rawValue)**\n\n| Setting | Default | |\n|---|---|---|\n"
            for row in rows {
                let shown = row.defaultText.map { "`\($0)`" } ?? row.defaultNote
                text += "| `\(row.setting.rawValue)` | \(shown) | \(row.help.replacing("|", with: "\\|")) |\n"
            }
        }
        return text + "\n"
    }

    /// The text between the markers of a document, nil when it does not have both.
    public static func section(of document: String) -> String? {
        let begin = document.split(separator: beginMarker, maxSplits: 1, omittingEmptySubsequences: false)
        guard begin.count == 2 else { return nil }
        let end = begin[1].split(separator: endMarker, maxSplits: 1, omittingEmptySubsequences: false)
        guard end.count == 2 else { return nil }
        // The markers' own line ends belong to neither.
        return String(end[0].first == "\n" ? end[0].dropFirst() : end[0])
    }
}
