import Core
import MCP

/// Tools that ask the client's user or its model.
extension FixtureServer {
    func addAskingTools(to registry: inout Registry) {
        registry.add(
            Self.tool(
                "test_sampling", "Asks the client's model.", input: Self.form(["prompt": ["type": "string"]])
            ) { call, arguments throws(CallFailure) in
                let answer = try await call.ask([("model", .sample(Self.question(arguments["prompt"] ?? "", 100)))])[0]
                return .text("LLM response: \(answer["content"]?["text"]?.stringValue ?? "")")
            })
        registry.add(
            Self.tool("test_missing_capability", "Cannot work without a model.") { call, _ throws(CallFailure) in
                _ = try await call.ask([("model", .sample(Self.question("Hello", 10)))])
                return .text("There is a model")
            })
        registry.add(
            Self.tool(
                "test_elicitation", "Asks the user for a name.", input: Self.form(["message": ["type": "string"]])
            ) { call, arguments throws(CallFailure) in
                let schema = Self.form([
                    "username": ["type": "string", "description": "User's response"],
                    "email": ["type": "string", "description": "User's email address"],
                ])
                let answer = try await call.elicit("user", arguments["message"]?.stringValue ?? "", schema: schema)
                return .text("User response: \(Self.words(answer))")
            })
        registry.add(
            Self.tool("test_elicitation_sep1034_defaults", "Asks with defaults.") { call, _ throws(CallFailure) in
                let answer = try await call.elicit("form", "Please review", schema: Self.defaults)
                return .text("Elicitation completed: \(Self.words(answer))")
            })
        registry.add(
            Self.tool("test_elicitation_sep1330_enums", "Asks for choices.") { call, _ throws(CallFailure) in
                let answer = try await call.elicit("form", "Please choose", schema: Self.choices)
                return .text("Elicitation completed: \(Self.words(answer))")
            })
        registry.add(
            Self.tool("test_streaming_elicitation", "Tells how far it is, and asks.") { call, _ throws(CallFailure) in
                call.progress(0, of: 1)
                let answer = try await call.elicit(
                    "user", "Go on?", schema: Self.form(["ok": ["type": "boolean"]]), state: "asked")
                return .text("User response: \(Self.words(answer))")
            })
    }

    static func question(_ text: JSON, _ tokens: Int) -> JSONObject {
        [
            "messages": [["role": "user", "content": ["type": "text", "text": text]]],
            "maxTokens": .number(JSONNumber(tokens)),
        ]
    }

    private static func words(_ answer: ElicitationAnswer) -> String {
        switch answer {
        case .accepted(let content):
            "action=accept, content=\(String(decoding: JSON.object(content).encoded, as: UTF8.self))"
        case .declined: "action=decline, content={}"
        case .cancelled: "action=cancel, content={}"
        }
    }

    private static let defaults: JSONObject = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "default": "John Doe"], "age": ["type": "integer", "default": 30],
            "score": ["type": "number", "default": 95.5],
            "status": ["type": "string", "enum": ["active", "inactive", "pending"], "default": "active"],
            "verified": ["type": "boolean", "default": true],
        ],
    ]

    private static let choices: JSONObject = [
        "type": "object",
        "properties": [
            "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
            "titledSingle": ["type": "string", "oneOf": .array(titled("Option"))],
            "legacyEnum": [
                "type": "string", "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            ],
            "untitledMulti": [
                "type": "array", "items": ["type": "string", "enum": ["option1", "option2", "option3"]],
            ],
            "titledMulti": ["type": "array", "items": ["anyOf": .array(titled("Choice"))]],
        ],
    ]

    private static func titled(_ noun: String) -> [JSON] {
        ["First", "Second", "Third"].enumerated().map {
            ["const": .string("value\($0 + 1)"), "title": .string("\($1) \(noun)")]
        }
    }
}
