import Core
import MCP
import Synchronization
import Testing

@Suite struct SubscriptionTests {
    @Test func aSessionHearsOfWhatItSubscribedTo() async throws {
        let asker = Asker(.november2025)
        let session = try #require(asker.caller.session)
        let change = Change.resourceUpdated(uri: "test://items/1")
        #expect(session.message(for: change) == nil)
        #expect(await asker.result("resources/subscribe", ["uri": "test://items/1"]) == [:])
        #expect(
            session.message(for: change)
                == .notification(method: "notifications/resources/updated", params: ["uri": "test://items/1"]))
        #expect(await asker.result("resources/unsubscribe", ["uri": "test://items/1"]) == [:])
        #expect(session.message(for: change) == nil)
        #expect(await asker.error("resources/subscribe", ["uri": "test://unknown"])?.code == -32002)
        #expect(await asker.error("resources/subscribe", [:])?.code == -32602)
    }

    @Test func subscriptionsAreBounded() async {
        let asker = Asker(.november2025)
        for number in 0..<200 {
            #expect(await asker.error("resources/subscribe", ["uri": .string("test://items/\(number)")]) == nil)
        }
        #expect(await asker.error("resources/subscribe", ["uri": "test://items/200"])?.code == -32602)
        #expect(await asker.error("resources/subscribe", ["uri": "test://items/7"]) == nil)
        let long = "test://items/" + String(repeating: "x", count: 500)
        #expect(await Asker(.november2025).error("resources/subscribe", ["uri": .string(long)])?.code == -32602)
    }

    @Test func requestsUnderWayAreBounded() throws {
        let session = Session(revision: .november2025, capabilities: ClientCapabilities(), principal: .local)
        for number in 0..<150 { try session.reserve([JSONRPCID(number)]) }
        // A batch that is one too many takes none of its ids.
        #expect(throws: JSONRPCError.tooManyRequests) { try session.reserve((150...200).map { JSONRPCID($0) }) }
        try session.reserve((150..<200).map { JSONRPCID($0) })
        #expect(throws: JSONRPCError.tooManyRequests) { try session.reserve([JSONRPCID(200)]) }
        session.ended(JSONRPCID(7))
        try session.reserve([JSONRPCID(200)])
    }

    @Test func anIdStandsForOneRequest() throws {
        let session = Session(revision: .march2025, capabilities: ClientCapabilities(), principal: .local)
        try session.reserve([JSONRPCID(1)])
        let running = #expect(throws: JSONRPCError.self) { try session.reserve([JSONRPCID(2), JSONRPCID(1)]) }
        #expect(running?.message.contains("still runs") == true)
        let twice = #expect(throws: JSONRPCError.self) { try session.reserve([JSONRPCID(2), JSONRPCID(2)]) }
        #expect(twice?.message.contains("of the batch") == true)
        #expect(!session.isReserved(JSONRPCID(2)))
        try session.reserve([JSONRPCID(2)])
        #expect(session.isReserved(JSONRPCID(2)))
        session.cancel(JSONRPCID(2))
        #expect(!session.isReserved(JSONRPCID(2)))
    }

    @Test func cancellationReachesTheRequestOnce() async throws {
        let asker = Asker(.november2025)
        let cancelled = Mutex(0)
        try asker.caller.session?.reserve([JSONRPCID(7)])
        asker.caller.session?.began(JSONRPCID(7)) { cancelled.withLock { $0 += 1 } }
        for id in [JSON.string("7"), 8, 7, 7] {
            let outcome = await asker.dispatcher.serve(
                .notification(method: "notifications/cancelled", params: ["requestId": id]), from: asker.caller,
                to: asker.sink)
            guard case .taken = outcome else {
                Issue.record("answered")
                return
            }
        }
        #expect(cancelled.withLock { $0 } == 1)
    }

    @Test func theClientsAnswerReachesWhoAsked() async throws {
        let asker = Asker(.november2025)
        let session = try #require(asker.caller.session)
        let seen = Mutex<[Result<JSON, JSONRPCError>]>([])
        let first = session.expect { result in seen.withLock { $0.append(result) } }
        let second = session.expect { result in seen.withLock { $0.append(result) } }
        #expect(first != second)
        let error = JSONRPCError(code: -1, message: "no")
        for message: JSONRPCMessage in [
            .response(id: first, result: 1), .response(id: first, result: 2), .failure(id: second, error: error),
            .response(id: .string("unknown"), result: 3), .failure(id: nil, error: error),
        ] {
            _ = await asker.dispatcher.serve(message, from: asker.caller, to: asker.sink)
        }
        #expect(seen.withLock { $0 } == [.success(1), .failure(error)])
    }

    @Test func listeningGivesWhatIsOffered() async throws {
        let asker = Asker(.july2026, dispatcher: Fixture.dispatcher { $0.listsChange = true })
        let wanted: JSON = [
            "toolsListChanged": true, "promptsListChanged": false, "resourceSubscriptions": ["test://static", 4],
        ]
        let outcome = await asker.outcome("subscriptions/listen", ["notifications": wanted], id: .string("l"))
        guard case .listening(let subscription) = outcome else {
            Issue.record("no stream")
            return
        }
        let meta: JSON = ["io.modelcontextprotocol/subscriptionId": "l"]
        #expect(
            subscription.acknowledgement.params == [
                "_meta": meta, "notifications": ["toolsListChanged": true, "resourceSubscriptions": ["test://static"]],
            ])
        #expect(subscription.message(for: .toolsListed)?.params == ["_meta": meta])
        #expect(subscription.message(for: .promptsListed) == nil)
        #expect(
            subscription.message(for: .resourceUpdated(uri: "test://static"))?.params
                == ["_meta": meta, "uri": "test://static"])
        #expect(subscription.message(for: .resourceUpdated(uri: "test://binary")) == nil)
        #expect(await asker.error("subscriptions/listen", [:])?.code == -32602)
    }

    @Test func listsThatDoNotChangeAreNotPromised() async {
        let asker = Asker(.july2026)
        let outcome = await asker.outcome("subscriptions/listen", ["notifications": ["toolsListChanged": true]])
        guard case .listening(let subscription) = outcome else {
            Issue.record("no stream")
            return
        }
        #expect(subscription.acknowledgement.params?["notifications"] == [:])
        #expect(subscription.message(for: .toolsListed) == nil)
    }

    @Test func aBatchIsAnsweredInOrder() async {
        let asker = Asker(.march2025)
        let payload = JSONRPCPayload([
            ["jsonrpc": "2.0", "id": 1, "method": "ping"], ["jsonrpc": "2.0", "method": "notifications/initialized"],
            ["jsonrpc": "2.0", "id": 2, "method": "initialize", "params": ["protocolVersion": "2025-03-26"]],
            ["id": 3], ["jsonrpc": "2.0", "id": 4, "method": "none"],
        ])
        guard case .batch(let parts) = payload else {
            Issue.record("no batch")
            return
        }
        var answers: [JSONRPCMessage] = []
        for part in parts {
            if let answer = await asker.dispatcher.answer(to: part, from: asker.caller, to: asker.sink) {
                answers.append(answer)
            }
        }
        let codes = answers.map { if case .failure(_, let error) = $0 { error.code } else { 0 } }
        #expect(codes == [0, -32600, -32600, -32601])
    }
}
