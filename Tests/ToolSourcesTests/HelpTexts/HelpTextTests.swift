import Core
import Testing
import ToolSources

@Suite struct HelpTextTests {
    // MARK: Commands

    static let jobs = [
        HelpText.Command(
            "convert", "Convert files from one form to another, which may take a while when they are many and large"),
        HelpText.Command("list-all-of-the-jobs-there-are", "List them"), HelpText.Command("silent"),
        HelpText.Command("remote", "Has commands of its own"),
    ]
    static let clicked = [
        HelpText.Command("convert", "Convert files from one form to another, which may take a..."),
        HelpText.Command("list-jobs", "List them."), HelpText.Command("remote", "Has commands of its own."),
        HelpText.Command("silent"),
    ]
    static let typed = [
        HelpText.Command("convert", "Convert files from one form to another."), HelpText.Command("silent"),
        HelpText.Command("remote", "Has commands of its own."), HelpText.Command("list-jobs", "List them."),
    ]

    /// Commands stand in a list in braces, below a word, in a section or in frames; a command without help counts, an alias does not.
    @Test(
        arguments: [
            ("argparse_sample", [HelpText.Command("my-command", "Execute my command")]),
            (
                "argparse_epilog",
                [
                    HelpText.Command("deploy", "Deploy an application"),
                    HelpText.Command("status", "Get deployment status"),
                ]
            ),
            ("argparse_full", jobs), ("argparse_narrow", jobs),
            (
                "argparse_metavar",
                [
                    HelpText.Command("build", "Build it"),
                    HelpText.Command("a-very-long-name-of-a-command", "Its help begins on the next line"),
                ]
            ),
            ("argparse_none", []), ("click_full", clicked), ("old_click", clicked), ("typer_full", typed),
            ("old_typer", typed),
        ] as [(String, [HelpText.Command])])
    func commandsAreFound(fixture: String, commands: [HelpText.Command]) throws {
        let found = HelpText.commands(in: try HelpFixture.text(fixture))
        #expect(found.offered == commands)
        #expect(found.refused.isEmpty)
    }

    @Test func framesAndPlainTextsSayTheSame() throws {
        let plain = HelpText.commands(in: try HelpFixture.text("typer_plain")).offered
        let framed = HelpText.commands(in: try HelpFixture.text("typer_full")).offered
        #expect(plain.map(\.name).sorted() == framed.map(\.name).sorted())
    }

    @Test func sixteenCommandsAreTaken() throws {
        let found = HelpText.commands(in: try HelpFixture.text("argparse_many"))
        #expect(found.offered.map(\.name) == (0..<16).map { "command-\($0)" })
        #expect(found.refused.map(\.name) == (16..<20).map { "command-\($0)" })
        #expect(found.refused.allSatisfy { $0.reason.contains("only the first 16 commands") })
    }

    @Test(arguments: [
        (
            "Usage: x COMMAND\n\nAvailable Commands:\n  build, b   Build it\n  help       Help\n\nFlags:\n  -h\n",
            ["build"]
        ),
        ("  Available commands:\n    one  First\n    two  Second\n\n    three  no more\n", ["one", "two"]),
        ("USAGE:\n    x\n\nSUBCOMMANDS:\n    add     Adds\n        of it\n    remove  Removes\n", ["add", "remove"]),
        ("Available commands:\n  bad.name  x\n  ok  y\n  --flag  z\n", ["ok"]), ("", []), ("no help at all", []),
        ("usage: x [-h] FILE ...\n\npositional arguments:\n  FILE\n  ...\n", []),
        (
            "\u{1b}[1musage:\u{1b}[0m x {a,b} ...\n\npositional arguments:\n  {a,b}\n    a   \u{1b}[32mFirst\u{1b}[0m\n",
            ["a", "b"]
        ),
    ])
    func otherLayouts(text: String, names: [String]) {
        #expect(HelpText.commands(in: text).offered.map(\.name) == names)
    }

    // MARK: Arguments

    /// One line for each argument: option, way of passing, type, and `!` when it is required.
    private static func lines(_ command: PluginCommand) -> [String] {
        let required = command.input["required"]?.arrayValue ?? []
        return command.parameters.map { parameter in
            let property = command.input["properties"]?[parameter.name]
            let items = property?["items"]
            let scalar = items ?? property
            var type = scalar?["type"]?.stringValue ?? "?"
            if let choices = scalar?["enum"]?.arrayValue?.compactMap(\.stringValue) {
                type += "(" + choices.joined(separator: "|") + ")"
            }
            if items != nil { type = "[\(type)]" }
            let way =
                switch parameter.style {
                case .value: "="
                case .flag: "flag"
                case .invertedFlag: "inverted"
                case .pair(let off): "off \(off)"
                case .repeated: "repeat"
                case .list: "list"
                case .json: "json"
                case .position: "position"
                }
            let name = parameter.option.isEmpty ? parameter.name : parameter.option
            return "\(name) \(way) \(type)" + (required.contains(.string(parameter.name)) ? " !" : "")
        }
    }

