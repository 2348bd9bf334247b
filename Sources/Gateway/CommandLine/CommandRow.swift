/// One command of the program as data: its line in the help, in the man page and in the shells' completions.
struct CommandRow: Sendable {
    let name: String
    /// What follows the name in the help, such as `[options]`.
    let arguments: String
    /// What it does, in a few words that begin with a verb.
    let summary: String
    /// The options that it takes.
    var options: [SettingRow] = []
    /// The words that it takes, one of them.
    var words: [String] = []
    /// Its own commands, of which it needs one.
    var subcommands: [Subcommand] = []

    struct Subcommand: Sendable {
        let name: String
        let summary: String
        let options: [OptionRow]
        /// What it takes besides options.
        let operand: Completion.Value
    }

    /// The options as the shells and the manual see them.
    var optionRows: [OptionRow] { options.map(OptionRow.init) }

    /// All commands, in the order of the documents. The first is what the program does without a command.
    static let table: [CommandRow] = [
        CommandRow(
            name: "serve", arguments: "[options]", summary: "serve REST and MCP on http://localhost:8000",
            options: Settings.table),
        CommandRow(
            name: "mcp", arguments: "[options]", summary: "speak MCP on standard input and output",
            options: Settings.table),
        CommandRow(
            name: "sandbox", arguments: "[options]", summary: "run the emulator of Luma on its own",
            options: Settings.sandboxTable),
        CommandRow(
            name: "doctor", arguments: "[options]", summary: "look at what it needs, and say what to do",
            options: Settings.table),
        CommandRow(
            name: "events", arguments: "COMMAND", summary: "list, create, change, export, import events",
            subcommands: EventsVerb.allCases.map { verb in
                let row = verb.row
                let operand: Completion.Value =
                    row.takesFile ? .file : row.takesID ? .event : row.takesTemplate ? .template : .free
                return Subcommand(
                    name: verb.rawValue, summary: verb.row.summary, options: verb.options, operand: operand)
            }),
        CommandRow(
            name: "completion", arguments: "SHELL", summary: "print completions for bash, zsh or fish",
            words: Shell.allCases.map(\.rawValue)),
        CommandRow(name: "man", arguments: "", summary: "print the manual page, for man -l -"),
        CommandRow(name: "version", arguments: "", summary: "print the version"),
        CommandRow(
            name: "help", arguments: "[sandbox|events]", summary: "this text, or one command's options",
            words: ["sandbox", "events"]),
    ]
}

/// A shell that completions are made for.
public enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
}
