import Core
import GatewayCLI
import LumaSandbox
import Settings

/// The text of `luma-mcp help`, made from the tables; no line is longer than 80 columns.
public enum Help {
    /// A page of the help.
    public enum Topic: Sendable, Equatable {
        case overview
        /// The page of the command of this name.
        case command(String)
        /// The page of a command that has commands of its own, or that of one of these.
        case family(String, String?)

        /// What is typed to see it.
        var call: String {
            switch self {
            case .overview: "luma-mcp help"
            case .command(let name), .family(let name, nil): "luma-mcp help \(name)"
            case .family(let name, let verb?): "luma-mcp help \(name) \(verb)"
            }
        }
    }

    /// The page, with a line end at its end. An unknown name gives the overview.
    public static func text(_ topic: Topic) -> String {
        switch topic {
        case .overview: introduction + usage + overview + options(SettingTable.table) + "\n" + examples
        case .family(let name, let verb):
            CommandFamily.named(name).map { family in FamilyHelp.text(family, verb.flatMap { family.verb($0) }) }
                ?? text(.overview)
        case .command(let name): CommandRow.named(name).map(page) ?? text(.overview)
        }
    }

    /// The page of one command.
    private static func page(_ row: CommandRow) -> String {
        let line = "luma-mcp \(row.name)"
        var text = "\(line): \(row.summary).\n\nUsage:\n  \(line)"
        text += row.arguments.isEmpty ? "\n" : " \(row.arguments)\n"
        if !row.notes.isEmpty { text += HelpText.paragraph(row.notes) }
        if !row.own.isEmpty { text += "\nOptions:\n" + HelpText.list(row.own) }
        if let other = row.sharesOptionsOf {
            text += HelpText.paragraph("It takes the options of luma-mcp \(other); see luma-mcp help \(other).")
        } else {
            text += options(row.options)
        }
        if !row.words.isEmpty {
            let name = row.arguments.filter { !"[]".contains($0) }
            text += HelpText.paragraph("\(name) is one of: \(row.words.joined(separator: ", ")).")
        }
        if row.name == "sandbox" { text += "\n" + faults }
        if !row.examples.isEmpty { text += "\nExamples:\n" + HelpText.list(row.examples) }
        text += "\nExit status:\n" + HelpText.list(row.exits)
        return row.name == "sandbox" ? text + "\n" + notEmulated : text
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
        luma-mcp help COMMAND, or COMMAND --help, shows the page of one command.

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

    private static let faults = """
        Rules of --fault, of a gateway's LUMA_SANDBOX_FAULTS, and of /_sandbox/faults:
          Rules are separated by ";", the parts of a rule by ",". First the fault:
            latency=MS or latency=MS-MS     delay before the call takes effect
            status=CODE                     respond with this status instead; with
                                            retry_after=SECONDS, or with html for a
                                            page instead of Luma's JSON
            reset                           reset the connection
            truncate or truncate=BYTES      close the connection within the body
            slow=BYTES,milliseconds=MS      send so many bytes at a time
            length=N or length=-N           send a Content-Length that is off by N
            tls                             fail the TLS handshake
            dns                             fail to resolve the name (gateway only)
          With "after", a latency, status or reset comes when the call has taken effect.
          Then the calls that it applies to, all by default:
            on=events/create                this operation; on=events/* for a family
            nth=N or every=N                the Nth call, or every Nth
            chance=0.2                      with this probability; a rule seed=N makes
                                            the sequence reproducible
            limit=N                         at most N times

        """

    private static let notEmulated =
        "What it does not emulate:\n"
        + Sandbox.notEmulated.map { item in
            item.wrapped(to: HelpText.width - 4).enumerated().map { ($0 == 0 ? "  * " : "    ") + $1 + "\n" }.joined()
        }.joined()

    private static func options(_ table: [SettingRow]) -> String {
        var text = ""
        for (group, rows) in SettingRow.grouped(table) {
            text += "\n\(group.rawValue):\n"
            for row in rows {
                text += "  " + row.setting.flag + (row.placeholder.isEmpty ? "" : " " + row.placeholder) + "\n"
                for line in "\(row.help) Default: \(row.documentedDefault).".wrapped(to: HelpText.width - 6) {
                    text += "      " + line + "\n"
                }
            }
        }
        return text
    }
}