    private static func command(_ fixture: String) throws -> PluginCommand {
        try HelpText.command(HelpText.Command("x"), help: try HelpFixture.text(fixture))
    }

    static let argparse = [
        "--mode = string(fast|safe) !", "--level = string(1|2|3)", "--tags list [string] !", "--maybe = string",
        "--any list [string]", "--box list [string]", "--pair list [string]", "--verbose flag boolean",
        "-q flag boolean", "--force flag boolean", "--no-cache flag boolean", "--color off --no-color boolean",
        "--include = string", "--a-name-that-is-too-long-for-its-column = string", "--under_score = string",
        "--as-text flag boolean", "--as-kind = string", "--max-bytes = string !", "source position string !",
        "target position string", "other position [string]",
    ]
    static let click = [
        "--mode = string(fast|safe)", "--level = string(1|2) !", "--name = string !", "--count = string !",
        "--ratio = string", "--since = string", "--file = string", "--pos list [string]", "--tag = string",
        "--verbose flag boolean", "--force flag boolean", "--color off --no-color boolean",
        "--shout off --whisper boolean", "-q flag boolean", "--a-name-that-is-too-long-for-its-column = string",
        "--under_score = string", "source position string !", "others position [string]",
    ]

    /// What typer shows in each of its forms: `tag` may be a list, `verbose` a flag, and a frame cuts a long name.
    static func typer(tag: String, verbose: String, isWhole: Bool) -> [String] {
        [
            "--level = string !", "--name = string !", "--mode = string(fast|safe)", "--ratio = string", tag,
            "--pos list [string]", "--force flag boolean", "--color off --no-color boolean", verbose,
        ] + (isWhole ? ["--a-name-that-is-too-long-for-its-column = string"] : [])
            + ["source position string !", "target position string", "others position [string]"]
    }

    @Test(
        arguments: [
            ("argparse_sample.my-command", ["--param = string !", "--optional = string"]),
            ("argparse_epilog.deploy", ["--app-name = string !", "--version = string !", "--environment = string"]),
            ("argparse_full.convert", argparse), ("argparse_narrow.convert", argparse), ("argparse_full.silent", []),
            ("argparse_full.list-all-of-the-jobs-there-are", ["value position string(open|done) !"]),
            ("click_full.convert", click), ("old_click.convert", click),
            ("click_full.silent", ["files position [string] !"]),
            ("click_full.list-jobs", ["value position string(open|done) !", "limit position string"]),
            ("typer_full.convert", typer(tag: "--tag repeat [string]", verbose: "--verbose = string", isWhole: false)),
            (
                "typer_plain.convert",
                typer(tag: "--tag repeat [string]", verbose: "--verbose flag boolean", isWhole: true)
            ),
            ("old_typer.convert", typer(tag: "--tag = string", verbose: "--verbose = string", isWhole: false)),
            ("old_typer_plain.convert", typer(tag: "--tag = string", verbose: "--verbose flag boolean", isWhole: true)),
            ("typer_full.list-jobs", ["--limit = string", "state position string(fast|safe) !"]),
            ("typer_plain.list-jobs", ["--limit = string", "state position string(fast|safe) !"]),
            ("old_typer.list-jobs", ["--limit = string", "state position string(fast|safe) !"]),
            ("typer_full.silent", []),
        ] as [(String, [String])])
    func argumentsAreFound(fixture: String, lines: [String]) throws {
        let found = Self.lines(try Self.command(fixture))
        #expect(found == lines, "\(found)")
    }

    @Test(arguments: ["argparse_full.remote", "click_full.remote", "typer_full.remote", "typer_plain.remote"])
    func aCommandWithCommandsOfItsOwnIsRefused(fixture: String) {
        let refused = #expect(throws: RefusedDefinition.self) { try Self.command(fixture) }
        #expect(refused?.reason == "it has commands of its own")
    }

