/// The text of `luma-mcp help`, made from the tables; no line is longer than 80 columns.
public enum Help {
    public enum Topic: Sendable, Equatable {
        case overview
        case sandbox
    }

    static let width = 80

    public static func text(_ topic: Topic) -> String {
        switch topic {
        case .overview: introduction + usage + overview + options(Settings.table) + "\n" + examples
        case .sandbox: sandbox + options(Settings.sandboxTable) + "\n" + sandboxExamples
        }
    }

    private static let introduction = "luma-mcp: a gateway between you and the Luma events API.\n\nUsage:\n"

    private static var usage: String {
        var text = ""
        for (index, row) in CommandRow.table.enumerated() {
            let name = index == 0 ? "[\(row.name)]" : row.name
            let line = "  luma-mcp \(name)" + (row.arguments.isEmpty ? "" : " " + row.arguments)
            text += line + String(repeating: " ", count: max(1, 32 - line.count)) + row.summary + "\n"
        }
        return text
    }

    private static let overview = """

        Every option is also an environment variable and a line of the file .env in
        the working directory: --max-retries is LUMA_MAX_RETRIES. An option beats the
        environment, which beats .env. An option that is yes or no stands alone for
        yes, or takes its value after =, as in --rate-limit-adaptive=false. A key given
        as an option shows in the list of processes; prefer the other two.

        """

    private static let examples = """
        Examples:
          luma-mcp --sandbox
              Try it without a Luma account.
          LUMA_API_KEY=... luma-mcp --port 8080
              Serve the calendar of that key on port 8080.
          curl http://localhost:8000/events/ -H 'Content-Type: application/json' \\
          -d '{"name":"Tea","start_at":"2030-05-01T18:00","timezone":"Asia/Tokyo"}'
              Create an event.

        """

    private static let sandbox = """
        luma-mcp sandbox: an emulator of the Luma events API, to develop and test with.

        Usage:
          luma-mcp sandbox [options]

        """

    private static let sandboxExamples = """
        Examples:
          luma-mcp sandbox --seed 7
              The same ids in each run.
          luma-mcp sandbox --port 9200 --state events.json
              Keep the events from one run to the next.
          LUMA_API_KEY=any LUMA_BASE_URL=http://localhost:9100 luma-mcp
              Let a gateway use it.

        """

    private static func options(_ table: [SettingRow]) -> String {
        var text = ""
        for group in SettingRow.Group.allCases {
            let rows = table.filter { $0.group == group }
            if rows.isEmpty { continue }
            text += "\n\(group.rawValue):\n"
            for row in rows {
                text += "  " + row.setting.flag + (row.placeholder.isEmpty ? "" : " " + row.placeholder) + "\n"
                for line in wrapped("\(row.help) Default: \(row.documentedDefault).", to: width - 6) {
                    text += "      " + line + "\n"
                }
            }
        }
        return text
    }

    /// Breaks a text at its spaces; a word that is longer than the width stands alone.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
