import Core
import GatewayAPI
import IO
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// Who is told that the list of tools is another one, and how often.
@Suite struct ToolNewsTests {
    private static let news = "notifications/tools/list_changed"
    private static let settings: [Setting: String] = [
        .authTokens: "all:admin:all-all-all-all-all-all-1,few:read:few-few-few-few-few-few-2::list_*",
        .toolsets: #"{"events": ["list_*"]}"#,
    ]

    private static func maker(_ names: [String], _ description: String = "") -> ToolSourceFeed.Maker {
        { _ in
            names.map { name in
                Tool(
                    name, title: "", description: description, input: ["type": "object"],
                    hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false),
                    scope: .read
                ) { _, _ throws(CallFailure) in .text(name) }
            }
        }
    }

    private static func listener(_ client: MCPClient) async throws -> OpenRequest {
        let stream = try await client.openModern(
            "subscriptions/listen", ["notifications": ["toolsListChanged": true]])
        try await stream.hears("acknowledged")
        return stream
    }

    /// The streams of one client on all ways.
    private static func streams(_ client: MCPClient) async throws -> [OpenRequest] {
        let sse = try await conversation(client)
        return [try await client.stream(try await client.session()), sse, try await listener(client)]
    }

    private static func conversation(_ client: MCPClient) async throws -> OpenRequest {
        let stream = try await client.gateway.open("GET /sse", client.fields)
        let opening = try await stream.hears("\n\n")
        let path = String(opening.text.dropFirst("event: endpoint\ndata: ".count).prefix { $0 != "\n" })
        _ = try await client.post(MCPClient.hello("2025-06-18"), path: path)
        try await stream.hears(#""id":"hello""#)
        return stream
    }

    @Test func onlyWhoSeesTheChangeIsToldOfIt() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let all = MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
            let few = MCPClient(gateway, Tokens.bearer("few-few-few-few-few-few-2"))
            let set = MCPClient(gateway, all.fields + ["X-MCP-Toolsets: events"])
            let told = try await Self.streams(all)
            let undetermined = try await Self.streams(few) + Self.streams(set)
            let sources = gateway.shared.mcp.sources
            sources.replace(source: "zz", with: Self.maker(["zz__run"]))
            for stream in told { try await stream.hears(Self.news) }
            // The list is the new one for whoever asks then.
            let tools = try await all.ask("tools/list")["result"]?["tools"]?.arrayValue ?? []
            #expect(tools.contains { $0["name"] == "zz__run" })
            // What is new for these is new for the others, too, and nothing was before it.
            await gateway.leap(seconds: 1)
            sources.replace(source: "yy", with: Self.maker(["list_more"]))
            await gateway.leap(seconds: 1)
            for stream in undetermined { #expect(try await stream.hears(Self.news).count(of: Self.news) == 1) }
            for stream in told { #expect(try await stream.hears(Self.news, times: 2).count(of: Self.news) == 2) }
        }
    }

    /// By a clock that the test moves, in one turn of the loop.
    @Test func whatComesAtOnceIsToldOnceAndWhatComesToNothingNever() async throws {
        let loop = try Loop(label: "news")
        loop.start()
        let told = await loop.perform { loop -> [Int] in
            let dispatcher = Dispatcher(
                Registry(), server: ServerInfo(name: "x", title: "x", version: "1", description: "x"),
                seal: Seal(secret: Secret("key")), rounds: OpenRounds())
            let reactor = loop.reactor
            var now = reactor.now
            let news = ListNews(dispatcher, reactor) { now }
            var heard = 0
            var told: [Int] = []
            let listener = news.add({ Visibility(.local) }, tell: { _ in heard += 1 })
            func change(_ names: [String], _ description: String = "") {
                dispatcher.registry.replace(source: "zz", with: Self.maker(names, description)(reactor))
                news.look()
            }
            func pass() {
                now = now.advanced(seconds: ListNews.secondsBetween)
                reactor.leap(seconds: 100)
                told.append(heard)
            }
            let many = (0..<20).map { "a\($0)" }
            // The first at once, the rest together.
            change(["a"])
            told.append(heard)
            for count in 1...20 { change(Array(many.prefix(count))) }
            told.append(heard)
            pass()
            // Away and back within the time.
            change([])
            change(many)
            pass()
            // The same made anew, whenever.
            change(many)
            pass()
            change(many, "other")
            told.append(heard)
            pass()
            news.remove(listener)
            change([])
            pass()
            return told
        }
        #expect(told == [1, 1, 2, 2, 2, 3, 3, 3])
        await loop.stop()
    }

    @Test func standardOutputIsTold() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let speaker = try await MCPSpeaker(.stdio, gateway, [], .local)
            #expect(try await speaker.toolNews() == 0)
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker(["zz__run"]))
            #expect(await soon { (try? await speaker.toolNews()) == 1 })
            #expect(try await speaker.tools().contains("zz__run"))
            await speaker.end()
        }
    }

    /// The request that follows the news may come to another loop than that which has told it.
    @Test func everyLoopHasTheToolsBeforeAnybodyHearsOfThem() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let other = try await InProcess(beside: gateway)
            let fields = Tokens.bearer("all-all-all-all-all-all-1")
            let stream = try await Self.listener(MCPClient(gateway, fields))
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker(["zz__run"]))
            try await stream.hears(Self.news)
            for loop in [gateway, other] {
                let result = try await MCPClient(loop, fields).call("zz__run")
                #expect(result["content"]?.arrayValue?.first?["text"] == "zz__run", "\(result)")
            }
            // A loop that has ended is not waited for, and one that begins later has what there is.
            await other.end()
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker(["zz__go"]))
            await gateway.leap(seconds: ListNews.secondsBetween)
            try await stream.hears(Self.news, times: 2)
            let third = try await InProcess(beside: gateway)
            #expect(try await MCPClient(third, fields).call("zz__go")["isError"] == false)
            await third.end()
        }
    }

    /// What is in a toolset was changed while a stream with it is open.
    @Test func anotherToolsetIsAnotherList() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let all = MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
            let bound = try await Self.streams(MCPClient(gateway, all.fields + ["X-MCP-Toolsets: events"]))
            let free = try await Self.streams(all)
            gateway.shared.access.toolsets.replace(["events": try #require(ToolFilter(["get_*"]))])
            await gateway.perform { $0.tokensChanged() }
            for stream in bound { try await stream.hears(Self.news) }
            for stream in free { #expect(await stream.seen().count(of: Self.news) == 0) }
        }
    }

    @Test func aNameThatTwoWantIsReported() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let sources = gateway.shared.mcp.sources
            sources.replace(source: "a", with: Self.maker(["x", "list_events"]))
            sources.replace(source: "b", with: Self.maker(["x", "y"]))
            await gateway.perform { _ in }
            #expect(
                sources.conflicts == [
                    Registry.NameConflict(name: "list_events", sources: ["a"], isBuiltIn: true),
                    Registry.NameConflict(name: "x", sources: ["a", "b"], isBuiltIn: false),
                ])
            let admin = try await gateway.ask("GET /status", Tokens.bearer("all-all-all-all-all-all-1")).json
            #expect(
                admin?["tool_conflicts"] == [
                    ["name": "list_events", "sources": ["a"], "built_in": true],
                    ["name": "x", "sources": ["a", "b"], "built_in": false],
                ], "\(admin ?? .null)")
            let lines = await gateway.logLines().filter { $0["tool"] == "x" }
            #expect(lines.count == 1 && lines.first?["sources"] == "a, b", "\(lines)")
            let tools =
                try await MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
                .ask("tools/list")["result"]?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            #expect(tools.contains("y") && !tools.contains("x"))
            sources.remove(source: "b")
            await gateway.perform { _ in }
            #expect(sources.conflicts.map(\.name) == ["list_events"])
            let later = try await gateway.ask("GET /status", Tokens.bearer("all-all-all-all-all-all-1")).json
            #expect(later?["tool_conflicts"]?.arrayValue?.count == 1)
        }
    }

    @Test func thatTheListMayChangeIsSaidWhereItMay() async throws {
        for (settings, isExpected) in [([:], false), (Self.settings, true)] as [([Setting: String], Bool)] {
            try await InProcess.serve(settings) { (gateway: InProcess) async throws in
                let client = MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
                let told = try await client.ask("server/discover")["result"]?["capabilities"]
                #expect((told?["tools"]?["listChanged"] == true) == isExpected)
                #expect(told?["prompts"]?["listChanged"] == nil && told?["resources"]?["listChanged"] == nil)
            }
        }
    }
}