    @Test func helpBecomesDescriptions() throws {
        func description(_ fixture: String, _ name: String) throws -> String? {
            try Self.command(fixture).input["properties"]?[name]?["description"]?.stringValue
        }
        #expect(try description("argparse_full.convert", "mode") == "how (default: safe)")
        #expect(
            try description("argparse_narrow.convert", "under_score")
                == "with a comma: 100% sure [not required] (default: a, b)")
        #expect(
            try description("click_full.convert", "name")
                == "Whose it is, in so many words that this help does not fit into one line of the output. [required]")
        #expect(try description("typer_full.convert", "source") == "The file to read. [required]")
        #expect(try description("typer_plain.convert", "target") == "The file to write.")
        #expect(try Self.command("click_full.list-jobs").description == "List them.")
        #expect(try Self.command("argparse_full.convert").description == "Converts files.")
    }

    // MARK: A whole plugin

    /// The sample of people's first plugin: what it needs to be offered, called and understood, without a change to it.
    @Test func theSmallestPluginWorks() throws {
        let own = try HelpFixture.text("argparse_sample.my-command")
        let plugin = HelpText.description(of: try HelpFixture.text("argparse_sample")) { command in
            command.name == "my-command" ? own : nil
        }
        #expect(plugin.description == "My Plugin CLI" && plugin.refused.isEmpty)
        let command = try #require(plugin.commands.first)
        #expect(command.name == "my-command" && command.description == "Execute my command")
        #expect(
            command.input == [
                "type": "object",
                "properties": [
                    "param": ["type": "string", "description": "Required parameter"],
                    "optional": ["type": "string", "description": "Optional parameter"],
                ],
                "required": ["param"],
            ])
        let invocation = try PluginArguments.invocation(
            of: command, ["param": "--x y", "optional": "z"], requestID: "r", deadlineSeconds: 30)
        #expect(invocation == PluginInvocation(words: ["my-command", "--param=--x y", "--optional=z"], input: nil))
    }

    @Test func aCommandWhoseHelpFailsIsRefusedAlone() throws {
        let own = try HelpFixture.text("argparse_epilog.status")
        let plugin = HelpText.description(of: try HelpFixture.text("argparse_epilog")) { command in
            command.name == "status" ? own : nil
        }
        #expect(plugin.commands.map(\.name) == ["status"])
        #expect(plugin.refused == [RefusedDefinition(name: "deploy", reason: "its --help fails")])
    }

    /// Cut anywhere, a help text is read or refused.
    @Test func noBeginningOfAHelpTextStopsTheReading() throws {
        let fixtures = try HelpFixture.all()
        #expect(fixtures.count >= 30)
        for (_, text) in fixtures {
            let octets = Array(text.utf8)
            for end in stride(from: 0, through: octets.count, by: octets.count > 300 ? 89 : 1) {
                let beginning = String(decoding: octets[..<end], as: UTF8.self)
                #expect(HelpText.commands(in: beginning).offered.count <= HelpText.maxCommands)
                _ = try? HelpText.command(HelpText.Command("x"), help: beginning)
            }
        }
    }

    @Test(arguments: [
        "usage: x -", "usage: x {", "usage: ...", "usage: {} ...\n\nx:\n  {}\n    \n", "Usage: [OPTIONS]",
        "Usage: x [OPTIONS] ... [] {} {|} :",
        "╭", "╭─╮\n│\n╰", "│ x │", "╭─ Options ─╮\n│ *\n│ -\n│ --\n│ * -  -  -\n╰",
        "x:\n  -\n  --\n  - / -\n  --a / \n  , -\n",
        "usage: x [-h]\n\noptions:\n  -a {}, -b [\n  --c=  ]\n  --d <>...\n", "Arguments:\n  [\n  ]...\n",
        "Usage: x [OPTIONS] a a a...\n", "usage: x ]))) ((([[[ -a\n", ":\n:\n  :\n",
    ])
    func oddTextsAreReadOrRefused(text: String) {
        _ = HelpText.commands(in: text)
        _ = try? HelpText.command(HelpText.Command("x"), help: text)
    }

    @Test func aHugeTextEnds() {
        let line =
            "  --option-" + String(repeating: "x", count: 50) + "  " + String(repeating: "word ", count: 20) + "\n"
        let text = "Usage: x [OPTIONS]\n\nOptions:\n" + String(repeating: line, count: 10_000)
        _ = HelpText.commands(in: text)
        _ = try? HelpText.command(HelpText.Command("x"), help: text)
        _ = HelpText.commands(in: "usage: " + String(repeating: "{a,", count: 100_000))
    }
}
