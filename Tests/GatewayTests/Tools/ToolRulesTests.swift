import Core
import GatewayAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// The published rules of hosts and providers for tools, over what the gateway really lists.
@Suite struct ToolRulesTests {
    /// One rule: what is wrong with a tool by it.
    private struct Rule: Sendable {
        let name: String
        let problems: @Sendable (JSON) -> [String]

        init(_ name: String, _ problems: @escaping @Sendable (JSON) -> [String]) {
            self.name = name
            self.problems = problems
        }
    }

    /// Every schema below an argument, with its path.
    private static func schemas(_ tool: JSON) -> [(path: String, schema: JSON)] {
        func below(_ schema: JSON, _ path: String) -> [(String, JSON)] {
            var found = [(path, schema)]
            for member in schema["properties"]?.objectValue?.members ?? [] {
                found += below(member.value, path + "." + member.name)
            }
            if let items = schema["items"] { found += below(items, path + "[]") }
            return found
        }
        return below(tool["inputSchema"] ?? .null, "").map { (path: $0.0, schema: $0.1) }
    }

    private static func each(_ tool: JSON, _ isRight: (String, JSON) -> Bool) -> [String] {
        schemas(tool).filter { !isRight($0.path, $0.schema) }.map { "\($0.path) \($0.schema)" }
    }

    private static func words(_ tool: JSON, _ allowed: Set<String>) -> [String] {
        each(tool) { _, schema in Set(schema.objectValue?.names ?? []).isSubset(of: allowed) }
    }

    private static func name(_ tool: JSON, _ pattern: some RegexComponent, before: String = "", max: Int) -> [String] {
        let name = before + (tool["name"]?.stringValue ?? "")
        return name.utf8.count <= max && name.wholeMatch(of: pattern) != nil ? [] : [name]
    }

    private static let plain: Set<String> = [
        "type", "properties", "required", "items", "enum", "description", "minimum", "maximum", "minLength",
        "maxLength",
        "minItems", "maxItems",
    ]

    /// By the documentation of each, in November 2026.
    private static let rules: [Rule] = [
        Rule("OpenAI: name") { name($0, /[a-zA-Z0-9_-]+/, max: 64) },
        Rule("Anthropic: name") { name($0, /[a-zA-Z0-9_-]+/, max: 128) },
        Rule("Bedrock: name") { name($0, /[a-zA-Z0-9_-]+/, max: 64) },
        Rule("Gemini: name") { name($0, /[a-zA-Z_][a-zA-Z0-9_.-]*/, max: 64) },
        Rule("Claude Code: name") { name($0, /[a-zA-Z0-9_-]+/, before: "mcp__luma-events__", max: 64) },
        Rule("Cursor: server and name together") { name($0, /[a-zA-Z0-9_-]+/, before: "luma-events", max: 60) },
        Rule("VS Code: name") { name($0, /[a-zA-Z0-9_-]+/, before: "mcp_luma-events_", max: 64) },
        Rule("all: a description of at most 1024 characters") {
            (1...1024).contains($0["description"]?.stringValue?.count ?? 0) ? [] : ["\($0["description"] ?? .null)"]
        },
        Rule("OpenAI: the root is an object with properties") {
            let root = $0["inputSchema"]
            return root?["type"] == "object" && root?["properties"]?.objectValue != nil ? [] : ["\(root ?? .null)"]
        },
        Rule("all: no combinators, no references") { tool in
            each(tool) { _, schema in
                ["anyOf", "oneOf", "allOf", "not", "if", "$ref", "$defs", "const"].allSatisfy { schema[$0] == nil }
            }
        },
        // A list of types loses all tools in semantic-kernel and autogen.
        Rule("all: a type is one word") { each($0) { _, schema in schema["type"]?.stringValue != nil } },
        Rule("OpenAI: arrays have items, enums have values") { tool in
            each(tool) { _, schema in
                (schema["type"] != "array" || schema["items"]?.objectValue != nil)
                    && (schema["enum"].map { $0.arrayValue?.isEmpty == false } ?? true)
            }
        },
        Rule("all: what is required exists") { tool in
            each(tool) { _, schema in
                (schema["required"]?.arrayValue ?? []).allSatisfy {
                    schema["properties"]?[$0.stringValue ?? ""] != nil
                }
            }
        },
        Rule("Anthropic: names of properties") { tool in
            each(tool) { _, schema in
                (schema["properties"]?.objectValue?.names ?? []).allSatisfy {
                    $0.wholeMatch(of: /[a-zA-Z0-9_.-]{1,64}/) != nil
                }
            }
        },
        // Gemini's `parameters` are a subset of OpenAPI's schema; `additionalProperties: false` ends google-genai.
        Rule("Gemini: words") {
            words($0, plain.union(["format", "title", "nullable", "default", "anyOf", "pattern"]))
        },
        // What a strict schema may hold; every property is made required, and null then means "not given".
        Rule("OpenAI strict: words, no default") { words($0, plain) },
        Rule("Anthropic strict: an object names its properties") { tool in
            each(tool) { _, schema in schema["type"] != "object" || schema["properties"]?.objectValue != nil }
        },
        Rule("Bedrock: depth of at most five") { tool in
            each(tool) { path, _ in path.count { $0 == "." } + path.count { $0 == "[" } <= 5 }
        },
        Rule("hosts: every argument is described") { tool in
            each(tool) { path, schema in path.isEmpty || path.hasSuffix("[]") || schema["description"] != nil }
        },
        Rule("hosts: all four annotations and a title") {
            $0["annotations"]?.objectValue?.count == 4 && $0["title"]?.stringValue != nil ? [] : ["annotations"]
        },
        Rule("hosts: the default of an optional choice is told") { tool in
            let required = tool["inputSchema"]?["required"]?.arrayValue ?? []
            guard tool["annotations"]?["readOnlyHint"] == true else { return [] }
            return (tool["inputSchema"]?["properties"]?.objectValue?.members ?? []).filter {
                $0.value["enum"] != nil && !required.contains(.string($0.name))
                    && $0.value["description"]?.stringValue?.contains("Default") != true
            }.map(\.name)
        },
    ]

