import Core
import MCP
import Testing

@Suite struct HandshakeTests {
    @Test(arguments: [
        ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"), ("", "2025-11-25"),
    ])
    func theVersionIsTheClientsOwnOrTheNewestOfAHandshake(wanted: String, agreed: String) {
        let handshake = Fixture.dispatcher().initialize(
            .string("i"),
            ["protocolVersion": .string(wanted), "capabilities": ["elicitation": [:]], "clientInfo": [:]], .local)
        guard case .response(.string("i"), let result) = handshake.answer else {
            Issue.record("no answer")
            return
        }
        #expect(result["protocolVersion"]?.stringValue == agreed)
        #expect(handshake.session?.revision.rawValue == agreed)
        #expect(handshake.session?.capabilities.elicitationForm == true)
        #expect(result["serverInfo"]?["name"] == "fixture")
        #expect(result["instructions"] == "Use change well.")
        #expect((result["serverInfo"]?["title"] != nil) == (agreed >= "2025-06-18"))
        #expect((result["capabilities"]?["completions"] != nil) == (agreed >= "2025-03-26"))
        #expect(
            (result["serverInfo"]?["icons"]?.arrayValue?.first?["mimeType"] == "image/png") == (agreed >= "2025-11-25"))
        #expect(result["resultType"] == nil)
    }

    /// By scope and by choice, in both eras.
    @Test func whatIsToldFirstNamesOnlyToolsThatAreThere() async throws {
        let reader = Principal(label: "reader", scopes: .read)
        let filter = try #require(ToolFilter(["echo"]))
        for (principal, toolset) in [(reader, nil), (.local, Toolset("few", current: { [filter] }))]
            as [(Principal, Toolset?)]
        {
            let handshake = Fixture.dispatcher().initialize(
                JSONRPCID(1), ["protocolVersion": "2025-11-25", "capabilities": [:]], principal, toolset: toolset)
            guard case .response(_, let begun) = handshake.answer else { throw UnexpectedAnswer() }
            #expect(begun["instructions"] == "Use it well.")
            let caller = Caller(
                revision: .july2026, capabilities: ClientCapabilities([:]), principal: principal, toolset: toolset)
            let outcome = await Fixture.dispatcher().serve(
                .request(id: JSONRPCID(1), method: "server/discover", params: nil), from: caller, to: ListeningSink())
            guard case .answer(.response(_, let told)) = outcome else { throw UnexpectedAnswer() }
            #expect(told["instructions"] == "Use it well.")
        }
    }

    private struct UnexpectedAnswer: Error {}

    @Test func withoutAVersionThereIsNoSession() {
        let handshake = Fixture.dispatcher().initialize(JSONRPCID(0), ["capabilities": [:]], .local)
        #expect(handshake.session == nil)
        guard case .failure(_, let error) = handshake.answer else {
            Issue.record("answered")
            return
        }
        #expect(error.code == -32602)
    }

    @Test func discoveryTellsEveryVersion() async {
        let result = await Asker(.july2026).result("server/discover")
        #expect(
            result?["supportedVersions"]
                == ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])
        #expect(result?["resultType"] == "complete")
        #expect(result?["ttlMs"]?.intValue == 60_000)
        #expect(result?["cacheScope"] == "private")
        let server = result?["_meta"]?["io.modelcontextprotocol/serverInfo"]
        #expect(server?["version"] == "1.2.3" && server?["icons"]?.arrayValue?.first?["sizes"] == ["32x32"])
        // A picture has its place where somebody comes, not in each result.
        let list = await Asker(.july2026).result("tools/list")
        #expect(list?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["icons"] == nil)
    }

    @Test(arguments: Revision.allCases)
    func eachEraHasItsOwnMethods(_ revision: Revision) async {
        let asker = Asker(revision)
        let isModern = revision.era == .modern
        for method in ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
            let code = await asker.error(method, ["level": "info", "uri": "test://static"])?.code
            #expect(code == (isModern ? -32601 : nil), "\(method)")
        }
        #expect(await asker.error("server/discover")?.code == (isModern ? nil : -32601))
        for method in ["initialize", "sampling/createMessage", "", "tools/List"] {
            #expect(await asker.error(method)?.code == -32601, "\(method)")
        }
    }

    @Test(arguments: Revision.allCases)
    func whatIsNotOfferedIsNoMethod(_ revision: Revision) async {
        let empty = Dispatcher(Registry(), server: Fixture.server, seal: WeakSeal(), rounds: OpenRounds())
        let asker = Asker(revision, dispatcher: empty)
        for method in ["tools/list", "prompts/list", "resources/list", "resources/read", "completion/complete"] {
            #expect(await asker.error(method)?.code == -32601, "\(method)")
        }
        #expect(await asker.error("subscriptions/listen", ["notifications": [:]])?.code == -32601)
    }

    @Test(arguments: [
        JSONRPCID(0), JSONRPCID(-1), JSONRPCID(9_007_199_254_740_991), .string(""), .string("é-1"),
    ])
    func theIdComesBackAsItWas(_ id: JSONRPCID) async {
        guard case .answer(.response(let back, _)) = await Asker(.november2025).outcome("ping", id: id) else {
            Issue.record("no answer")
            return
        }
        #expect(back.json == id.json)
    }
}
