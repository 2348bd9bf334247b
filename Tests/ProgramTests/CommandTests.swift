import Core
import Gateway
import GatewayAPI
import GatewayCLI
import Settings
import Testing

@testable import Program

@Suite struct CommandTests {
    /// What is wanted of the document of a shop.
    private static var shop: ForwardersCall.Import {
        var wanted = ForwardersCall.Import()
        (wanted.name, wanted.base) = ("shop", "https://shop.example")
        wanted.include = ["get_*", "find*"].compactMap { NamePattern($0) }
        wanted.exclude = ["*_all"].compactMap { NamePattern($0) }
        wanted.publishesResults = true
        return wanted
    }

    @Test(arguments: [
        ([], Command.serve(flags: [:])),
        (["serve"], .serve(flags: [:])),
        (["--port", "9000"], .serve(flags: [.port: "9000"])),
        (["serve", "--port=9000", "--debug"], .serve(flags: [.port: "9000", .debug: "true"])),
        (["--sandbox"], .serve(flags: [.sandbox: "true"])), (["--sandbox=auto"], .serve(flags: [.sandbox: "auto"])),
        (["--debug=false", "--log-file="], .serve(flags: [.debug: "false", .logFile: ""])),
        (["--api-key", "-k"], .serve(flags: [.apiKey: "-k"])),
        (["--base-url", "http://localhost:1/?a=b"], .serve(flags: [.baseURL: "http://localhost:1/?a=b"])),
        (["sandbox"], .sandbox(flags: [:])),
        (
            ["sandbox", "--port", "1", "--state", "f", "--seed", "2", "--host", "::1", "--rate-limit", "3"],
            .sandbox(flags: [
                .sandboxPort: "1", .sandboxState: "f", .sandboxSeed: "2", .sandboxHost: "::1", .sandboxRateLimit: "3",
            ])
        ),
        (["mcp"], .mcp(flags: [:], toolsets: [])),
        (["mcp", "--toolset", "events"], .mcp(flags: [:], toolsets: ["events"])),
        (
            ["mcp", "--sandbox", "--toolset=events, safe", "--debug"],
            .mcp(flags: [.sandbox: "true", .debug: "true"], toolsets: ["events", "safe"])
        ),
        (["plugins", "list"], .plugins(.list(json: false), flags: [:])),
        (["keys", "create", "--admin"], .keys(.create(["--admin": ""]), flags: [:])),
        (
            ["keys", "create", "--owner", "ann", "--permissions=events:read,mcp:use", "--data-dir", "x"],
            .keys(.create(["--owner": "ann", "--permissions": "events:read,mcp:use"]), flags: [.dataDirectory: "x"])
        ),
        (["keys", "list", "--json"], .keys(.list(owner: nil, json: true), flags: [:])),
        (["keys", "show", "a"], .keys(.show(id: "a"), flags: [:])),
        (["keys", "rotate", "a", "--grace-seconds", "0"], .keys(.rotate(id: "a", graceSeconds: "0"), flags: [:])),
        (["keys", "revoke", "a"], .keys(.revoke(id: "a"), flags: [:])), (["keys", "--help"], .help(.command("keys"))),
        (
            ["plugins", "list", "--json", "--plugins-dir", "x"],
            .plugins(.list(json: true), flags: [.pluginsDirectory: "x"])
        ),
        (["plugins", "check", "./x"], .plugins(.check(path: "./x"), flags: [:])),
        (
            ["plugins", "run", "x", "greet", "--plugins-strict=false"],
            .plugins(.run(path: "x", command: "greet", arguments: nil), flags: [.pluginsStrict: "false"])
        ),
        (
            ["plugins", "run", "x", "greet", "{}"],
            .plugins(.run(path: "x", command: "greet", arguments: "{}"), flags: [:])
        ),
        (["plugins", "--help"], .help(.command("plugins"))), (["plugins", "list", "-h"], .help(.command("plugins"))),
        (["forwarders", "check", "f.json"], .forwarders(.check(file: "f.json"), flags: [:])),
        (
            ["forwarders", "check", "f.json", "--luna-url", "http://localhost:1"],
            .forwarders(.check(file: "f.json"), flags: [.lunaURL: "http://localhost:1"])
        ),
        (
            [
                "forwarders", "import", "a.json", "--name", "shop", "--base=https://shop.example", "--include", "get_*",
                "--include", "find*", "--exclude=*_all", "--output-schemas",
            ],
            .forwarders(.import(file: "a.json", shop), flags: [:])
        ),
        (["forwarders", "--help"], .help(.command("forwarders"))),
        (["forwarders", "import", "a.json", "-h"], .help(.command("forwarders"))),
        (["upstreams", "list"], .upstreams(.list(json: false), flags: [:])),
        (
            ["upstreams", "list", "--json", "--upstreams-file", "f.json", "--data-dir=d"],
            .upstreams(.list(json: true), flags: [.upstreamsFile: "f.json", .dataDirectory: "d"])
        ),
        (["upstreams", "check", "docs"], .upstreams(.check(name: "docs"), flags: [:])),
        (["upstreams", "diff", "docs"], .upstreams(.diff(name: "docs"), flags: [:])),
        (["upstreams", "approve", "docs"], .upstreams(.approve(name: "docs", digest: nil), flags: [:])),
        (["upstreams", "approve", "docs", "a1b2"], .upstreams(.approve(name: "docs", digest: "a1b2"), flags: [:])),
        (["upstreams", "--help"], .help(.command("upstreams"))),
        (["upstreams", "approve", "docs", "-h"], .help(.command("upstreams"))),
        (["man"], .man), (["completion", "bash"], .completion(.bash)), (["completion", "fish"], .completion(.fish)),
        (["version"], .version), (["--version"], .version), (["serve", "--version"], .version),
        (["help"], .help(.overview)), (["--help"], .help(.overview)), (["-h"], .help(.overview)),
        (["--port", "1", "--help"], .help(.overview)),
        (["serve", "--port", "1", "--help"], .help(.command("serve"))),
        (["doctor", "--json", "--help"], .help(.command("doctor"))), (["mcp", "-h"], .help(.command("mcp"))),
        (["completion", "--help"], .help(.command("completion"))),
        (["completion", "bash", "--help"], .help(.command("completion"))),
        (["man", "--help"], .help(.command("man"))), (["version", "-h"], .help(.command("version"))),
        (["help", "--help"], .help(.command("help"))),
        (["help", "plugins", "check"], .help(.command("plugins"))),
        (["help", "completion", "bash"], .help(.command("completion"))),
    ])
    func commands(arguments: [String], command: Command) throws {
        #expect(try Command.parse(arguments) == command)
    }