    @Test func everyToolKeepsEveryRule() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let list = try await MCPClient(gateway).modern("tools/list")
            let tools = try #require(list.json?["result"]?["tools"]?.arrayValue)
            #expect(tools.count == OfferedTools.all.count)
            for rule in Self.rules {
                for tool in tools {
                    #expect(rule.problems(tool) == [], "\(rule.name): \(tool["name"] ?? .null)")
                }
            }
            // Each word costs every conversation.
            #expect(list.text.utf8.count < 1400 * tools.count)
        }
    }

    /// A token that the gateway takes for nobody's word is not offered either.
    @Test(arguments: ["token", "form"]) func aTokenIsOfferedWhereItCounts(way: String) async throws {
        let asking = Surfaces.all.filter(\.needsConfirmation).compactMap(\.tool)
        #expect(asking.contains("cancel_event") && asking.count > 1)
        try await InProcess.serve([.cancelConfirmation: way]) { (gateway: InProcess) async throws in
            let list = try await MCPClient(gateway).modern("tools/list")
            for tool in try #require(list.json?["result"]?["tools"]?.arrayValue) {
                let isOffered = way == "token" && asking.contains(tool["name"]?.stringValue ?? "")
                let words = tool["description"]?.stringValue ?? ""
                #expect((tool["inputSchema"]?["properties"]?["confirm"] != nil) == isOffered, "\(tool)")
                #expect(words.contains("again with confirm") == isOffered, "\(words)")
                if !isOffered { #expect(tool["outputSchema"]?["properties"]?["confirm"] == nil, "\(tool)") }
                if way == "form", asking.contains(tool["name"]?.stringValue ?? "") {
                    #expect(words.contains("in a form first"), "\(words)")
                }
            }
        }
    }

    /// A rule that nothing can break tells nothing.
    @Test func everyRuleCanBeBroken() {
        let wrong: JSON = [
            "name": .string(String(repeating: "ü", count: 200)), "annotations": [:],
            "inputSchema": [
                "type": ["object", "null"], "required": ["x"], "anyOf": [], "additionalProperties": false,
                "properties": [
                    "é": ["type": "array"], "kind": ["type": "string", "enum": [], "default": 1],
                    "deep": [
                        "properties": [
                            "a": [
                                "properties": [
                                    "b": [
                                        "properties": [
                                            "c": [
                                                "properties": [
                                                    "d": ["properties": ["e": ["type": "object"]]]
                                                ]
                                            ]
                                        ]
                                    ]
                                ]
                            ]
                        ]
                    ],
                ],
            ],
        ]
        for rule in Self.rules where rule.name != "hosts: the default of an optional choice is told" {
            var tool = wrong
            if rule.name.hasPrefix("OpenAI: the root") { tool = ["inputSchema": ["type": "object"]] }
            #expect(rule.problems(tool) != [], "\(rule.name)")
        }
        let silent: JSON = [
            "annotations": ["readOnlyHint": true], "inputSchema": ["properties": ["sort": ["enum": ["a"]]]],
        ]
        #expect(Self.rules.contains { $0.name.hasPrefix("hosts: the default") && $0.problems(silent) == ["sort"] })
    }
}
