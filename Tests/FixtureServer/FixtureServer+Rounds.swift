import Core
import MCP

/// Tools that need more than one round (2026-07-28), each by the name and the keys that its scenario expects.
extension FixtureServer {
    private static let name = form(["name": ["type": "string"]])
    private static let ok = form(["ok": ["type": "boolean"]])

    func addRoundTools(to registry: inout Registry) {
        func add(_ name: String, _ description: String, _ handler: @escaping (Call) async throws(CallFailure) -> String)
        {
            registry.add(
                Self.tool("test_input_required_result_" + name, description) { call, _ throws(CallFailure) in
                    .text(try await handler(call))
                })
        }
        add("elicitation", "Asks for a name.") { call throws(CallFailure) in
            let answer = try await call.elicit("user_name", "What is your name?", schema: Self.name)
            return "Hello, \(Self.text(answer, "name"))!"
        }
        add("sampling", "Asks for a capital.") { call throws(CallFailure) in
            let request = InputRequest.sample(Self.question("What is the capital of France?", 100))
            return try await call.ask([("capital_question", request)])[0]["content"]?["text"]?.stringValue ?? ""
        }
        add("list_roots", "Asks for the folders.") { call throws(CallFailure) in
            Self.roots(try await call.ask([("client_roots", .roots)])[0])
        }
        add("request_state", "Remembers something.") { call throws(CallFailure) in
            _ = try await call.elicit("confirm", "Please confirm", schema: Self.ok, state: ["kept": "state"])
            return call.state?["kept"] == "state" ? "state-ok" : "state-lost"
        }
        add("multiple_inputs", "Asks for three things.") { call throws(CallFailure) in
            let answers = try await call.ask(
                [
                    ("user_name", .form("What is your name?", schema: Self.name)),
                    ("greeting", .sample(Self.question("Generate a greeting", 50))), ("client_roots", .roots),
                ], state: "asked")
            return "\(answers[1]["content"]?["text"]?.stringValue ?? "") \(Self.roots(answers[2]))"
        }
        add("multi_round", "Asks twice.") { call throws(CallFailure) in
            let first = try await call.elicit(
                "step1", "Step 1: What is your name?", schema: Self.name, state: ["round": 1])
            let second = try await call.elicit(
                "step2", "Step 2: What is your favorite color?", schema: Self.form(["color": ["type": "string"]]),
                state: ["round": 2])
            return "\(Self.text(first, "name")) likes \(Self.text(second, "color"))"
        }
        add("tampered_state", "Remembers something nobody may change.") { call throws(CallFailure) in
            _ = try await call.elicit("confirm", "Please confirm", schema: Self.ok, state: ["signed": true])
            return "The state was not changed"
        }
        add("capabilities", "Asks for what the client can do.") { call throws(CallFailure) in
            var requests: [(key: String, request: InputRequest)] = []
            if call.canElicit { requests.append(("user_name", .form("What is your name?", schema: Self.name))) }
            if call.caller.capabilities.sampling {
                requests.append(("greeting", .sample(Self.question("Generate a greeting", 50))))
            }
            return "\(try await call.ask(requests).count) answers"
        }
    }

    static func text(_ answer: ElicitationAnswer, _ name: String) -> String {
        if case .accepted(let content) = answer { content[name]?.stringValue ?? "" } else { "nobody" }
    }

    private static func roots(_ answer: JSON) -> String {
        (answer["roots"]?.arrayValue ?? []).compactMap { $0["uri"]?.stringValue }.joined(separator: ", ")
    }
}
