import Core
import GatewayAPI
import IO
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// A tool that is hidden is as one that does not exist, on every way to the gateway.
@Suite struct HiddenToolTests {
    private static let settings: [Setting: String] = [
        .authTokens: """
        all:admin:all-all-all-all-all-all-1,few:admin:few-few-few-few-few-few-2::list_* get_event,\
        set:admin:set-set-set-set-set-set-3:events,reader:read:reader-reader-reader-4
        """,
        .toolsets: #"{"events": ["list_*", "get_event"], "safe": {"deny": ["cancel_*", "zz__*"]}}"#,
    ]

    /// Who asks, and how what is asked for is hidden.
    private struct Case {
        let name: String
        let token: String
        var fields: [String] = []
        var suffix = ""
    }

    private static let hidden = [
        Case(name: "patterns of the token", token: "few-few-few-few-few-few-2"),
        Case(name: "toolset of the token", token: "set-set-set-set-set-set-3"),
        Case(name: "scope of the token", token: "reader-reader-reader-4"),
        Case(name: "toolset of the field", token: "all-all-all-all-all-all-1", fields: ["X-MCP-Toolsets: events"]),
        Case(
            name: "toolsets of the field", token: "all-all-all-all-all-all-1", fields: ["X-MCP-Toolsets: safe, events"]),
        Case(name: "toolset of the path", token: "all-all-all-all-all-all-1", suffix: "/x/safe"),
        Case(
            name: "the wider of the two", token: "few-few-few-few-few-few-2", fields: ["X-MCP-Toolsets: safe"],
            suffix: "/x/safe"),
    ]

    /// One that a source brings: its spelling with a dot must not lead past what hides it.
    private static let maker: ToolSourceFeed.Maker = { _ in
        [
            Tool(
                "zz__run", title: "", description: "", input: ["type": "object"],
                hints: Tool.Hints(readOnly: false, destructive: true, idempotent: false, openWorld: true), scope: .write
            ) { _, _ throws(CallFailure) in .text("run") }
        ]
    }

    private static func principal(_ token: String, _ gateway: InProcess) throws -> Principal {
        try #require(gateway.shared.access.tokens?.principal(of: token))
    }

