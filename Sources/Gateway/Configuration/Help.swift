import LumaSandbox

/// The text of `luma-mcp help`, made from the tables; no line is longer than 80 columns.
public enum Help {
    public enum Topic: Sendable, Equatable {
        case overview
        case sandbox
        /// Nil for all sub-commands.
        case events(EventsVerb?)
    }

    static let width = 80

    public static func text(_ topic: Topic) -> String {
        switch topic {
        case .overview: introduction + usage + overview + options(Settings.table) + "\n" + examples
        case .events(let verb): EventsHelp.text(verb)
        case .sandbox: sandbox + options(Settings.sandboxTable) + "\n" + faults + sandboxExamples + notEmulated
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
          luma-mcp sandbox --fault 'seed=7;reset,after,on=events/create,chance=0.1'
              Lose the answer to every tenth create or so, the same ones in each run.
          curl http://localhost:9100/_sandbox
              List the routes that show and change what it holds and does.

        """

    private static let faults = """
        Rules of --fault, of a gateway's LUMA_SANDBOX_FAULTS, and of /_sandbox/faults:
          Rules are separated by ";", the parts of a rule by ",". First what happens:
            latency=MS or latency=MS-MS     wait, before the call takes effect
            status=CODE                     answer so instead; with retry_after=SECONDS,
                                            with html for a page instead of Luma's JSON
            reset                           reset the connection
            truncate or truncate=BYTES      end the connection within the body
            slow=BYTES,milliseconds=MS      send so much at a time
            length=N or length=-N           send a Content-Length that is wrong by N
            tls                             cut the handshake, where TLS is spoken
            dns                             do not know the name (only in a gateway)
          With "after", a latency, status or reset comes when the call has taken effect.
          Then on which calls, all when nothing is said:
            on=events/create                this operation; on=events/* for a family
            nth=N or every=N                the Nth of them, or each Nth
            chance=0.2                      so likely, by seed=N as a rule of its own
            limit=N                         at most so often

        """

    private static let notEmulated =
        "What it does not emulate:\n"
        + Sandbox.notEmulated.map { item in
            wrapped(item, to: width - 4).enumerated().map { ($0 == 0 ? "  * " : "    ") + $1 + "\n" }.joined()
        }.joined()

    private static func options(_ table: [SettingRow]) -> String {
        var text = ""
        for (group, rows) in SettingRow.grouped(table) {
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
