import Core
import IOTestKit
import MCP
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// What a server of an older revision asks in the course of a call.
@Suite struct UpstreamFormTests {
    private static let form: JSON = [
        "message": "Which size?",
        "requestedSchema": [
            "type": "object", "properties": ["size": ["type": "string"]], "required": ["size"],
        ],
    ]

    /// What it was told, as the result of the call.
    private static func told(_ answer: JSON) -> String {
        if let code = answer["error"]?["code"]?.intValue { return "error \(code)" }
        let size = answer["result"]?["content"]?["size"]?.stringValue
        return [answer["result"]?["action"]?.stringValue, size].compactMap(\.self).joined(separator: " ")
    }

    private static func result(_ text: String) -> FakeUpstream.Reply {
        .result(["content": [["type": "text", "text": .string(text)]]])
    }

    /// Asks twice, and says what it was told.
    private static let asking: FakeUpstream.Script = { message in
        guard message.method == "tools/call" else { return nil }
        return .asks(Self.form, id: "a\(message.earlier)") { first in
            guard first["error"] == nil else { return Self.result(Self.told(first)) }
            return .asks(Self.form, id: "b\(message.earlier)") { second in
                Self.result(Self.told(first) + ", " + Self.told(second))
            }
        }
    }

    private static let call: JSONObject = ["name": "docs__delete", "arguments": [:]]

