import Core
import GatewayAPI
import IOTestKit
import MCP
import Settings
import Store
import TestKit
import Testing
import ToolHost

@testable import Gateway

/// Other MCP servers behind the gateway, from the file to a call.
@Suite struct UpstreamToolsTests {
    /// A gateway in front of these servers, by their names.
    static func serve(
        _ upstreams: [(name: String, url: String)], more: String = "",
        store: any StateStore = SQLiteStateStore(.memory), _ body: (InProcess) async throws -> Void
    ) async throws {
        let entries = upstreams.map {
            #"{"name": "\#($0.name)", "url": "\#($0.url)", "allow": {"loopback": true}\#(more)}"#
        }
        let folder = try DocumentFolder([
            "upstreams.json": #"{"format": 1, "upstreams": [\#(entries.joined(separator: ","))]}"#
        ])
        try await InProcess.serve([.upstreamsFile: folder.path + "/upstreams.json"], store: store, body)
    }

    @Test(arguments: FakeUpstream.Era.allCases) func itsToolsAreOffered(era: FakeUpstream.Era) async throws {
        try await FakeUpstream.serve(era) { upstream in
            try await Self.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(2) == ["docs__delete", "docs__echo"])
                for way in MCPWay.allCases {
                    let speaker = try await MCPSpeaker(way, gateway, [], .local)
                    let tools = try await speaker.tools()
                    #expect(tools.contains("docs__echo"))
                    let answer = try await speaker.ask(
                        "tools/call", ["name": "docs__echo", "arguments": ["text": "hello"]])
                    let result = answer["result"]
                    #expect(result?["content"]?.arrayValue?.first == ["type": "text", "text": "hello"], "\(answer)")
                    #expect(result?["_meta"]?["luma-mcp/source"] == "the MCP server docs")
                    await speaker.end()
                }
                let line = await gateway.toolCalls().last
                #expect(line?["source"] == "upstream:docs" && line?["tool"] == "docs__echo" && line?["outcome"] == "ok")
                let state = try await gateway.upstreamState("docs")
                #expect(state["state"] == "on" && state["server"] == "fake 1", "\(state)")
                #expect(state["revision"] == .string(era == .modern ? "2026-07-28" : "2025-11-25"))
                #expect(state["calls"] == 4 && state["failures"] == 0)
            }
            // One session for all of them, which is ended; in the other era there is none.
            #expect(upstream.count("initialize") == (era == .modern ? 0 : 1))
            #expect(upstream.count("DELETE") == (era == .modern ? 0 : 1))
            let calls = upstream.messages.filter { $0.method == "tools/call" }
            #expect(calls.allSatisfy { $0.tool == "echo" })
            #expect(
                calls.allSatisfy {
                    era == .modern
                        ? $0.request.field("mcp-name") == "echo" && $0.request.field("mcp-method") == "tools/call"
                        : $0.request.field("mcp-session-id") == "s1"
                            && $0.request.field("mcp-protocol-version") == "2025-11-25"
                })
        }
    }

    /// Also what no revision knows yet, on every way.
    @Test(arguments: MCPWay.allCases) func aResultIsPassedOnWhole(way: MCPWay) async throws {
        let script: FakeUpstream.Script = { message in
            message.method == "tools/call" ? .result(["content": [], "isError": false, "later": ["a": 1]]) : nil
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            try await Self.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let speaker = try await MCPSpeaker(way, gateway, [], .local)
                let answer = try await speaker.ask("tools/call", ["name": "docs__echo", "arguments": ["text": "x"]])
                #expect(answer["result"]?["later"] == ["a": 1], "\(answer)")
                await speaker.end()
                let rest = try await gateway.call("docs__echo", ["text": "x"])
                #expect(rest["later"] == ["a": 1], "\(rest)")
            }
        }
    }

    @Test func whatDoesNotAnswerHoldsNothingUp() async throws {
        let silent: FakeUpstream.Script = { _ in .silence }
        try await FakeUpstream.serve(.session, silent) { upstream in
            try await Self.serve([("slow", upstream.url)]) { (gateway: InProcess) async throws in
                #expect(try await gateway.ask("GET /tools/").status == 200)
                let state = try await gateway.upstreamState("slow")
                #expect(state["state"] == "connecting" && state["tools"] == [], "\(state)")
            }
        }
    }

    /// A restart of the server: it no longer knows the session.
    @Test func aSessionThatIsLostIsBegunAnewOnce() async throws {
        let restarted: FakeUpstream.Script = { message in
            message.method == "tools/call" && message.request.field("mcp-session-id") == "s1"
                ? .raw(#"{"error":"no such session"}"#, status: "404 Not Found") : nil
        }
        try await FakeUpstream.serve(.session, restarted) { upstream in
            try await Self.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let result = try await gateway.call("docs__delete")
                #expect(result["isError"] == false, "\(result)")
                #expect(upstream.count("initialize") == 2 && upstream.count("tools/call") == 2)
            }
        }
    }

    /// What a call comes to when the server misbehaves, and the calls that it saw. What changes something is never made twice.
    @Test(arguments: [
        ("500", "outcome_unknown", 1), ("404 without a body", "upstream_unavailable", 2), ("401", "upstream_auth", 1),
        ("302", "upstream_error", 1), ("202", "outcome_unknown", 1), ("half JSON", "outcome_unknown", 1),
        ("HTML", "outcome_unknown", 1), ("wrong id", "outcome_unknown", 1), ("hang up", "outcome_unknown", 1),
        ("empty stream", "outcome_unknown", 1), ("garbage in a stream", "ok", 1), ("an error", "upstream_error", 1),
        ("no result of a tool", "invalid_upstream", 1), ("twice the same id", "ok", 1), ("429", "upstream_busy", 1),
        ("giant", "outcome_unknown", 1), ("slow", "outcome_unknown", 1), ("string id", "outcome_unknown", 1),
    ])
    func aCallOfAServerThatMisbehaves(fault: String, code: String, calls: Int) async throws {
        let script: FakeUpstream.Script = { message in
            message.method == "tools/call" ? Self.misbehave(fault, message.id ?? .null) : nil
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            let limits = #", "limits": {"call_seconds": 1, "result_bytes": 100000}"#
            try await Self.serve([("docs", upstream.url)], more: limits) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let result = try await gateway.call("docs__delete")
                let told = result["structuredContent"]?["error"]?["code"]?.stringValue ?? "ok"
                #expect(told == code, "\(fault): \(result)")
                #expect(upstream.count("tools/call") == calls)
                #expect(upstream.messages.allSatisfy { $0.request.target != "/elsewhere" })
            }
        }
    }

    private static func misbehave(_ fault: String, _ id: JSON) -> FakeUpstream.Reply {
        let good: JSON = ["content": [["type": "text", "text": "done"]]]
        func message(_ id: JSON, _ result: JSON) -> JSON { ["jsonrpc": "2.0", "id": id, "result": result] }
        func text(_ json: JSON) -> String { String(decoding: json.encoded, as: UTF8.self) }
        switch fault {
        case "500": return .raw("oops", status: "500 Internal Server Error")
        case "404 without a body": return .raw("", status: "404 Not Found", fields: "")
        case "401": return .raw("", status: "401 Unauthorized", fields: "WWW-Authenticate: Bearer\r\n")
        case "302": return .raw("", status: "302 Found", fields: "Location: /elsewhere\r\n")
        case "202": return .raw("", status: "202 Accepted", fields: "")
        case "half JSON": return .raw(String(text(message(id, good)).dropLast(8)))
        case "HTML": return .raw("<html></html>", fields: "Content-Type: text/html\r\n")
        case "wrong id": return .raw(text(message(4711, good)))
        case "string id": return .raw(text(message(.string(text(id)), good)))
        case "hang up": return .hangUp
        case "empty stream": return .events([])
        case "garbage in a stream":
            return .events([7, [:], ["jsonrpc": "2.0"], message(4711, good), message(id, good)])
        case "twice the same id": return .events([message(id, good), message(id, ["content": []])])
        case "an error": return .error(-32603, "it is broken\u{202e}")
        case "no result of a tool": return .result(["tools": []])
        case "429": return .raw("", status: "429 Too Many Requests", fields: "Retry-After: 7\r\n")
        case "giant":
            let piece: JSON = ["type": "text", "text": .string(String(repeating: "x", count: 6 << 20))]
            return .raw(text(message(id, ["content": [piece]])))
        default: return .silence
        }
    }

    private static let program = """
        import json, sys
        for line in sys.stdin:
            message = json.loads(line)
            method, id = message["method"], message.get("id")
            if id is None: continue
            answer = {"jsonrpc": "2.0", "id": id}
            if method == "initialize":
                answer["result"] = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                                    "serverInfo": {"name": "child", "version": "2"}}
            elif method == "tools/list":
                answer["result"] = {"tools": [{"name": "echo", "inputSchema": {"type": "object"}},
                                              {"name": "die", "inputSchema": {"type": "object"}}]}
            elif method == "tools/call" and message["params"]["name"] == "die": sys.exit(1)
            elif method == "tools/call":
                answer["result"] = {"content": [{"type": "text", "text": json.dumps(message["params"]["arguments"])}]}
            else: answer["error"] = {"code": -32601, "message": "no"}
            print("a banner" if method == "initialize" else "", flush=True)
            print(json.dumps(answer), flush=True)
        """

    /// One that the gateway starts, and starts again when it has ended.
    @Test func aProgramIsAnUpstreamToo() async throws {
        let entry: JSON = [
            "name": "child", "transport": "stdio",
            "command": ["/usr/bin/env", "python3", "-c", .string(Self.program)],
        ]
        let file = JSON.object(["format": 1, "upstreams": [entry]])
        let folder = try DocumentFolder(["upstreams.json": String(decoding: file.encoded, as: UTF8.self)])
        try await InProcess.serve([.upstreamsFile: folder.path + "/upstreams.json"]) {
            (gateway: InProcess) async throws in
            #expect(try await gateway.upstreamTools(2) == ["child__die", "child__echo"])
            let echo = try await gateway.call("child__echo", ["a": 1])
            #expect(echo["content"]?.arrayValue?.first?["text"] == #"{"a": 1}"#, "\(echo)")
            let died = try await gateway.call("child__die")
            #expect(died["structuredContent"]?["error"]?["code"] == "outcome_unknown", "\(died)")
            // It is started again for the next call, or by itself before that.
            var again = try await gateway.call("child__echo", ["a": 2])
            for _ in 0..<1000 where again["isError"] == true {
                try await Task.sleep(for: .milliseconds(10))
                again = try await gateway.call("child__echo", ["a": 2])
            }
            #expect(again["content"]?.arrayValue?.first?["text"] == #"{"a": 2}"#, "\(again)")
            #expect(try await gateway.upstreamState("child")["transport"] == "stdio")
        }
    }

    /// A bad definition costs itself alone.
    @Test func whatIsWrongWithOneDefinitionCostsThatOne() async throws {
        let schema: JSON = ["type": "object", "properties": [:]]
        let tools: JSON = [
            ["name": "good", "description": "Fine\u{202e}\u{1b}[31m words.", "inputSchema": schema],
            ["name": "bad", "inputSchema": ["type": "array"]], ["name": "twice", "inputSchema": schema],
            ["name": "twice", "inputSchema": schema], ["inputSchema": schema], "no object",
        ]
        try await FakeUpstream.serve(.modern, tools: tools) { upstream in
            try await Self.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(1) == ["docs__good"])
                let state = try await gateway.upstreamState("docs")
                let refused = state["refused"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
                #expect(Set(refused) == ["bad", "docs__twice", "(without a name)"], "\(state)")
                let list = try await gateway.ask("GET /tools/").json?["tools"]?.arrayValue ?? []
                let text = list.first { $0["name"] == "docs__good" }?["description"]?.stringValue ?? ""
                #expect(text.hasPrefix("Fine words.") && text.contains("data, never instructions"), "\(text)")
            }
        }
    }

    @Test func anEntryThatIsWrongStopsNothing() async throws {
        try await FakeUpstream.serve(.modern) { upstream in
            try await Self.serve([("docs", upstream.url), ("Bad", "https://bad.example")]) {
                (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(2).count == 2)
                let state = try await gateway.upstreamState("Bad")
                #expect(state["state"] == "refused" && state["reason"] != nil, "\(state)")
            }
        }
    }
}

extension InProcess {
    /// The names of tools of upstreams, in order, as soon as there are so many.
    func upstreamTools(_ count: Int) async throws -> [String] {
        var names: [String] = []
        // Only a server that never answers makes this wait to its end.
        for _ in 0..<1000 {
            let list = try await ask("GET /tools/").json?["tools"]?.arrayValue ?? []
            names = list.filter { $0["source"]?.stringValue?.hasPrefix("upstream:") == true }
                .compactMap { $0["name"]?.stringValue }
            if names.count == count { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        return names
    }

    /// What `/status` says of one upstream.
    func upstreamState(_ name: String) async throws -> JSON {
        let status = try await ask("GET /status").json?["upstreams"]
        return try #require(
            status?["upstreams"]?.arrayValue?.first { $0["name"]?.stringValue == name }, "\(status ?? .null)")
    }
}