    @Test func everyCommandHasAPageOfItsOwn() throws {
        for row in CommandRow.table {
            let topic = row.subcommands.isEmpty ? Help.Topic.command(row.name) : .family(row.name, nil)
            #expect(try Command.parse(["help", row.name]) == .help(topic))
            #expect(try Command.parse([row.name, "--help"]) == .help(topic))
        }
    }

    /// The program looks at it when it starts.
    @Test func everyCommandOfTheTableOfSurfacesIsServed() {
        #expect(CommandFamily.problems(beside: CommandRow.plainNames) == [])
        let names = CommandRow.table.filter { $0.subcommands.isEmpty }.map(\.name)
        #expect(names == CommandRow.plainNames)
    }

    @Test(arguments: [
        (["--prot", "9000"], ["--prot (command line): is not an option; did you mean --port?"]),
        (["--xyzzy-plugh"], ["--xyzzy-plugh (command line): is not an option; see luma-mcp help"]),
        (["--port"], ["--port (command line): needs a value: a whole number from 0 to 65535"]),
        (["--port", "--debug"], ["--port (command line): needs a value: a whole number from 0 to 65535"]),
        (["--port", "1", "--port=2"], ["--port (command line): is set twice"]),
        (["--debug", "false"], ["--debug (command line): takes its value after =, as in --debug=false"]),
        (["--sandbox", "auto"], ["--sandbox (command line): takes its value after =, as in --sandbox=auto"]),
        (["serve", "--toolset", "a"], ["--toolset (command line): is not an option; did you mean --toolsets?"]),
        (
            ["mcp", "--toolset"],
            ["--toolset (command line): needs a value: comma-separated names of toolsets"]
        ),
        (
            ["mcp", "--toolset", "--sandbox"],
            ["--toolset (command line): needs a value: comma-separated names of toolsets"]
        ),
        (
            ["mcp", "--toolset=,"],
            ["--toolset (command line): needs a value: comma-separated names of toolsets"]
        ),
        (["mcp", "--toolset", "a", "--toolset=b"], ["--toolset (command line): is set twice"]),
        (["serv"], ["serv (command line): is not a command; did you mean serve?"]),
        (["venues"], ["venues (command line): is not a command; see luma-mcp help"]),
        (["guest", "list"], ["guest (command line): is not a command; did you mean guests?"]),
        (["help", "events", "x"], ["events x (command line): is not a command; see luma-mcp help events"]),
        (["serve", "now"], ["argument 2 (command line): is not an option; options start with --"]),
        (["completion"], ["completion (command line): needs the name of a shell: bash, zsh, fish"]),
        (["completion", "csh"], ["completion (command line): needs the name of a shell: bash, zsh, fish"]),
        (["\u{1b}]0;owned\u{7}x"], ["]0;owned x (command line): is not a command; see luma-mcp help"]),
        (
            ["secret-0123456789abcdefghijklmnop"],
            ["secret-0… (33 characters) (command line): is not a command; see luma-mcp help"]
        ),
        (["--xyzzy-plugh\u{1b}[31m"], ["--xyzzy-plugh [31m (command line): is not an option; see luma-mcp help"]),
        (["completion", "zsh", "x"], ["x (command line): is an unexpected argument"]),
        (["man", "x"], ["x (command line): is an unexpected argument"]),
        (
            ["keys", "show"],
            [
                "keys (command line): needs create, list, show ID, rotate ID or revoke ID, with the options of that; "
                    + "see luma-mcp help keys"
            ]
        ),
        (["keys", "create", "--owner"], ["--owner (command line): needs a value"]),
        (["keys", "create", "--admin", "--admin"], ["--admin (command line): is set twice"]),
        (["keys", "create", "--admin=false"], ["--admin (command line): takes no value"]),
        (
            ["plugins"],
            ["plugins (command line): needs list, check PATH, or run PATH COMMAND [JSON]; see luma-mcp help plugins"]
        ),
        (
            ["plugins", "check"],
            ["plugins (command line): needs list, check PATH, or run PATH COMMAND [JSON]; see luma-mcp help plugins"]
        ),
        (["plugins", "check", "x", "--json"], ["--json (command line): is not an option; see luma-mcp help plugins"]),
        (["plugins", "list", "--port", "1"], ["--port (command line): is not an option; see luma-mcp help plugins"]),
        (
            ["forwarders"],
            [
                "forwarders (command line): needs check FILE, or import FILE --name NAME --base URL; "
                    + "see luma-mcp help forwarders"
            ]
        ),
        (
            ["forwarders", "import", "a.json", "--name", "shop"],
            ["forwarders import (command line): needs --name NAME and --base URL"]
        ),
        (
            ["forwarders", "import", "a.json", "--nam", "shop", "--include", "a b", "--base"],
            [
                "--nam (command line): is not an option; did you mean --name?",
                "--include (command line): must be a name, in which * stands for any characters",
                "--base (command line): needs a value",
            ]
        ),
        (
            ["forwarders", "check", "f.json", "--port", "1"],
            ["--port (command line): is not an option; see luma-mcp help forwarders"]
        ),
        (
            ["upstreams", "approve"],
            [
                "upstreams (command line): needs list, check NAME, diff NAME, or approve NAME [DIGEST]; "
                    + "see luma-mcp help upstreams"
            ]
        ),
        (
            ["upstreams", "diff", "docs", "--json"],
            ["--json (command line): is not an option; see luma-mcp help upstreams"]
        ),
        (
            ["upstreams", "list", "--port", "1"],
            ["--port (command line): is not an option; see luma-mcp help upstreams"]
        ),
        (["help", "nope"], ["nope (command line): is not a command; see luma-mcp help"]),
        (["help", "sandbox", "x"], ["x (command line): is an unexpected argument"]),
        (["version", "x"], ["x (command line): is an unexpected argument"]),
        (["sandbox", "--debug"], ["--debug (command line): is not an option; see luma-mcp help sandbox"]),
        (
            ["-p", "1"],
            [
                "argument 1 (command line): is not an option; options start with --",
                "argument 2 (command line): is not an option; options start with --",
            ]
        ),
        (
            ["--a", "--b=1", "--wrkers", "2"],
            [
                "--a (command line): is not an option; see luma-mcp help",
                "--b (command line): is not an option; see luma-mcp help",
                "--wrkers (command line): is not an option; did you mean --workers?",
            ]
        ),
    ])
    func mistakes(arguments: [String], problems: [String]) throws {
        let errors = try #require(throws: ConfigurationErrors.self) { try Command.parse(arguments) }
        #expect(errors.errors.map(\.description) == problems)
        #expect(errors.exitCode == 64)
    }
}