    @Test(arguments: MCPWay.allCases)
    func aHiddenToolIsAnUnknownOne(way: MCPWay) async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            for hidden in Self.hidden {
                let speaker = try await MCPSpeaker(
                    way, gateway, Tokens.bearer(hidden.token) + hidden.fields, suffix: hidden.suffix,
                    try Self.principal(hidden.token, gateway))
                let tools = try await speaker.tools()
                #expect(tools.contains("list_events") && tools.contains("get_event"), "\(way) \(hidden.name)")
                #expect(!tools.contains("cancel_event") && !tools.contains("zz__run"), "\(way) \(hidden.name)")
                func answer(_ name: String) async throws -> String {
                    let answer = try await speaker.ask(
                        "tools/call", ["name": .string(name), "arguments": ["event_id": "evt-1"]])
                    #expect(answer["error"]?["code"] == -32602, "\(way) \(hidden.name) \(answer)")
                    return String(decoding: answer.encoded, as: UTF8.self).replacing(name, with: "NAME")
                }
                let unknown = try await answer("qqqqqqqqqqqq")
                #expect(unknown.contains("Unknown tool: NAME"))
                for name in ["cancel_event", "zz__run", "zz.run", "zz--run"] {
                    #expect(try await answer(name) == unknown, "\(way) \(hidden.name) \(name)")
                }
                await speaker.end()
            }
            // None of them has reached anything.
            #expect(gateway.luma.asked == [])
            let calls = await gateway.toolCalls()
            #expect(
                !calls.isEmpty && calls.allSatisfy { $0["outcome"] == "refused" && $0["source"] == "-" }, "\(calls)")
        }
    }

    /// The same on the ways of a plain call: a method of the tool's name, and a resource of it.
    @Test func aHiddenToolIsAnUnknownOneToPlainCalls() async throws {
        let settings = Self.settings.merging([.lunaEndpoint: "true"]) { $1 }
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let arguments: JSON = ["event_id": "evt-1"]
            func call(_ name: String, _ who: Case) async throws -> Answer {
                let message: JSON = ["jsonrpc": "2.0", "id": 1, "method": .string(name), "params": arguments]
                return try await gateway.ask("POST /mcp" + who.suffix, Tokens.bearer(who.token) + who.fields, message)
            }
            func post(_ name: String, _ who: Case) async throws -> Answer {
                let fields = Tokens.bearer(who.token) + who.fields + ["X-Request-Id: same"]
                return try await gateway.ask("POST /tools/\(name)", fields, arguments)
            }
            for hidden in Self.hidden {
                let unknown = try await post("qqqqqqqqqqqq", hidden)
                for name in ["cancel_event", "zz__run", "zz.run", "zz--run"] {
                    let answer = try await call(name, hidden)
                    #expect(
                        answer.status == 404 && answer.json == ["detail": "tool_not_found"],
                        "\(hidden.name) \(name) \(answer.text)")
                    // A resource has no toolset in its path.
                    guard hidden.suffix.isEmpty else { continue }
                    let posted = try await post(name, hidden)
                    #expect(
                        posted.status == 404
                            && posted.text.replacing(name, with: "NAME")
                                == unknown.text.replacing("qqqqqqqqqqqq", with: "NAME"),
                        "\(hidden.name) \(name) \(posted.text)")
                }
            }
            #expect(gateway.luma.asked == [])
            let calls = await gateway.toolCalls()
            #expect(
                !calls.isEmpty && calls.allSatisfy { $0["outcome"] == "refused" && $0["source"] == "-" }, "\(calls)")
            // Who may have it is answered.
            let all = Case(name: "nothing", token: "all-all-all-all-all-all-1")
            #expect(try await call("zz__run", all).json?["result"] == "run")
            #expect(try await post("zz__run", all).status == 200)
        }
    }

    /// The same is there for who may have it, so that the table above can fail.
    @Test(arguments: MCPWay.allCases)
    func whoMaySeesAndCallsIt(way: MCPWay) async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let token = "all-all-all-all-all-all-1"
            let speaker = try await MCPSpeaker(
                way, gateway, Tokens.bearer(token), try Self.principal(token, gateway))
            let tools = try await speaker.tools()
            #expect(tools.contains("cancel_event") && tools.last == "zz__run")
            for name in ["zz__run", "zz.run"] {
                let answer = try await speaker.ask("tools/call", ["name": .string(name)])
                #expect(answer["result"]?["content"]?.arrayValue?.first?["text"] == "run", "\(answer)")
            }
            await speaker.end()
            let calls = await gateway.logLines().filter { $0["tool"] == "zz__run" }
            #expect(calls.count == 2 && calls.allSatisfy { $0["outcome"] == "ok" && $0["source"] == "zz" }, "\(calls)")
        }
    }

    /// A later request does not lead out of what the session was begun with.
    @Test func aSessionStaysInItsToolset() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let client = MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
            let begun = try await client.post(MCPClient.hello("2025-11-25"), path: "/mcp/x/events")
            let session = "Mcp-Session-Id: " + (try #require(begun.field("mcp-session-id")))
            for (path, fields) in [("/mcp", []), ("/mcp/x/safe", []), ("/mcp", ["X-MCP-Toolsets: safe"])] {
                let answer = try await client.post(
                    MCPClient.request("tools/list"), [session] + fields, path: path)
                let names = answer.json?["result"]?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
                #expect(!names.isEmpty && names.allSatisfy { $0.hasPrefix("list_") || $0 == "get_event" }, "\(names)")
            }
        }
    }

    @Test func aToolsetThatDoesNotExist() async throws {
        try await InProcess.serve(Self.settings) { (gateway: InProcess) async throws in
            let client = MCPClient(gateway, Tokens.bearer("all-all-all-all-all-all-1"))
            let (body, fields) = client.message("tools/list")
            for (path, more, status) in [
                ("/mcp/x/none", [], 404), ("/mcp/x/none/", [], 404), ("/mcp", ["X-MCP-Toolsets: events,none"], 400),
                ("/mcp", ["X-MCP-Toolsets:"], 400), ("/mcp", ["X-MCP-Toolsets: ,"], 400),
            ] as [(String, [String], Int)] {
                let answer = try await client.post(body, fields + more, path: path)
                #expect(answer.status == status && answer.json?["id"] == 1, "\(answer.text)")
                #expect(answer.json?["error"]?["message"]?.stringValue?.contains("toolset") == true, "\(answer.text)")
            }
            #expect(try await gateway.ask("GET /sse/x/none", client.fields).status == 404)
            // Without a token nobody hears whether there is one.
            for path in ["/mcp/x/none", "/mcp/x/events"] {
                #expect(try await MCPClient(gateway).post(body, fields, path: path).status == 401)
            }
        }
    }
}
