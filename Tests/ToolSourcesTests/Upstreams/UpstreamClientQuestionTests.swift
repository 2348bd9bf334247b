import Core
import MCP
import Testing

@testable import ToolSources

/// Whose question it is that a server asks in the course of a call.
@Suite struct UpstreamClientQuestionTests {
    private static let now = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let later = MonotonicTime(nanoseconds: 900_000_000_000)
    private static let form: JSONObject = ["elicitation": ["form": [:]]]
    private static let asked: JSON = [
        "jsonrpc": "2.0", "id": "q", "method": "elicitation/create",
        "params": ["message": "Which?", "requestedSchema": ["type": "object"]],
    ]

    private static func ready() -> UpstreamClient {
        var client = UpstreamClient(era: .legacy, connectSeconds: 10, hasExchanges: true)
        _ = client.connect(now: now)
        let hello: JSON = ["protocolVersion": "2025-11-25", "capabilities": [:], "serverInfo": ["name": "s"]]
        _ = client.take(.message(["jsonrpc": "2.0", "id": 1, "result": hello], request: 1), now: now)
        return client
    }

    private static func call(
        _ client: inout UpstreamClient, _ method: String = "tools/call", _ capabilities: JSONObject = form
    ) -> Int {
        client.request(method, [:], deadline: later, capabilities: capabilities, now: now).id
    }

    /// The request that a question reaches, or the code of its refusal.
    private static func take(
        _ client: inout UpstreamClient, of request: Int?, at time: MonotonicTime = now
    ) throws -> Int {
        let actions = client.take(.message(asked, request: request), now: time)
        switch try #require(actions.first) {
        case .asked(let id, let question, let params):
            #expect(question == JSONRPCID("q") && params["message"] == "Which?")
            return id
        case .send(let message, _):
            let answer = try JSON.parse(message.octets)
            #expect(message.kind == .answer && answer["id"] == "q")
            return try #require(answer["error"]?["code"]?.intValue)
        default: return 0
        }
    }

    @Test func theHandshakeSaysThatFormsCanBeShown() throws {
        var client = UpstreamClient(era: .legacy, connectSeconds: 10, hasExchanges: true)
        guard case .send(let message, _)? = client.connect(now: Self.now).first else {
            Issue.record("nothing is sent")
            return
        }
        #expect(try JSON.parse(message.octets)["params"]?["capabilities"] == ["elicitation": [:]])
    }

    @Test func onTheWayOfAnAnswerItIsThatCalls() throws {
        var client = Self.ready()
        let (first, second) = (Self.call(&client), Self.call(&client))
        let deaf = Self.call(&client, "tools/call", [:])
        let list = Self.call(&client, "tools/list")
        #expect(try Self.take(&client, of: second) == second)
        #expect(try Self.take(&client, of: first) == first)
        for other in [deaf, list, 99] { #expect(try Self.take(&client, of: other) == -32600, "\(other)") }
        #expect(try Self.take(&client, of: first) == -32600, "one at a time")
    }

    /// What one caller is asked is not shown to another.
    @Test func onASharedChannelItMustBeTheOnlyCalls() throws {
        var client = Self.ready()
        #expect(try Self.take(&client, of: nil) == -32600, "no call")
        let first = Self.call(&client)
        _ = Self.call(&client, "tools/list")
        #expect(try Self.take(&client, of: nil) == first)
        _ = client.answer(.string("q"), of: first, .success(["action": "decline"]), now: Self.now)
        let second = Self.call(&client, "prompts/get", [:])
        #expect(try Self.take(&client, of: nil) == -32600, "two calls")
        // One that was given up may go on there.
        _ = client.giveUp(second, UpstreamFault(.ended, mayHaveRun: true, "words"), now: Self.now)
        #expect(try Self.take(&client, of: nil) == -32600, "one that was given up")
        #expect(try Self.take(&client, of: nil, at: Self.later) == first)
    }

    @Test func anAnswerGoesBackOnce() throws {
        var client = Self.ready()
        let id = Self.call(&client)
        for round in 1...UpstreamQuestion.maxRounds {
            #expect(try Self.take(&client, of: id) == id, "\(round)")
            let actions = client.answer(.string("q"), of: id, .success(["action": "cancel"]), now: Self.now)
            guard case .send(let message, _)? = actions.first, actions.count == 1 else {
                Issue.record("no answer in round \(round)")
                return
            }
            let answer = try JSON.parse(message.octets)
            #expect(answer["id"] == "q" && answer["result"] == ["action": "cancel"])
            let again = client.answer(.string("q"), of: id, .success([:]), now: Self.now)
            #expect(again.isEmpty)
        }
        #expect(try Self.take(&client, of: id) == -32600, "not without end")
    }

    /// The request whose question is taken back; nil for none.
    private static func withdraw(_ client: inout UpstreamClient, _ id: JSON?, of request: Int?) throws -> Int? {
        let news: JSON = [
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": id ?? .null],
        ]
        let actions = client.take(.message(news, request: request), now: now)
        guard let action = actions.first else { return nil }
        guard case .withdrawn(let id) = action, actions.count == 1 else {
            Issue.record("\(actions)")
            return nil
        }
        return id
    }

    @Test(arguments: [true, false]) func aQuestionThatIsWithdrawnIsNotAnswered(isOnItsWay: Bool) throws {
        var client = Self.ready()
        let (id, other) = (Self.call(&client), Self.call(&client))
        #expect(try Self.take(&client, of: id) == id)
        for wrong: JSON? in ["r", 1, nil] { #expect(try Self.withdraw(&client, wrong, of: nil) == nil) }
        #expect(try Self.withdraw(&client, "q", of: other) == nil, "on the way of another call")
        #expect(try Self.withdraw(&client, "q", of: isOnItsWay ? id : nil) == id)
        #expect(try Self.withdraw(&client, "q", of: nil) == nil, "once")
        let late = client.answer(.string("q"), of: id, .success([:]), now: Self.now)
        #expect(late.isEmpty)
        // There is room for the next one.
        #expect(try Self.take(&client, of: id) == id)
    }

    /// Of two that have the same id nobody knows which one is meant, except on the way of its answer.
    @Test func whatMayBeEitherOfTwoIsNotWithdrawn() throws {
        var client = Self.ready()
        let (first, second) = (Self.call(&client), Self.call(&client))
        for id in [first, second] { #expect(try Self.take(&client, of: id) == id) }
        #expect(try Self.withdraw(&client, "q", of: nil) == nil)
        #expect(try Self.withdraw(&client, "q", of: second) == second)
        #expect(try Self.withdraw(&client, "q", of: nil) == first)
    }

    @Test func whatHasEndedIsNotAnswered() throws {
        var client = Self.ready()
        let id = Self.call(&client)
        #expect(try Self.take(&client, of: id) == id)
        _ = client.take(
            .message(["jsonrpc": "2.0", "id": .number(JSONNumber(id)), "result": [:]], request: id), now: Self.now)
        let late = client.answer(.string("q"), of: id, .success([:]), now: Self.now)
        #expect(late.isEmpty)
    }
}
