import GatewayCLI
import Settings

/// One command of the program as data: its line in the help, in the man page and in the shells' completions.
struct CommandRow: Sendable {
    let name: String
    /// What follows the name in the help, such as `[options]`.
    let arguments: String
    /// What it does, in a few words that begin with a verb.
    let summary: String
    /// The settings that are its options.
    var options: [SettingRow] = []
    /// The options that are no settings.
    var own: [OptionRow] = []
    /// The words that it takes, one of them.
    var words: [String] = []
    /// Its own commands, of which it needs one.
    var subcommands: [VerbRow] = []
    /// The command whose page lists its settings; nil when its own does.
    var sharesOptionsOf: String?
    /// What a reader of its page should know besides.
    var notes = ""
    var examples: [(line: String, does: String)] = []
    /// How it ends.
    var exits: [ExitRow] = ExitRow.ofTexts

    /// The options as the shells and the manual see them.
    var optionRows: [OptionRow] { own + options.map(OptionRow.init) }

    /// The row of a command; nil for a name that is none.
    static func named(_ name: String) -> CommandRow? { table.first { $0.name == name } }

    /// All commands, in the order of the documents. The first is what the program does without a command.
    static let table: [CommandRow] =
        working + [
            CommandRow(
                name: "help", arguments: "[COMMAND]", summary: "this text, or one command's own page",
                words: working.map(\.name),
                notes: "A command of a command, such as luma-mcp events create, has a page of its own, too.",
                examples: [
                    ("luma-mcp help doctor", "What doctor looks at, and its options."),
                    ("luma-mcp help events create", "How an event is made."),
                ])
        ]

    /// The commands that have no commands of their own, for the check at the start: it needs no more than their names.
    static let plainNames = ["serve", "mcp", "sandbox", "doctor", "completion", "man", "version", "help"]

    private static let working = servers + families + texts

    /// The commands that have commands of their own.
    static let families = CommandFamily.all.map { family in
        CommandRow(name: family.name, arguments: "COMMAND", summary: family.summary, subcommands: family.verbs)
    }

    private static let servers: [CommandRow] = [
        CommandRow(
            name: "serve", arguments: "[options]", summary: "serve REST and MCP on http://localhost:8000",
            options: SettingTable.table,
            notes: "It is what the program does without a command. SIGTERM and SIGINT let what runs finish; a second"
                + " one ends it at once. SIGHUP opens the log file and reads certificate and key again.",
            examples: [
                ("luma-mcp serve --sandbox", "Try it without a Luma account."),
                ("LUMA_API_KEY=... luma-mcp serve --port 8080", "Serve the calendar of that key on port 8080."),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "mcp", arguments: "[options]", summary: "speak MCP on standard input and output",
            options: SettingTable.table, sharesOptionsOf: "serve",
            notes: "For an assistant that starts its servers by itself. It lives as long as the assistant, and"
                + " serves no port. Log lines go to standard error.",
            examples: [
                ("luma-mcp mcp --sandbox", "Give an assistant events that are nobody's."),
                ("claude mcp add luma -- luma-mcp mcp", "Let Claude Code start it, with the key from .env."),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "sandbox", arguments: "[options]", summary: "run the emulator of Luma on its own",
            options: SettingTable.sandboxTable, notes: "It is for developing and testing; no key is looked at.",
            examples: [
                ("luma-mcp sandbox --seed 7", "The same ids in each run."),
                (
                    "luma-mcp sandbox --port 9200 --state events.json",
                    "Keep the events from one run to the next."
                ),
                ("LUMA_API_KEY=any LUMA_BASE_URL=http://localhost:9100 luma-mcp", "Let a gateway use it."),
                (
                    "luma-mcp sandbox --fault 'seed=7;reset,after,on=events/create,chance=0.1'",
                    "Lose the answer to every tenth create or so, the same ones in each run."
                ),
                (
                    "curl http://localhost:9100/_sandbox",
                    "List the routes that show and change what it holds and does."
                ),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "doctor", arguments: "[options]", summary: "look at what it needs, and say what to do",
            options: SettingTable.table,
            own: [OptionRow("--json", .yes([]), "Print one JSON document, for scripts.")],
            sharesOptionsOf: "serve",
            notes: "Start it as the gateway is started, with the same options and in the same folder. It changes"
                + " nothing: it asks Luma who the key belongs to, and a gateway that runs already how it is.",
            examples: [
                ("luma-mcp doctor", "Each thing that was looked at, and what to do about it."),
                ("luma-mcp doctor --json --port 8080", "The same for a script, of a gateway on port 8080."),
            ], exits: ExitRow.ofDoctor),
    ]

    private static let texts: [CommandRow] = [
        CommandRow(
            name: "completion", arguments: "SHELL", summary: "print completions for bash, zsh or fish",
            words: Shell.allCases.map(\.rawValue),
            notes: "They know commands, options, files, time zones, and the events and templates of a gateway that"
                + " LUMA_GATEWAY_URL names.",
            examples: [
                ("source <(luma-mcp completion bash)", "In this shell, from now on; also in ~/.bashrc."),
                (
                    "luma-mcp completion fish > ~/.config/fish/completions/luma-mcp.fish",
                    "In each fish to come."
                ),
            ]),
        CommandRow(
            name: "man", arguments: "", summary: "print the manual page, for man -l -",
            examples: [("luma-mcp man | man -l -", "Read it.")]),
        CommandRow(
            name: "version", arguments: "", summary: "print the version",
            examples: [("luma-mcp version", "The same as the option --version.")]),
    ]
}

/// A shell that completions are made for.
public enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
}

extension ExitRow {
    private static let wrong = ExitRow(
        code: 64, meaning: "A command, an option or a setting is wrong; it is named.")
    static let ofTexts = [ExitRow(code: 0, meaning: "It was printed."), wrong]
    static let ofServers = [
        ExitRow(code: 0, meaning: "It ended as it was asked to."), wrong,
        ExitRow(code: 69, meaning: "The port is taken, or something else that is needed is not available."),
        ExitRow(code: 70, meaning: "A fault of the program."),
        ExitRow(
            code: 74,
            meaning: "The end took too long: what hangs, such as a disk, is left as a kill would leave it."),
        ExitRow(
            code: 78,
            meaning: "Something is missing: no key and no sandbox, or a file that cannot be used."),
    ]
    static let ofDoctor = [
        ExitRow(code: 0, meaning: "All is well."), ExitRow(code: 1, meaning: "It works, with warnings."),
        ExitRow(code: 2, meaning: "Something does not work."), wrong,
    ]
}
