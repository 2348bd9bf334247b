import Core
import MCP
import Testing

@testable import ToolSources

/// The conversation as a table of what comes and what is done.
@Suite struct UpstreamClientTests {
    private static let now = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let later = MonotonicTime(nanoseconds: 900_000_000_000)

    private static func client(
        _ era: UpstreamEntry.Era = .auto, hasExchanges: Bool = true
    ) -> UpstreamClient { UpstreamClient(era: era, connectSeconds: 10, hasExchanges: hasExchanges) }

    /// What is done, in a word each.
    private static func words(_ actions: [UpstreamClient.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .send(let message, _): "send \(message.method)" + (message.id.map { " \($0)" } ?? "")
            case .cancel(let id): "cancel \(id)"
            case .listen: "listen"
            case .connected(let agreement): "connected \(agreement.revision.rawValue)"
            case .disconnected(let fault): "disconnected \(fault.kind.rawValue)"
            case .ended(let id, .success(let result)): "ended \(id) \(text(.object(result)))"
            case .ended(let id, .failure(.error(let error))): "ended \(id) error \(error.code)"
            case .ended(let id, .failure(.fault(let fault))):
                "ended \(id) \(fault.kind.rawValue)\(fault.mayHaveRun ? " maybe" : "")"
            case .progress(let id, _): "progress \(id)"
            case .asked(let id, _, _): "asked \(id)"
            case .withdrawn(let id): "withdrawn \(id)"
            case .changed(let kind): "changed \(kind.rawValue)"
            case .updated(let uri): "updated \(uri)"
            case .acknowledged(let id): "acknowledged \(id)"
            }
        }
    }

    private static func text(_ json: JSON) -> String { String(decoding: json.encoded, as: UTF8.self) }

    private static func answer(_ id: JSON, _ result: JSON) -> JSON { ["jsonrpc": "2.0", "id": id, "result": result] }
    private static func error(_ id: JSON, _ code: Int) -> JSON {
        ["jsonrpc": "2.0", "id": id, "error": ["code": .number(JSONNumber(code)), "message": "no"]]
    }
    private static let discovery: JSON = [
        "supportedVersions": ["2026-07-28"], "capabilities": ["tools": ["listChanged": true]],
    ]
    private static func hello(_ revision: JSON) -> JSON {
        ["protocolVersion": revision, "capabilities": ["tools": ["listChanged": true]], "serverInfo": ["name": "s"]]
    }
    private static func fault(_ kind: UpstreamFault.Kind, _ mayHaveRun: Bool = false) -> UpstreamFault {
        UpstreamFault(kind, mayHaveRun: mayHaveRun, "words")
    }

    private static func take(_ client: inout UpstreamClient, _ json: JSON, of request: Int? = nil) -> [String] {
        words(client.take(.message(json, request: request), now: now))
    }

    private static func request(_ client: inout UpstreamClient, tellsProgress: Bool = false) -> (Int, [String]) {
        let (id, actions) = client.request(
            "tools/call", ["name": "t"], name: "t", deadline: later, tellsProgress: tellsProgress, now: now)
        return (id, words(actions))
    }

    /// One that is ready, in an era.
    private static func ready(_ era: UpstreamEntry.Era, hasExchanges: Bool = true) -> UpstreamClient {
        var client = client(era, hasExchanges: hasExchanges)
        _ = client.connect(now: now)
        _ = take(&client, answer(1, era == .modern ? discovery : hello("2025-11-25")))
        return client
    }

    // MARK: The handshake

    @Test func theNewestRevisionIsTriedFirst() {
        var client = Self.client()
        #expect(Self.words(client.connect(now: Self.now)) == ["send server/discover 1"])
        #expect(client.connect(now: Self.now).isEmpty, "it has begun")
        #expect(Self.take(&client, Self.answer(1, Self.discovery), of: 1) == ["connected 2026-07-28"])
        #expect(client.agreement?.announces(.tools) == true && client.agreement?.has(.prompts) == false)
    }

    /// Whatever a server says that does not know of it, the handshake is next.
    @Test(arguments: [
        UpstreamArrival.message(Self.error(1, -32601), request: 1), .message(Self.error(nil, -32700), request: 1),
        .message(Self.error(1, -32022), request: 1),
        .message(Self.answer(1, ["supportedVersions": ["2025-11-25"]]), request: 1),
        .message(Self.answer(1, [:]), request: 1), .message(Self.answer(1, []), request: nil),
        .failed(request: 1, Self.fault(.refused)),
        .failed(request: 1, Self.fault(.failed, true)),
        .failed(request: 1, Self.fault(.timeout, true)), .failed(request: 1, Self.fault(.malformed, true)),
    ])
    func anOlderServerIsShakenHandsWith(arrival: UpstreamArrival) {
        var client = Self.client()
        _ = client.connect(now: Self.now)
        #expect(Self.words(client.take(arrival, now: Self.now)) == ["send initialize 2"])
        #expect(
            Self.take(&client, Self.answer(2, Self.hello("2025-06-18")))
                == ["send notifications/initialized", "listen", "connected 2025-06-18"])
    }

    @Test(arguments: [UpstreamFault.Kind.unreachable, .auth])
    func whoCannotBeReachedIsNotAskedTwice(kind: UpstreamFault.Kind) {
        var client = Self.client()
        _ = client.connect(now: Self.now)
        #expect(
            Self.words(client.take(.failed(request: 1, Self.fault(kind)), now: Self.now))
                == ["disconnected \(kind.rawValue)"])
        #expect(client.isIdle)
    }

    @Test func onlyTheEraThatIsWantedIsTried() {
        var modern = Self.client(.modern)
        _ = modern.connect(now: Self.now)
        #expect(Self.take(&modern, Self.error(1, -32601), of: 1) == ["disconnected version"])
        var legacy = Self.client(.legacy)
        #expect(Self.words(legacy.connect(now: Self.now)) == ["send initialize 1"])
        for version: JSON in ["2026-07-28", "1999-01-01", 7] {
            var other = legacy
            #expect(Self.take(&other, Self.answer(1, Self.hello(version))) == ["disconnected version"])
        }
        #expect(Self.take(&legacy, Self.error(1, -32602)) == ["disconnected refused"])
    }

    @Test func requestsWaitForTheHandshake() {
        var client = Self.client(.legacy)
        #expect(Self.request(&client).1 == ["send initialize 2"])
        #expect(Self.request(&client).1 == [])
        let actions = Self.take(&client, Self.answer(2, Self.hello("2024-11-05")))
        #expect(
            actions == [
                "send notifications/initialized", "listen", "connected 2024-11-05", "send tools/call 1",
                "send tools/call 3",
            ])
        var failing = Self.client(.legacy)
        _ = Self.request(&failing)
        #expect(
            Self.words(failing.take(.failed(request: 2, Self.fault(.unreachable)), now: Self.now))
                == ["ended 1 unreachable", "disconnected unreachable"])
    }

    // MARK: Answers

    @Test func anAnswerIsItsRequestsAlone() {
        var client = Self.ready(.legacy)
        #expect(Self.request(&client) == (2, ["send tools/call 2"]))
        #expect(Self.request(&client) == (3, ["send tools/call 3"]))
        // Answers to nobody, with another's id, with an id of another type, with none, and what is no message.
        for stray: JSON in [
            Self.answer(99, [:]), Self.answer(3, [:]), Self.answer("2", [:]), Self.answer(nil, [:]),
            ["jsonrpc": "2.0", "result": [:]], ["id": 2], ["id": 3, "result": [:]], Self.answer(3, []),
            ["id": 2, "method": "ping"], ["jsonrpc": "2.0", "id": 2, "method": 7, "result": [:]], 7, nil, [:],
        ] { #expect(Self.take(&client, stray, of: 2) == [], "\(stray)") }
        #expect(client.strays == 13)
        #expect(Self.take(&client, Self.answer(2, ["a": 1]), of: 2) == [#"ended 2 {"a":1}"#])
        #expect(Self.take(&client, Self.answer(2, ["a": 2]), of: 2) == [], "twice the same id")
        #expect(Self.take(&client, Self.error(3, -32602)) == ["ended 3 error -32602"])
    }

    /// It would wait for as long as a call may take.
    @Test(
        arguments: [
            Self.answer(2, []), Self.answer(2, "text"), Self.answer(2, nil), ["id": 2, "result": [:]],
            ["jsonrpc": "1.0", "id": 2, "result": [:]], ["id": 2, "error": ["code": -32603, "message": "no"]],
        ] as [JSON], [nil, 2] as [Int?])
    func anAnswerThatIsNoMessageEndsItsRequest(answer: JSON, way: Int?) {
        var client = Self.ready(.legacy, hasExchanges: way != nil)
        _ = Self.request(&client)
        _ = Self.request(&client)
        #expect(Self.take(&client, answer, of: way) == ["ended 2 malformed maybe"])
        #expect(Self.take(&client, Self.answer(2, [:]), of: way) == [], "it has ended")
        #expect(Self.take(&client, Self.answer(3, [:])) == ["ended 3 {}"])
    }

    @Test func severalInOneMessage() {
        var client = Self.ready(.legacy)
        _ = Self.request(&client)
        let batch: JSON = [["jsonrpc": "2.0", "method": "notifications/tools/list_changed"], Self.answer(2, [:])]
        #expect(Self.take(&client, batch) == ["changed tools", "ended 2 {}"])
    }

    @Test func whatTheServerAsksIsRefusedButAPing() throws {
        var client = Self.ready(.legacy)
        for (method, member) in [("ping", "result"), ("roots/list", "error"), ("sampling/createMessage", "error")] {
            let asked: JSON = ["jsonrpc": "2.0", "id": "x", "method": .string(method)]
            let actions = client.take(.message(asked, request: nil), now: Self.now)
            guard case .send(let message, _)? = actions.first, actions.count == 1 else {
                Issue.record("\(method): \(Self.words(actions))")
                continue
            }
            let answer = try JSON.parse(message.octets)
            #expect(message.kind == .answer && answer["id"] == "x" && answer[member] != nil, "\(answer)")
        }
    }

    @Test func progressIsToldToWhoeverAskedForIt() {
        var client = Self.ready(.modern)
        let (id, _) = Self.request(&client, tellsProgress: true)
        let (deaf, _) = Self.request(&client)
        func progress(_ token: JSON) -> JSON {
            ["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": token, "progress": 1]]
        }
        #expect(Self.take(&client, progress(.number(JSONNumber(id))), of: id) == ["progress \(id)"])
        #expect(Self.take(&client, progress(.number(JSONNumber(deaf))), of: deaf) == [])
        #expect(Self.take(&client, progress("x"), of: id) == [])
        _ = Self.take(&client, Self.answer(.number(JSONNumber(id)), [:]), of: id)
        #expect(Self.take(&client, progress(.number(JSONNumber(id)))) == [], "it has ended")
    }

    // MARK: Ends

    /// Over HTTP the end of the exchange is all that the newest revision knows; elsewhere it is said.
    @Test(arguments: [
        (UpstreamEntry.Era.legacy, true, ["send notifications/cancelled", "cancel 2", "ended 2 timeout maybe"]),
        (.legacy, false, ["send notifications/cancelled", "cancel 2", "ended 2 timeout maybe"]),
        (.modern, true, ["cancel 2", "ended 2 timeout maybe"]),
        (.modern, false, ["send notifications/cancelled", "cancel 2", "ended 2 timeout maybe"]),
    ])
    func whatIsGivenUpIsCancelled(era: UpstreamEntry.Era, hasExchanges: Bool, wanted: [String]) {
        var client = Self.ready(era, hasExchanges: hasExchanges)
        _ = Self.request(&client)
        #expect(Self.words(client.giveUp(2, Self.fault(.timeout, true), now: Self.now)) == wanted)
        #expect(client.giveUp(2, Self.fault(.timeout, true), now: Self.now).isEmpty)
        #expect(Self.take(&client, Self.answer(2, [:]), of: 2) == [])
    }

    @Test func aHandshakeThatTakesTooLongFails() {
        var client = Self.client()
        _ = client.connect(now: Self.now)
        #expect(
            Self.words(client.giveUp(1, Self.fault(.timeout, true), now: Self.now)) == [
                "cancel 1", "send initialize 2",
            ])
        #expect(
            Self.words(client.giveUp(2, Self.fault(.timeout, true), now: Self.now)) == [
                "cancel 2", "disconnected timeout",
            ])
    }

    /// Each request is made again once, by one handshake for all.
    @Test func aLostSessionIsBegunAnewOnce() {
        var client = Self.ready(.legacy)
        _ = Self.request(&client)
        _ = Self.request(&client)
        let lost = Self.fault(.sessionLost)
        #expect(Self.words(client.take(.failed(request: 2, lost), now: Self.now)) == ["send initialize 4"])
        #expect(client.take(.failed(request: 3, lost), now: Self.now).isEmpty, "one handshake")
        #expect(
            Self.take(&client, Self.answer(4, Self.hello("2025-11-25"))) == [
                "send notifications/initialized", "listen", "connected 2025-11-25", "send tools/call 2",
                "send tools/call 3",
            ])
        #expect(
            Self.words(client.take(.failed(request: 2, lost), now: Self.now)) == ["ended 2 session_lost"], "not twice")
        #expect(Self.take(&client, Self.answer(3, [:])) == ["ended 3 {}"])
    }

    /// The old session's refusal comes after the new session has begun.
    @Test func aLateRefusalOfTheOldSessionNeedsNoOther() {
        var client = Self.ready(.legacy)
        _ = Self.request(&client)
        _ = Self.request(&client)
        let lost = Self.fault(.sessionLost)
        _ = client.take(.failed(request: 2, lost), now: Self.now)
        _ = Self.take(&client, Self.answer(4, Self.hello("2025-11-25")))
        #expect(Self.words(client.take(.failed(request: 3, lost), now: Self.now)) == ["send tools/call 3"])
    }

    @Test func theEndOfTheConversationEndsAll() {
        var client = Self.ready(.legacy, hasExchanges: false)
        _ = Self.request(&client)
        #expect(
            Self.words(client.take(.closed(Self.fault(.lost, true)), now: Self.now))
                == ["ended 2 lost maybe", "disconnected lost"])
        #expect(client.isIdle && client.take(.closed(Self.fault(.lost)), now: Self.now).isEmpty)
    }

    @Test func aModernRequestSaysEverythingAboutItself() throws {
        var client = Self.ready(.modern)
        let (_, actions) = client.request(
            "tools/call", ["name": "t", "arguments": [:]], name: "t", deadline: Self.later, tellsProgress: true,
            now: Self.now)
        guard case .send(let message, let deadline)? = actions.first else {
            Issue.record("nothing is sent")
            return
        }
        let meta = try JSON.parse(message.octets)["params"]?["_meta"]
        #expect(meta?["io.modelcontextprotocol/protocolVersion"] == "2026-07-28")
        #expect(meta?["io.modelcontextprotocol/clientCapabilities"] == [:] && meta?["progressToken"] == 2)
        #expect(meta?["io.modelcontextprotocol/clientInfo"]?["name"] == "luma-mcp")
        #expect(deadline == Self.later && message.kind == .request(id: 2, name: "t") && !message.isFirst)
    }

    // MARK: News of resources

    private static func news(_ method: JSON, _ params: JSON) -> JSON {
        ["jsonrpc": "2.0", "method": method, "params": params]
    }

    /// It may be heard on any way: what is not wanted is whoever's who has asked.
    @Test(arguments: [nil, 2] as [Int?]) func aChangeOfAResourceIsTold(request: Int?) {
        var client = Self.ready(.legacy)
        _ = Self.request(&client)
        let updated: JSON = "notifications/resources/updated"
        #expect(Self.take(&client, Self.news(updated, ["uri": "notes://a"]), of: request) == ["updated notes://a"])
        for params: JSON in [[:], ["uri": 1], []] {
            #expect(Self.take(&client, Self.news(updated, params), of: request) == [])
        }
    }

    @Test func whatIsListenedToIsAcknowledged() {
        var client = Self.ready(.modern)
        let (id, _) = client.request("subscriptions/listen", [:], deadline: Self.later, now: Self.now)
        let (call, _) = Self.request(&client)
        let heard: JSON = "notifications/subscriptions/acknowledged"
        func take(_ id: JSON) -> [String] {
            Self.take(&client, Self.news(heard, ["_meta": ["io.modelcontextprotocol/subscriptionId": id]]))
        }
        #expect(take(.number(JSONNumber(id))) == ["acknowledged \(id)"])
        for wrong: JSON in [.number(JSONNumber(call)), 99, .string(String(id)), .null] {
            #expect(take(wrong) == [], "\(wrong)")
        }
    }

    /// Once for each session, whoever wishes it first.
    @Test func theChannelIsOpenedOnce() {
        var announcing = Self.ready(.legacy)
        #expect(Self.words(announcing.listen()) == [], "lists that change have opened it")
        var client = Self.client(.legacy)
        #expect(Self.words(client.listen()) == [], "not before the handshake")
        _ = client.connect(now: Self.now)
        let hello: JSON = ["protocolVersion": "2025-11-25", "capabilities": ["resources": ["subscribe": true]]]
        _ = Self.take(&client, Self.answer(1, hello))
        #expect(client.agreement?.tellsOfResources == true)
        #expect(Self.words(client.listen()) == ["listen"])
        #expect(Self.words(client.listen()) == [])
        var modern = Self.ready(.modern)
        #expect(Self.words(modern.listen()) == [])
    }
}
