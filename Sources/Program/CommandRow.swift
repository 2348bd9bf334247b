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
                name: "help", arguments: "[COMMAND]", summary: "show this help, or the page of one command",
                words: working.map(\.name),
                notes: "A subcommand, such as luma-mcp events create, has a page, too.",
                examples: [
                    ("luma-mcp help doctor", "What doctor checks, and its options."),
                    ("luma-mcp help events create", "How to create an event."),
                ])
        ]

    /// The commands that have no commands of their own, for the check at the start: it needs no more than their names.
    static let plainNames = [
        "serve", "mcp", "sandbox", "doctor", "keys", "plugins", "forwarders", "upstreams", "completion", "man",
        "version",
        "help",
    ]

    private static let working = servers + families + texts

    /// The commands that have commands of their own.
    static let families = CommandFamily.all.map { family in
        CommandRow(name: family.name, arguments: "COMMAND", summary: family.summary, subcommands: family.verbs)
    }

    private static let servers: [CommandRow] = [
        CommandRow(
            name: "serve", arguments: "[options]", summary: "serve REST and MCP on http://localhost:8000",
            options: SettingTable.table,
            notes: "This is the default command. SIGTERM and SIGINT let running requests finish; a second"
                + " one stops at once. SIGHUP reopens the log file and reloads tokens, toolsets, certificate and key,"
                + " plugins, documents of services and the file of MCP servers.",
            examples: [
                ("luma-mcp serve --sandbox", "Try it without a Luma account."),
                ("LUMA_API_KEY=... luma-mcp serve --port 8080", "Serve the calendar of that key on port 8080."),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "mcp", arguments: "[options]", summary: "speak MCP on standard input and output",
            options: SettingTable.table, own: [Command.toolsetOption], sharesOptionsOf: "serve",
            notes: "For assistants that start their servers themselves. It runs as long as the assistant and listens"
                + " on no port. Log lines go to standard error.",
            examples: [
                ("luma-mcp mcp --sandbox", "Give an assistant emulated events."),
                (
                    "luma-mcp mcp --toolset reading",
                    "Offer only the tools of one toolset from LUMA_TOOLSETS."
                ),
                ("claude mcp add luma -- luma-mcp mcp", "Let Claude Code start it, with the key from .env."),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "sandbox", arguments: "[options]", summary: "run the emulator of Luma on its own",
            options: SettingTable.sandboxTable,
            notes: "For development and testing; any API key is accepted, except one that starts with invalid.",
            examples: [
                ("luma-mcp sandbox --seed 7", "The same ids in every run."),
                (
                    "luma-mcp sandbox --port 9200 --state events.json",
                    "Keep the events from one run to the next."
                ),
                ("LUMA_API_KEY=any LUMA_BASE_URL=http://localhost:9100 luma-mcp", "Run a gateway against it."),
                (
                    "luma-mcp sandbox --fault 'seed=7;reset,after,on=events/create,chance=0.1'",
                    "Lose the response to about every tenth create, the same ones in every run."
                ),
                (
                    "curl http://localhost:9100/_sandbox",
                    "List the routes that show and change what it holds and does."
                ),
            ], exits: ExitRow.ofServers),
        CommandRow(
            name: "doctor", arguments: "[options]", summary: "check the setup, and say what to fix",
            options: SettingTable.table,
            own: [OptionRow("--json", .yes([]), "Print one JSON document, for scripts.")],
            sharesOptionsOf: "serve",
            notes: "Run it as you run the gateway, with the same options and in the same directory. It changes"
                + " nothing: it asks Luma whose key it is, and a running gateway for its health.",
            examples: [
                ("luma-mcp doctor", "Every check, and what to fix."),
                ("luma-mcp doctor --json --port 8080", "The same for a script, for a gateway on port 8080."),
            ], exits: ExitRow.ofDoctor),
        CommandRow(
            name: "keys", arguments: "COMMAND", summary: "make, list, rotate and revoke API keys",
            options: SettingTable.keysCommand, own: Command.keyOptions,
            words: ["create", "list", "show", "rotate", "revoke"],
            notes:
                "create prints a new key on standard output, once; list and show ID never show one. rotate ID prints a second"
                + " secret of the same key, and revoke ID ends it for good. It works on the gateway's data directory, so whoever"
                + " may write that needs no key; a running gateway follows within 2 seconds. Keys are accepted with"
                + " LUMA_API_KEYS=true.",
            examples: [
                ("luma-mcp keys create --admin", "The first key, which can make others."),
                (
                    "luma-mcp keys create --owner newsletter --permissions events:read --rate-limit 60/minute",
                    "A key for a program that only reads events."
                ),
                ("luma-mcp keys rotate newsletter", "A new secret; the old one stays valid for a day."),
            ], exits: ExitRow.ofKeys),
        CommandRow(
            name: "plugins", arguments: "COMMAND", summary: "list plugins, check or run one",
            options: SettingTable.plugins,
            own: [OptionRow("--json", .yes([]), "With list: print one JSON document, for scripts.")],
            words: ["list", "check", "run"],
            notes: "list shows what a gateway with these settings offers, and what it refuses and why; check PATH"
                + " shows one plugin in full, and run PATH COMMAND [JSON] calls it as a gateway would: in the same"
                + " sandbox, with the same environment, limits and grants. No running gateway is needed.",
            examples: [
                ("luma-mcp plugins list --plugins-dir ./plugins", "What is offered, and what is not."),
                ("luma-mcp plugins check ./plugins/hello", "Its tools with their arguments, and what to fix."),
                (
                    "luma-mcp plugins run ./plugins/hello greet '{\"name\":\"Ada\"}'", "Call one of its commands."
                ),
            ], exits: ExitRow.ofPlugins),
        CommandRow(
            name: "forwarders", arguments: "COMMAND", summary: "check a service document, or import one",
            options: SettingTable.forwarders, own: Command.importOptions, words: ["check", "import"],
            notes:
                "check FILE shows the tools that a document defines, with the requests that they send, and every problem in"
                + " it. import FILE prints a service document made from an OpenAPI document (3.0 or 3.1, in JSON), for you to edit;"
                + " what it leaves out is listed on standard error. No service is called.",
            examples: [
                ("luma-mcp forwarders check forwarders/notes.json", "Its tools, and what to fix."),
                (
                    "luma-mcp forwarders import api.json --name shop --base https://shop.example",
                    "Make a document of the operations of a shop."
                ),
            ], exits: ExitRow.ofForwarders),
        CommandRow(
            name: "upstreams", arguments: "COMMAND", summary: "list other MCP servers, check or approve one",
            options: SettingTable.upstreamsCommand,
            own: [OptionRow("--json", .yes([]), "With list: print one JSON document, for scripts.")],
            words: ["list", "check", "diff", "approve"],
            notes:
                "list shows what a gateway with these settings offers of the servers that its file names, and what it"
                + " refuses and why; check NAME shows one of them in full, with what its program writes to standard"
                + " error. diff NAME shows how what a server offers differs from what was approved, or from what it"
                + " offered first; approve NAME takes it, with the DIGEST that diff printed only if it is still the"
                + " same. The servers are asked, no gateway is.",
            examples: [
                ("luma-mcp upstreams list --upstreams-file servers.json", "What is offered, and what is not."),
                ("luma-mcp upstreams check docs", "The tools of one server with their arguments, and what to fix."),
                ("luma-mcp upstreams diff docs", "What it has changed, and how to approve that."),
            ], exits: ExitRow.ofUpstreams),
    ]

    private static let texts: [CommandRow] = [
        CommandRow(
            name: "completion", arguments: "SHELL", summary: "print completions for bash, zsh or fish",
            words: Shell.allCases.map(\.rawValue),
            notes:
                "They complete commands, options, files, time zones, and the events and templates of the gateway that"
                + " LUMA_GATEWAY_URL names.",
            examples: [
                ("source <(luma-mcp completion bash)", "In this shell; put it into ~/.bashrc for all."),
                (
                    "luma-mcp completion fish > ~/.config/fish/completions/luma-mcp.fish",
                    "In every new fish shell."
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
        code: 64, meaning: "A command, option or setting is invalid; it is named.")
    static let ofTexts = [ExitRow(code: 0, meaning: "Success."), wrong]
    static let ofServers = [
        ExitRow(code: 0, meaning: "Stopped as requested."), wrong,
        ExitRow(code: 69, meaning: "The port is in use, or another resource is unavailable."),
        ExitRow(code: 70, meaning: "Internal error."),
        ExitRow(
            code: 74,
            meaning: "Shutdown took too long: what hangs, such as a disk, is left as after a kill."),
        ExitRow(
            code: 78,
            meaning: "Configuration error: no key and no sandbox, or a file that cannot be used."),
    ]
    static let ofPlugins = [
        ExitRow(code: 0, meaning: "Everything is offered, or the call succeeded."),
        ExitRow(code: 1, meaning: "Something is not offered, or the call failed."), wrong,
        ExitRow(code: 78, meaning: "There is no such plugin, or LUMA_PLUGINS_DIR is not set."),
    ]
    static let ofKeys = [
        ExitRow(code: 0, meaning: "It is done."),
        ExitRow(code: 1, meaning: "There is no such key, or it cannot be made so; what to change is printed."), wrong,
        ExitRow(code: 69, meaning: "The state cannot be used."),
        ExitRow(code: 78, meaning: "There is no state in the data directory, or a setting is wrong."),
    ]
    static let ofForwarders = [
        ExitRow(code: 0, meaning: "The document is valid, or was printed."),
        ExitRow(code: 1, meaning: "The document has problems; each is printed with its place."), wrong,
        ExitRow(code: 78, meaning: "There is no such file, or it cannot be read."),
    ]
    static let ofUpstreams = [
        ExitRow(code: 0, meaning: "Everything is offered, nothing differs, or it was approved."),
        ExitRow(code: 1, meaning: "Something is not offered, differs, or was not approved."), wrong,
        ExitRow(
            code: 78,
            meaning:
                "There is no such server, LUMA_UPSTREAMS_FILE is not set, or the directory for state cannot be written."
        ),
    ]
    static let ofDoctor = [
        ExitRow(code: 0, meaning: "All checks passed."), ExitRow(code: 1, meaning: "Passed with warnings."),
        ExitRow(code: 2, meaning: "A check failed."), wrong,
    ]
}
