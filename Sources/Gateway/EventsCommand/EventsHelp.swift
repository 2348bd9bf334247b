/// The texts of `luma-mcp help events` and of `luma-mcp events … --help`, made from the tables.
enum EventsHelp {
    static func text(_ verb: EventsVerb?) -> String { verb.map(text) ?? overview }

    private static var overview: String {
        var text = "luma-mcp events: your calendar from the command line, through a running gateway.\n\nUsage:\n"
        for verb in EventsVerb.allCases {
            let line = "  luma-mcp events \(verb.rawValue)"
            text += line + String(repeating: " ", count: max(1, 28 - line.count)) + verb.row.summary + "\n"
        }
        text += paragraph(
            "luma-mcp events COMMAND --help shows the options of a command, with examples. Errors go to standard error, and"
                + " nothing to standard output then. Colours are used on a terminal unless NO_COLOR is set. COLUMNS sets the"
                + " width of a table. A value that is the name of an option is written in one word with its own:"
                + " --name=--all.")
        text += "\nOptions of all commands:\n" + options(EventsOptions.common)
        text += "\nEnvironment:\n"
        text += "  LUMA_GATEWAY_URL=https://gateway.example.com\n      Where the gateway is.\n"
        text += "  LUMA_GATEWAY_TOKEN=@/home/me/.luma-token\n      Its token, or a file with it (chmod 600).\n"
        text += "\nExit status:\n"
        for status in ExitStatus.allCases {
            let number = String(status.rawValue)
            let lines = Help.wrapped(status.meaning, to: Help.width - 7)
            text += "  " + number + String(repeating: " ", count: 5 - number.count)
            text += lines.joined(separator: "\n       ") + "\n"
        }
        return text + "\nExamples:\n"
            + examples([EventsVerb.list, .create, .cancel].compactMap { $0.row.examples.first })
    }

    private static func text(_ verb: EventsVerb) -> String {
        let row = verb.row
        var text = "luma-mcp events \(verb.rawValue): \(row.summary).\n\nUsage:\n  luma-mcp events \(verb.rawValue)"
        text += row.arguments.isEmpty ? "\n" : " \(row.arguments)\n"
        if !row.notes.isEmpty { text += paragraph(row.notes) }
        if !row.options.isEmpty { text += "\nOptions:\n" + options(row.options) }
        text += "\nOptions of all commands:\n" + options(EventsOptions.common)
        return text + "\nExamples:\n" + examples(row.examples)
    }

    private static func paragraph(_ text: String) -> String {
        "\n" + Help.wrapped(text, to: Help.width - 2).joined(separator: "\n") + "\n"
    }

    private static func options(_ rows: [OptionRow]) -> String {
        var text = ""
        for row in rows {
            let short = row.short.map { "\($0), " } ?? ""
            text += "  \(short)\(row.name)" + (row.placeholder.isEmpty ? "" : " " + row.placeholder) + "\n"
            for line in Help.wrapped(row.help + choices(row), to: Help.width - 6) { text += "      \(line)\n" }
        }
        return text
    }

    /// The words that an option takes, where the help does not name them.
    static func choices(_ row: OptionRow) -> String {
        guard case .words(let words) = row.value else { return "" }
        return " One of: \(words.joined(separator: ", "))."
    }

    private static func examples(_ rows: [(line: String, does: String)]) -> String {
        rows.map { row in
            let lines = Help.wrapped(row.line, to: Help.width - 8)
            return "  " + lines.joined(separator: " \\\n    ") + "\n      \(row.does)\n"
        }.joined()
    }
}
