import Core
import Testing
import ToolSources

@Suite struct PluginDescriptionTests {
    private func read(_ json: JSON) throws -> PluginDescription { try PluginDescription.read(json.encoded) }

    private func command(_ json: JSON, version: String? = nil) throws -> PluginCommand {
        var document: JSONObject = ["commands": [json]]
        document["contract_version"] = version.map { .string($0) }
        let description = try read(.object(document))
        #expect(description.refused == [])
        return try #require(description.commands.first)
    }

    private func refusal(_ json: JSON, version: String? = nil) throws -> String {
        var document: JSONObject = ["commands": [json, ["name": "good"]]]
        document["contract_version"] = version.map { .string($0) }
        let description = try read(.object(document))
        #expect(description.commands.map(\.name) == ["good"], "the others are offered")
        return try #require(description.refused.first).reason
    }

    // MARK: Version 1

    /// What Sanctum's own plugins say is understood as it stands.
    @Test func aDocumentOfVersionOne() throws {
        let description = try read([
            "plugin": ["name": "toy", "version": "1.0.0", "description": "A toy."],
            "commands": [
                [
                    "name": "calculate", "description": "Adds two numbers.",
                    "parameters": [
                        ["name": "operation", "type": "string", "description": "add", "required": true],
                        ["name": "first_number", "type": "number", "required": true],
                        ["name": "round", "type": "boolean", "default": nil],
                        ["name": "tags", "type": "array"], ["name": "options", "type": "object"], ["name": "plain"],
                        ["name": "prefix", "type": "String", "default": ""],
                    ],
                    "anything": ["else": 1],
                ],
                ["name": "coin_flip", "parameters": []],
            ],
        ])
        #expect(description.version == "1.0.0" && description.description == "A toy." && description.refused.isEmpty)
        #expect(description.requests == PluginRequests())
        let command = try #require(description.commands.first)
        #expect(
            command.input == [
                "type": "object",
                "properties": [
                    "operation": ["type": "string", "description": "add"], "first_number": ["type": "number"],
                    "round": ["type": "boolean"], "tags": ["type": "array", "items": [:]],
                    "options": ["type": "object"],
                    "plain": ["type": "string"], "prefix": ["type": "string", "default": ""],
                ],
                "required": ["operation", "first_number"],
            ])
        #expect(command.isClosed && command.passing == .flags && command.outputForm == .text)
        #expect(command.parameters[1] == PluginParameter("first_number", option: "--first-number"))
        #expect(description.commands.map(\.name) == ["calculate", "coin_flip"])
    }

    /// In version 1 these names were anybody's own; of another type they mean nothing here.
    @Test func membersOfLaterVersionsMayBeTheAuthorsOwn() throws {
        let command = try command([
            "name": "x", "args": ["a"], "output": ["b": 1], "scope": 5, "timeout_seconds": "30", "fetch": true,
            "annotations": [],
        ])
        #expect(command == PluginCommand("x"))
    }

    // MARK: Version 1.1

    @Test func aDocumentOfVersionOneOne() throws {
        let description = try read([
            "contract_version": "1.1",
            "plugin": [
                "name": "x", "timeout_seconds": 120, "serial": true, "env": ["TOKEN"], "network": true,
                "paths": [["path": "/srv/./data/", "write": true], ["path": "/etc/x"]],
            ],
            "commands": [
                [
                    "name": "run", "title": "Run", "description": "Runs.",
                    "input_schema": ["properties": ["url": ["$ref": "#/$defs/u"]], "$defs": ["u": ["type": "string"]]],
                    "output_schema": ["type": "object", "properties": ["n": ["type": "integer"]]],
                    "annotations": ["readOnlyHint": true, "openWorldHint": false], "scope": "admin",
                    "timeout_seconds": 2.5,
                    "args": "stdin-json", "output": "mcp", "overflow": "tail",
                    "fetch": ["argument": "url", "max_bytes": 1000, "types": ["image/png"]],
                ]
            ],
        ])
        var requests = PluginRequests()
        requests.timeoutSeconds = 120
        requests.isSerial = true
        requests.environment = ["TOKEN"]
        requests.network = true
        requests.paths = [PluginPath("/srv/data", isWritable: true), PluginPath("/etc/x", isWritable: false)].compactMap
        { $0 }
        #expect(description.requests == requests)
        let command = try #require(description.commands.first)
        #expect(command.title == "Run" && command.scope == .admin && command.timeoutSeconds == 2.5)
        #expect(command.passing == .standardInput && command.outputForm == .mcp && command.overflow == .tail)
        #expect(command.input == ["type": "object", "properties": ["url": ["type": "string"]]])
        #expect(command.output == ["type": "object", "properties": ["n": ["type": "integer"]]])
        #expect(command.hints.readOnly == true && command.hints.openWorld == false && command.hints.destructive == nil)
        #expect(
            command.fetch?.argument == "url" && command.fetch?.maxBytes == 1000 && command.fetch?.types == ["image/png"]
        )
        #expect(command.parameters == [PluginParameter("url", option: "--url")])
    }

    /// How each declaration is passed; the name of an option is the parameter's from version 1.1 on.
    @Test(arguments: [
        (#"{"name":"a_b"}"#, PluginParameter("a_b", option: "--a_b")),
        (#"{"name":"--x"}"#, PluginParameter("x", option: "--x")),
        (#"{"name":"x","option":"-x"}"#, PluginParameter("x", option: "-x")),
        (#"{"name":"x","secret":true}"#, PluginParameter("x", option: "--x", isSecret: true)),
        (#"{"name":"x","type":"boolean"}"#, PluginParameter("x", option: "--x")),
        (#"{"name":"x","type":"boolean","action":"store_true"}"#, PluginParameter("x", option: "--x", style: .flag)),
        (#"{"name":"x","type":"boolean","arg_style":"flag"}"#, PluginParameter("x", option: "--x", style: .flag)),
        (#"{"name":"x","type":"boolean","takes_value":false}"#, PluginParameter("x", option: "--x", style: .flag)),
        (
            #"{"name":"x","type":"boolean","action":"STORE_FALSE"}"#,
            PluginParameter("x", option: "--x", style: .invertedFlag)
        ),
        (
            #"{"name":"no-x","type":"boolean","action":"store_false"}"#,
            PluginParameter("no-x", option: "--no-x", style: .flag)
        ),
        (#"{"name":"x","type":"array"}"#, PluginParameter("x", option: "--x")),
        (#"{"name":"x","type":"array","action":"append"}"#, PluginParameter("x", option: "--x", style: .repeated)),
        (#"{"name":"x","type":"array","arg_style":"repeat"}"#, PluginParameter("x", option: "--x", style: .repeated)),
        (#"{"name":"x","type":"array","nargs":"+"}"#, PluginParameter("x", option: "--x", style: .list)),
        (#"{"name":"x","type":"array","nargs":3}"#, PluginParameter("x", option: "--x", style: .list)),
        (#"{"name":"x","type":"array","arg_style":"list"}"#, PluginParameter("x", option: "--x", style: .list)),
        (#"{"name":"x","arg_style":"json"}"#, PluginParameter("x", option: "--x", style: .json)),
        (#"{"name":"x","arg_style":"position"}"#, PluginParameter("x", option: "--x", style: .position)),
    ])
    func stylesOfArguments(declaration: String, parameter: PluginParameter) throws {
        let declared = try JSON.parse(declaration)
        #expect(try command(["name": "c", "parameters": [declared]], version: "1.1").parameters == [parameter])
    }

    @Test func wordsOfASchemaAreCarriedOver() throws {
        let command = try command([
            "name": "c",
            "parameters": [
                ["name": "a", "enum": ["x", "y"], "minLength": 1, "maxLength": 5],
                ["name": "b", "type": "integer", "minimum": 1, "maximum": 9],
                ["name": "c", "type": "array", "items": ["type": "object"], "minItems": 1, "maxItems": 3],
            ],
        ])
        #expect(
            command.input["properties"] == [
                "a": ["type": "string", "enum": ["x", "y"], "minLength": 1, "maxLength": 5],
                "b": ["type": "integer", "minimum": 1, "maximum": 9],
                "c": ["type": "array", "items": ["type": "object"], "minItems": 1, "maxItems": 3],
            ])
    }

    @Test func aSchemaWinsOverParameters() throws {
        let command = try command([
            "name": "c", "parameters": [["name": "tags", "type": "array", "action": "append"]],
            "input_schema": [
                "properties": ["tags": ["type": "array", "items": ["type": "string"]], "n": [:]],
                "additionalProperties": true,
            ],
        ])
        #expect(command.input["properties"]?["tags"]?["items"] == ["type": "string"])
        #expect(
            command.parameters.map(\.style) == [.repeated, .value] && command.parameters.map(\.name) == ["tags", "n"])
        #expect(!command.isClosed)
    }

    // MARK: Faults

    /// A fault within one command costs that command, and its place is told.
    @Test(arguments: [
        ("5", "a command must be an object"), ("{}", "name must have 1 to 128 letters"),
        (#"{"name":"a b"}"#, "name must have"),
        (#"{"name":"--x"}"#, "name must have"), (#"{"name":5}"#, "name must be a string"),
        (#"{"name":"x","description":5}"#, "description must be a string"),
        (#"{"name":"x","parameters":{}}"#, "parameters must be an array"),
        (#"{"name":"x","parameters":[5]}"#, "parameters[0] must be an object"),
        (#"{"name":"x","parameters":[{"type":"string"}]}"#, "parameters[0].name must have 1 to 64"),
        (#"{"name":"x","parameters":[{"name":"a","type":"str"}]}"#, "parameters[0].type must be one of string,"),
        (#"{"name":"x","parameters":[{"name":"a","required":"yes"}]}"#, "parameters[0].required must be true or false"),
        (#"{"name":"x","parameters":[{"name":"a"},{"name":"a"}]}"#, "parameters[1].name is a duplicate"),
        (
            #"{"name":"x","parameters":[{"name":"a","arg_style":"odd"}]}"#,
            "parameters[0].arg_style must be one of value, flag"
        ),
        (#"{"name":"x","parameters":[{"name":"a","option":"a"}]}"#, "parameters[0].option must be an option"),
        (#"{"name":"x","parameters":[{"name":"a","option":"--a=b"}]}"#, "parameters[0].option must be an option"),
        (#"{"name":"x","scope":"root"}"#, "scope must be one of read, write, admin"),
        (#"{"name":"x","args":"stdin"}"#, "args must be one of flags, stdin-json"),
        (#"{"name":"x","output":"xml"}"#, "output must be one of text, json, mcp, ndjson"),
        (#"{"name":"x","timeout_seconds":0}"#, "timeout_seconds must be a number of seconds"),
        (#"{"name":"x","annotations":{"readOnlyHint":1}}"#, "annotations.readOnlyHint must be true or false"),
        (#"{"name":"x","fetch":{"argument":"a"}}"#, "fetch.argument must name one of the arguments"),
        (#"{"name":"x","input_schema":{"type":"string"}}"#, "input_schema: the schema is not an object at its root"),
        (
            #"{"name":"x","parameters":[{"name":"a","items":5,"type":"array"}]}"#,
            "parameters: the schema has a value where"
        ),
    ])
    func aBadCommandIsLeftOutAlone(command: String, reason: String) throws {
        #expect(try refusal(try JSON.parse(command)).hasPrefix(reason))
    }

    @Test(arguments: [
        (#"{"commands":{}}"#, "commands must be an array"), (#"{"plugin":{"name":"x"}}"#, "commands must be an array"),
        (#"{"contract_version":"2.0","commands":[]}"#, "contract_version must be"),
        (#"{"contract_version":1.0,"commands":[]}"#, "contract_version must be"),
        (#"{"contract_version":"1.","commands":[]}"#, "contract_version must be"),
        (#"{"contract_version":"1.0.0.0","commands":[]}"#, "contract_version must be"),
        (#"{"plugin":"x","commands":[]}"#, "plugin must be an object"),
        (#"{"plugin":{"name":" "},"commands":[]}"#, "plugin.name must not be empty"),
        (#"{"plugin":{"timeout_seconds":-1},"commands":[]}"#, "plugin.timeout_seconds must be"),
        (#"{"plugin":{"env":["A B"]},"commands":[]}"#, "plugin.env names \"A B\""),
        (#"{"plugin":{"paths":[{"path":"../x"}]},"commands":[]}"#, "plugin.paths[0].path must be an absolute path"),
    ])
    func aFaultOutsideOfCommandsCostsThePlugin(document: String, reason: String) throws {
        let fault = #expect(throws: PluginDescriptionFault.self) { try PluginDescription.read(Array(document.utf8)) }
        guard case .invalid(let text)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(text.hasPrefix(reason), "\(text)")
    }

    /// What is no description leads to the help text.
    @Test(arguments: [
        "", "usage: x", "[]", "5", "{}", #"{"error":"unknown command"}"#, "{\"commands\":[", "\u{feff}{}",
    ])
    func whatIsNoDescription(text: String) {
        #expect(throws: PluginDescriptionFault.notDescribed) { try PluginDescription.read(Array(text.utf8)) }
    }

    @Test func commandsAreCountedAndNamesAreTheirsAlone() throws {
        let many = (0..<200).map { ["name": .string("c\($0)")] as JSON }
        let description = try read(["commands": .array(many)])
        #expect(description.commands.count == PluginDescription.maxCommands)
        #expect(description.refused.map(\.name) == ["c128"])
        let twice = try read(["commands": [["name": "a"], ["name": "b"], ["name": "a"]]])
        #expect(twice.commands.map(\.name) == ["b"] && twice.refused.map(\.name) == ["a", "a"])
    }

    @Test func aLargeDescriptionIsRefused() {
        let octets = Array(repeating: UInt8(ascii: " "), count: PluginDescription.maxBytes + 1)
        #expect(throws: PluginDescriptionFault.self) { try PluginDescription.read(octets) }
    }

    // MARK: Anything

    private static let full: JSON = [
        "contract_version": "1.1",
        "plugin": [
            "name": "x", "version": "1", "timeout_seconds": 1, "serial": true, "env": ["A"], "network": true,
            "paths": [["path": "/a", "write": true]],
        ],
        "commands": [
            [
                "name": "a", "title": "A", "description": "d", "scope": "read", "args": "flags", "output": "json",
                "overflow": "head", "annotations": ["readOnlyHint": true], "timeout_seconds": 1,
                "fetch": ["argument": "p", "max_bytes": 5, "types": ["image/png"]], "output_schema": ["type": "object"],
                "parameters": [
                    [
                        "name": "p", "type": "array", "items": ["type": "string"], "action": "append", "nargs": "+",
                        "required": true, "default": [],
                    ]
                ],
                "input_schema": [
                    "properties": ["p": ["$ref": "#/$defs/x"]], "$defs": ["x": ["anyOf": [["type": "string"], true]]],
                ],
            ]
        ],
    ]

    @Test func noBeginningAndNoMutationOfADocumentStopsTheReading() throws {
        #expect(try read(Self.full).commands.count == 1)
        let octets = Self.full.encoded
        for end in octets.indices {
            #expect(throws: PluginDescriptionFault.notDescribed) { try PluginDescription.read(Array(octets[..<end])) }
        }
        let mutations = Self.full.mutations
        #expect(mutations.count > 400)
        for mutation in mutations { _ = try? read(mutation) }
    }
}
