import Core

/// The pages of the help of a family and of each of its commands, made from the rows.
package enum FamilyHelp {
    /// - Parameter verb: nil for the page of the family.
    package static func text(_ family: CommandFamily, _ verb: VerbRow?) -> String {
        verb.map { page($0, family) } ?? overview(family)
    }

    private static func overview(_ family: CommandFamily) -> String {
        var text = HelpText.lines("luma-mcp \(family.name): \(family.title).") + "\nUsage:\n"
        let lines = family.verbs.map { "  luma-mcp \(family.name) \($0.name)" }
        let column = max(28, (lines.map(\.count).max() ?? 0) + 1)
        for (line, verb) in zip(lines, family.verbs) {
            let gap = String(repeating: " ", count: column - line.count)
            let summary = verb.summary.wrapped(to: HelpText.width - column)
            text += line + gap + summary.joined(separator: "\n" + String(repeating: " ", count: column)) + "\n"
        }
        text += HelpText.paragraph(
            "luma-mcp \(family.name) COMMAND --help shows the options of a command, with examples. Errors go to standard"
                + " error, and nothing to standard output then. Colours are used on a terminal unless NO_COLOR is set."
                + " COLUMNS sets the width of a table. A value that is the name of an option is written in one word with"
                + " its own: --name=--all.")
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nEnvironment:\n"
        text += "  LUMA_GATEWAY_URL=https://gateway.example.com\n      Where the gateway is.\n"
        text += "  LUMA_GATEWAY_TOKEN=@/home/me/.luma-token\n      Its token, or a file with it (chmod 600).\n"
        text += "\nExit status:\n"
        let exits = ExitStatus.allCases.filter { status in family.verbs.contains { $0.exits.contains(status) } }
        text += HelpText.list(exits.map(\.row))
        return text + "\nExamples:\n" + HelpText.list(family.examples)
    }

    private static func page(_ verb: VerbRow, _ family: CommandFamily) -> String {
        let line = "luma-mcp \(family.name) \(verb.name)"
        let usage = "\(line) \(verb.arguments)".wrapped(to: HelpText.width - 6).joined(separator: "\n      ")
        var text = HelpText.lines("\(line): \(verb.summary).") + "\nUsage:\n  \(usage)\n"
        if !verb.notes.isEmpty { text += HelpText.paragraph(verb.notes) }
        if !verb.own.isEmpty { text += "\nOptions:\n" + HelpText.list(verb.own) }
        text += "\nOptions of all commands:\n" + HelpText.list(EventsOptions.common)
        text += "\nExamples:\n" + HelpText.list(verb.examples)
        return text + "\nExit status:\n" + HelpText.list(verb.exits.map(\.row))
    }
}