    private static func serve(
        _ script: @escaping FakeUpstream.Script = asking,
        _ body: (InProcess, FakeUpstream) async throws -> Void
    ) async throws {
        try await FakeUpstream.serve(.session, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                try await body(gateway, upstream)
            }
        }
    }

    private static func text(_ result: JSON?) -> JSON? { result?["content"]?.arrayValue?.first?["text"] }

    /// The caller comes back with the answer; the call waits there meanwhile, and is made once.
    @Test func aModernCallerComesBackWithTheAnswer() async throws {
        try await Self.serve { gateway, upstream in
            let client = MCPClient(gateway, capabilities: ["elicitation": [:]])
            var params = Self.call
            for answer: JSON in [["action": "accept", "content": ["size": "large"]], ["action": "decline"]] {
                let asked = try await client.modern("tools/call", params).json?["result"]
                #expect(asked?["resultType"] == "input_required", "\(asked ?? .null)")
                let (key, request) = try #require(asked?["inputRequests"]?.objectValue?.members.first)
                #expect(request["params"]?["message"] == "the MCP server docs asks: Which size?")
                params["requestState"] = asked?["requestState"]
                params["inputResponses"] = .object(JSONObject([(name: key, value: answer)]))
            }
            let done = try await client.modern("tools/call", params).json
            #expect(Self.text(done?["result"]) == "accept large, decline", "\(done ?? .null)")
            #expect(upstream.count("tools/call") == 1)
            // The state of a round is good once.
            let again = try await client.modern("tools/call", params).json
            #expect(again?["error"]?["code"] == -32602, "\(again ?? .null)")
        }
    }

    @Test func aCallerWithASessionIsAskedOnTheWay() async throws {
        try await Self.serve { gateway, upstream in
            let client = MCPClient(gateway)
            let session = try await client.session(capabilities: ["elicitation": [:]])
            let request = try await client.open(
                MCPClient.request("tools/call", .object(Self.call), id: "c"), [session])
            for (count, answer) in [
                (1, ["action": "accept", "content": ["size": "small"]] as JSON), (2, ["action": "cancel"]),
            ] {
                let heard = try await request.hears(#""method":"elicitation/create""#, times: count)
                let question = try #require(heard.messages.last)
                #expect(question["params"]?["message"] == "the MCP server docs asks: Which size?")
                let reply: JSON = ["jsonrpc": "2.0", "id": question["id"] ?? .null, "result": answer]
                #expect(try await client.post(reply, [session]).status == 202)
            }
            let done = try await request.answer().messages.last { $0["id"] == "c" }
            #expect(Self.text(done?["result"]) == "accept small, cancel", "\(done ?? .null)")
            #expect(upstream.count("tools/call") == 1)
        }
    }

    /// The user is not asked any more, and what he says all the same goes nowhere.
    @Test(arguments: [true, false])
    func aQuestionIsWithdrawnFromACallerWithASession(byWord: Bool) async throws {
        let isSeen = Flag()
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call" else { return nil }
            // A call that has ended needs no answer, either.
            return .withdraws(
                Self.form, id: "a", saysSo: byWord, isDue: { isSeen.isUp }, then: { Self.result("without it") })
        }
        try await Self.serve(script) { gateway, upstream in
            let client = MCPClient(gateway)
            let session = try await client.session(capabilities: ["elicitation": [:]])
            let request = try await client.open(
                MCPClient.request("tools/call", .object(Self.call), id: "c"), [session])
            let heard = try await request.hears(#""method":"elicitation/create""#)
            let asked = heard.messages.first { $0["method"] == "elicitation/create" }
            let question = try #require(asked)
            isSeen.raise()
            let messages = try await request.answer().messages
            let told = messages.filter { $0["method"] == "notifications/cancelled" }
            let withdrawn = told.map { $0["params"]?["requestId"] }
            #expect(withdrawn == [question["id"]], "\(messages)")
            #expect(Self.text(messages.last?["result"]) == "without it", "\(messages)")
            let late: JSON = ["jsonrpc": "2.0", "id": question["id"] ?? .null, "result": ["action": "decline"]]
            #expect(try await client.post(late, [session]).status == 202)
            #expect(upstream.count("answer") == 0)
        }
    }

    /// A call that ends in the same breath as it asks is answered, whether or not the question is still seen.
    @Test func aQuestionMayComeTogetherWithTheEnd() async throws {
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call", let id = message.id else { return nil }
            return .events([
                ["jsonrpc": "2.0", "id": "a", "method": "elicitation/create", "params": Self.form],
                ["jsonrpc": "2.0", "id": id, "result": ["content": [["type": "text", "text": "without it"]]]],
            ])
        }
        try await Self.serve(script) { gateway, upstream in
            let client = MCPClient(gateway)
            let session = try await client.session(capabilities: ["elicitation": [:]])
            let request = try await client.open(
                MCPClient.request("tools/call", .object(Self.call), id: "c"), [session])
            let answer = try await request.answer()
            #expect(answer.text.contains("without it"), "\(answer.text)")
            #expect(upstream.count("answer") == 0)
        }
    }

    /// Nothing can be told to a caller between two calls: the answer that comes is dropped, and the call goes on for it.
    @Test func aQuestionIsWithdrawnFromAModernCaller() async throws {
        let isAsked = Flag()
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call" else { return nil }
            let next: @Sendable () -> FakeUpstream.Reply = {
                .asks([:], id: "p", method: "ping") { _ in
                    .asks(Self.form, id: "b") { Self.result(Self.told($0)) }
                }
            }
            return .withdraws(Self.form, id: "a", isDue: { isAsked.isUp }, then: next)
        }
        try await Self.serve(script) { gateway, upstream in
            let client = MCPClient(gateway, capabilities: ["elicitation": [:]])
            var params = Self.call
            for size: JSON in ["small", "large"] {
                let asked = try await client.modern("tools/call", params).json?["result"]
                #expect(asked?["resultType"] == "input_required", "\(asked ?? .null)")
                let (key, _) = try #require(asked?["inputRequests"]?.objectValue?.members.first)
                let answer: JSON = ["action": "accept", "content": ["size": size]]
                params["requestState"] = asked?["requestState"]
                params["inputResponses"] = .object(JSONObject([(name: key, value: answer)]))
                isAsked.raise()
                // Whoever has answered the ping has read what came before it.
                #expect(await soon { upstream.count("answer") == 1 })
            }
            let done = try await client.modern("tools/call", params).json
            #expect(Self.text(done?["result"]) == "accept large", "\(done ?? .null)")
            let answers = upstream.messages.filter { $0.method == "answer" }.map(\.id)
            #expect(answers == ["p", "b"] && upstream.count("tools/call") == 1, "\(answers)")
        }
    }

    /// Who can show no form is not asked, and the server is told so.
    @Test(arguments: MCPWay.allCases) func aCallerWithoutFormsIsNotAsked(way: MCPWay) async throws {
        try await Self.serve { gateway, _ in
            let speaker = try await MCPSpeaker(way, gateway, [], .local)
            let answer = try await speaker.ask("tools/call", Self.call)
            #expect(Self.text(answer["result"]) == "error -32600", "\(answer)")
            await speaker.end()
        }
    }

    @Test(
        arguments: [
            (["mode": "url", "message": "Go there", "url": "https://x.example/"], "elicitation/create", -32602),
            (Self.form, "sampling/createMessage", -32601), (["message": "No schema"], "elicitation/create", -32602),
        ] as [(JSON, String, Int)])
    func whatIsNoFormIsRefused(params: JSON, method: String, code: Int) async throws {
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call" else { return nil }
            return .asks(params, id: "x", method: method) { Self.result(Self.told($0)) }
        }
        try await Self.serve(script) { gateway, _ in
            let client = MCPClient(gateway, capabilities: ["elicitation": [:]])
            let done = try await client.modern("tools/call", Self.call).json?["result"]
            #expect(Self.text(done) == .string("error \(code)"), "\(done ?? .null)")
        }
    }
}

/// Goes up once. Safe to use from any thread.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isUp: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
