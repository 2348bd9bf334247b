import Core
import MCP
import Synchronization
import Testing

/// What is hidden is answered as what is not there, whatever hides it.
@Suite struct VisibilityTests {
    /// Ways to hide the tool `zz_secret`, the prompt `zz_prompt` and what is read at `zz://…`.
    private static func hiders() throws -> [(name: String, principal: Principal, toolset: Toolset?)] {
        let events = try #require(ToolFilter(["echo", "every*"]))
        return [
            ("scope", Principal(label: "p", scopes: .read), nil),
            ("no scope", Principal(label: "p", scopes: []), nil),
            ("patterns", Principal(label: "p", scopes: .all, tools: [events]), nil),
            ("a denial", Principal(label: "p", scopes: .all, tools: [try #require(ToolFilter(["*", "!zz*"]))]), nil),
            (
                "the narrower of two",
                Principal(label: "p", scopes: .all, tools: [try #require(ToolFilter(["*"])), events]), nil
            ),
            ("a set", Principal(label: "p", scopes: .all), Toolset("events") { [events] }),
            ("two sets", Principal(label: "p", scopes: .all), Toolset("a,b") { [events, .nothing] }),
            ("a set that is gone", Principal(label: "p", scopes: .all), Toolset("gone") { [] }),
        ]
    }

    private static func callers(_ principal: Principal, _ toolset: Toolset?) -> [Caller] {
        Revision.allCases.map { revision in
            let able = ClientCapabilities(["elicitation": [:]])
            if revision.era == .modern {
                return Caller(revision: revision, capabilities: able, principal: principal, toolset: toolset)
            }
            return Caller(Session(revision: revision, capabilities: able, principal: principal, toolset: toolset))
        }
    }

    /// With what is to be hidden, or without it. Some of it is built in, some a source's.
    private static func dispatcher(withSecrets: Bool) throws -> Dispatcher {
        let dispatcher = Fixture.dispatcher()
        guard withSecrets else { return dispatcher }
        dispatcher.registry.add(
            Tool(
                "zz_secret", title: "", description: "", hints: Fixture.hints, scope: .write, constant: .text("secret"))
        )
        dispatcher.registry.replace(
            source: "zz",
            with: [
                try Tool(
                    outside: "zz__secret", title: "", description: "", input: Fixture.none, hints: Fixture.hints,
                    scope: .admin
                ) { _, _ throws(CallFailure) in .text("secret") }
            ])
        dispatcher.registry.add(
            Prompt("zz_prompt", title: "", description: "", arguments: [Prompt.Argument("a", "")], scope: .write) {
                _, _ throws(CallFailure) in []
            })
        dispatcher.registry.add(
            Resource("zz://r", name: "zz_r", title: "", description: "", mimeType: "", scope: .write) {
                _, _ throws(CallFailure) in []
            })
        dispatcher.registry.add(
            ResourceTemplate("zz://t/{a}", name: "zz_t", title: "", description: "", mimeType: "", scope: .write) {
                _, _, _ throws(CallFailure) in []
            })
        return dispatcher
    }

    private static let requests: [(String, JSONObject?)] = [
        ("tools/list", nil), ("prompts/list", nil), ("resources/list", nil), ("resources/templates/list", nil),
        ("tools/call", ["name": "zz_secret"]), ("tools/call", ["name": "zz_secret", "arguments": ["a": 1]]),
        ("tools/call", ["name": "zz__secret"]), ("tools/call", ["name": "zz.secret", "arguments": 5]),
        ("prompts/get", ["name": "zz_prompt"]), ("resources/read", ["uri": "zz://r"]),
        ("resources/read", ["uri": "zz://t/1"]), ("resources/subscribe", ["uri": "zz://t/1"]),
        (
            "completion/complete",
            ["ref": ["type": "ref/prompt", "name": "zz_prompt"], "argument": ["name": "a", "value": ""]]
        ),
        (
            "completion/complete",
            ["ref": ["type": "ref/resource", "uri": "zz://t/{a}"], "argument": ["name": "a", "value": ""]]
        ),
    ]

    @Test func nothingTellsWhatIsHiddenFromWhatIsNotThere() async throws {
        let (with, without) = (try Self.dispatcher(withSecrets: true), try Self.dispatcher(withSecrets: false))
        for (name, principal, toolset) in try Self.hiders() {
            for caller in Self.callers(principal, toolset) {
                for (method, params) in Self.requests {
                    let message = JSONRPCMessage.request(id: JSONRPCID(1), method: method, params: params)
                    let hidden = await Self.text(with, message, caller)
                    let unknown = await Self.text(without, message, caller)
                    #expect(hidden == unknown, "\(name) \(caller.revision) \(method) \(params ?? [:])")
                    if with.readyAnswer(to: message, from: caller) != nil { #expect(method == "tools/list") }
                    let parts = [JSONRPCPayload.Part.message(message)]
                    #expect(with.mayChange(parts, from: caller) == without.mayChange(parts, from: caller))
                }
            }
        }
    }

    /// The same questions are answered to who may see it all, so that the table above can fail.
    @Test func whoMaySeesItAll() async throws {
        let (with, without) = (try Self.dispatcher(withSecrets: true), try Self.dispatcher(withSecrets: false))
        let all = try #require(ToolFilter(["zz*"]))
        for toolset in [nil, Toolset("all") { [all] }] {
            let caller = Caller(
                revision: .july2026, capabilities: ClientCapabilities(), principal: .local, toolset: toolset)
            for (method, params) in Self.requests where method != "resources/subscribe" {
                let message = JSONRPCMessage.request(id: JSONRPCID(1), method: method, params: params)
                let seen = await Self.text(with, message, caller)
                let unknown = await Self.text(without, message, caller)
                #expect(seen != unknown, "\(method) \(params ?? [:])")
            }
        }
    }

    private static func text(_ dispatcher: Dispatcher, _ message: JSONRPCMessage, _ caller: Caller) async -> String {
        guard case .answer(let answer) = await dispatcher.serve(message, from: caller, to: ListeningSink()) else {
            return "no answer"
        }
        return String(decoding: answer.encoded, as: UTF8.self)
    }

    @Test func aSetIsAskedAnewForEachRequest() async throws {
        let events = try #require(ToolFilter(["echo"]))
        let now = Mutex([events])
        let toolset = Toolset("events") { now.withLock { $0 } }
        let dispatcher = Fixture.dispatcher()
        let session = Session(
            revision: .november2025, capabilities: ClientCapabilities(), principal: .local, toolset: toolset)
        let list = JSONRPCMessage.request(id: JSONRPCID(1), method: "tools/list", params: nil)
        func names() throws -> [String] {
            let answer = try #require(dispatcher.readyAnswer(to: list, from: Caller(session)))
            return try JSON.parse(answer)["result"]?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        }
        #expect(try names() == ["echo"])
        now.withLock { $0 = [.nothing] }
        #expect(try names() == [])
        let call = JSONRPCMessage.request(id: JSONRPCID(2), method: "tools/call", params: ["name": "echo"])
        guard
            case .answer(.failure(_, let error)) = await dispatcher.serve(
                call, from: Caller(session), to: ListeningSink())
        else {
            Issue.record("called")
            return
        }
        #expect(error.message == "Unknown tool: echo. Only some of what this server has is offered here: list it")
    }

    /// What a later request chooses does not widen what the session was begun with.
    @Test func aSessionKeepsTheSetsThatItWasBegunWith() throws {
        let narrow = Toolset("narrow") { [.nothing] }
        let wide = Toolset("wide") { [ToolFilter(allowed: [])] }
        func session(_ toolset: Toolset?) -> Session {
            Session(revision: .november2025, capabilities: ClientCapabilities(), principal: .local, toolset: toolset)
        }
        #expect(Caller(session(narrow), toolset: wide).toolset?.name == "narrow")
        #expect(Caller(session(nil), toolset: narrow).toolset?.name == "narrow")
        #expect(Caller(session(narrow)).toolset?.name == "narrow")
        let handshake = Fixture.dispatcher().initialize(
            JSONRPCID(1), ["protocolVersion": "2025-11-25"], .local, toolset: narrow)
        #expect(handshake.session?.toolset?.name == "narrow")
    }

    @Test func theListOfToolsAloneMayChange() throws {
        for (lists, tools, others, expected) in [
            (false, false, false, [false, false, false]), (false, true, false, [true, false, false]),
            (false, false, true, [false, true, true]), (true, false, false, [true, true, true]),
        ] {
            let dispatcher = Fixture.dispatcher { registry in
                registry.listsChange = lists
                registry.toolsChange = tools
                registry.othersChange = others
            }
            let handshake = dispatcher.initialize(JSONRPCID(1), ["protocolVersion": "2025-11-25"], .local)
            guard case .response(_, let result) = handshake.answer else {
                Issue.record("no handshake")
                return
            }
            let told = ["tools", "prompts", "resources"].map {
                result["capabilities"]?[$0]?["listChanged"]?.boolValue == true
            }
            #expect(told == expected)
        }
    }
}
