/// The texts of `luma-mcp help events` and of `luma-mcp events … --help`, made from the tables.
package enum EventsHelp {
    package static func text(_ verb: EventsVerb?) -> String { verb.map(text) ?? overview }

    private static var overview: String {
        var text = "luma-mcp events: your calendar from the command line, through a running gateway.\n\nUsage:\n"
        for verb in EventsVerb.allCases {
            let line = "  luma-mcp events \(verb.rawValue)"
            text += line + String(repeating: " ", count: max(1, 28 - line.count)) + verb.row.summary + "\n"
        }
        text += HelpText.paragraph(
            "luma-mcp events COMMAND --help shows the options of a command, with examples. Errors go to standard error, and"
                + " nothing to standard output then. Colours are used on a terminal unless NO_COLOR is set. COLUMNS sets the"
                + " width of a table. A value that is the name of an option is written in one word with its own:"
                + " --name=--all.")
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nEnvironment:\n"
        text += "  LUMA_GATEWAY_URL=https://gateway.example.com\n      Where the gateway is.\n"
        text += "  LUMA_GATEWAY_TOKEN=@/home/me/.luma-token\n      Its token, or a file with it (chmod 600).\n"
        text += "\nExit status:\n"
        text += HelpText.list(ExitStatus.allCases.map(\.row))
        return text + "\nExamples:\n"
            + HelpText.list([EventsVerb.list, .create, .cancel].compactMap { $0.row.examples.first })
    }

    private static func text(_ verb: EventsVerb) -> String {
        let row = verb.row
        var text = "luma-mcp events \(verb.rawValue): \(row.summary).\n\nUsage:\n  luma-mcp events \(verb.rawValue)"
        text += row.arguments.isEmpty ? "\n" : " \(row.arguments)\n"
        if !row.notes.isEmpty { text += HelpText.paragraph(row.notes) }
        if !row.options.isEmpty { text += "\nOptions:\n" + HelpText.list(row.options) }
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nExamples:\n" + HelpText.list(row.examples)
        return text + "\nExit status:\n" + HelpText.list(verb.exits.map(\.row))
    }
}

extension EventsVerb {
    /// How it may end.
    package var exits: [ExitStatus] {
        switch self {
        case .list, .get, .templates:
            ExitStatus.allCases.filter { ![.undecided, .unknown, .cannotCreate].contains($0) }
        case .export: ExitStatus.allCases.filter { ![.undecided, .unknown].contains($0) }
        case .create, .update, .cancel: ExitStatus.allCases.filter { $0 != .cannotCreate }
        case .import: ExitStatus.allCases
        }
    }
}

extension ExitStatus {
    /// As the pages of the help list it.
    fileprivate var row: ExitRow { ExitRow(code: rawValue, meaning: meaning) }
}
