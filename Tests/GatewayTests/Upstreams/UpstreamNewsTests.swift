import Core
import IOTestKit
import MCP
import TestKit
import Testing

@testable import Gateway

/// What an upstream says unasked, and what it has besides tools.
@Suite struct UpstreamNewsTests {
    private static let changing: JSON = ["tools": ["listChanged": true]]

    /// Says once that its tools are others.
    private static func news(_ message: FakeUpstream.Message) -> FakeUpstream.Reply? {
        let news: JSON = ["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]
        switch message.method {
        case "GET", "subscriptions/listen": return .events([news], staysOpen: true)
        case "tools/list" where message.earlier > 0:
            let more: JSON = ["name": "new", "inputSchema": ["type": "object"]]
            return .result(["tools": .array((FakeUpstream.tools.arrayValue ?? []) + [more])])
        default: return nil
        }
    }

    @Test(arguments: [FakeUpstream.Era.session, .modern])
    func aToolThatIsNewIsOffered(era: FakeUpstream.Era) async throws {
        try await FakeUpstream.serve(era, capabilities: Self.changing, Self.news) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(3) == ["docs__delete", "docs__echo", "docs__new"])
                #expect(upstream.count("initialize") == (era == .modern ? 0 : 1), "on the connection that there is")
                let lines = await gateway.logLines().filter { $0["upstream"] == "docs" && $0["tools"] != nil }
                #expect(
                    lines.map { $0["message"]?.stringValue }
                        == ["An upstream is offered", "What an upstream offers has changed"], "\(lines)")
                #expect(lines.map { $0["tools"]?.stringValue } == ["2", "3"])
            }
        }
    }

    /// One that fails now so and now so is told of once, and not at each attempt.
    @Test func anOutageIsLoggedOnceWhateverItsCauses() async throws {
        let script: FakeUpstream.Script = { message in
            .raw("", status: message.earlier % 2 == 0 ? "503 Service Unavailable" : "500 Internal Server Error")
        }
        try await FakeUpstream.serve(.modern, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                try await Self.soon { upstream.count("server/discover") >= 3 }
                let lines = await gateway.logLines().filter { $0["message"] == "An upstream does not answer" }
                #expect(lines.count == 1 && lines.first?["upstream"] == "docs", "\(lines)")
            }
        }
    }

    @Test func progressIsPassedOn() async throws {
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call", let id = message.id else { return nil }
            let token = message.params["_meta"]?["progressToken"] ?? .null
            func step(_ count: Int) -> JSON {
                let params: JSON = [
                    "progressToken": token, "progress": .number(JSONNumber(count)), "total": 3,
                    "message": .string("step\u{202e} \(count)"),
                ]
                return ["jsonrpc": "2.0", "method": "notifications/progress", "params": params]
            }
            return .events([
                step(1), step(3), step(2),
                ["jsonrpc": "2.0", "id": id, "result": ["content": [["type": "text", "text": "done"]]]],
            ])
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let client = MCPClient(gateway)
                let params: JSON = ["name": "docs__echo", "arguments": [:], "_meta": ["progressToken": "mine"]]
                let answer = try await client.post(
                    MCPClient.request("tools/call", params), [try await client.session()])
                let told = answer.text.split(separator: "\n").filter { $0.contains("notifications/progress") }
                // The token is the caller's own, and what goes back is not told.
                #expect(
                    told.count == 2 && told.allSatisfy { $0.contains(#""progressToken":"mine""#) }, "\(answer.text)")
                #expect(told.last?.contains(#""message":"step 3""#) == true && answer.text.contains(#""text":"done""#))
            }
        }
    }

    /// Who has gone away waits no more, and the server hears of it.
    @Test func aCancelledCallIsCancelledThere() async throws {
        let script: FakeUpstream.Script = { $0.method == "tools/call" ? .silence : nil }
        try await FakeUpstream.serve(.session, script) { upstream in
            let hints = #", "hints": {"echo": {"read_only": true}}"#
            try await UpstreamToolsTests.serve([("docs", upstream.url)], more: hints) {
                (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let client = MCPClient(gateway)
                let call = try await client.openModern("tools/call", ["name": "docs__echo", "arguments": [:]])
                try await Self.soon { upstream.count("tools/call") == 1 }
                await call.goAway()
                try await Self.soon { upstream.count("notifications/cancelled") == 1 }
                let id = upstream.messages.last { $0.method == "tools/call" }?.id
                let told = upstream.messages.last { $0.method == "notifications/cancelled" }?.params["requestId"]
                #expect(id != nil && told == id)
            }
        }
    }

    /// A form of the server's goes to the caller's user, and the answer back.
    @Test func aQuestionIsPassedOn() async throws {
        let script: FakeUpstream.Script = { message in
            guard message.method == "tools/call" else { return nil }
            let capabilities = message.params["_meta"]?["io.modelcontextprotocol/clientCapabilities"]
            func done(_ text: String) -> FakeUpstream.Reply {
                .result(["resultType": "complete", "content": [["type": "text", "text": .string(text)]]])
            }
            if capabilities?["elicitation"] == nil { return done("not asked") }
            if let answer = message.params["inputResponses"]?["k"]?["content"]?["size"]?.stringValue {
                return done(answer + " " + (message.params["requestState"]?.stringValue ?? ""))
            }
            let schema: JSON = ["type": "object", "properties": ["size": ["type": "string"]], "required": ["size"]]
            return .result([
                "resultType": "input_required", "requestState": "theirs",
                "inputRequests": [
                    "k": [
                        "method": "elicitation/create",
                        "params": ["message": "Which size?", "requestedSchema": schema],
                    ]
                ],
            ])
        }
        try await FakeUpstream.serve(.modern, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let params: JSONObject = ["name": "docs__delete", "arguments": [:]]
                let deaf = try await MCPClient(gateway).modern("tools/call", params).json?["result"]
                #expect(deaf?["content"]?.arrayValue?.first?["text"] == "not asked")

                let client = MCPClient(gateway, capabilities: ["elicitation": [:]])
                let asked = try await client.modern("tools/call", params).json?["result"]
                #expect(asked?["resultType"] == "input_required", "\(asked ?? .null)")
                let (key, request) = try #require(asked?["inputRequests"]?.objectValue?.members.first)
                #expect(request["params"]?["message"] == "the MCP server docs asks: Which size?")
                var again = params
                again["requestState"] = asked?["requestState"]
                again["inputResponses"] = .object(
                    JSONObject([(name: key, value: ["action": "accept", "content": ["size": "large"]])]))
                let done = try await client.modern("tools/call", again).json?["result"]
                #expect(done?["content"]?.arrayValue?.first?["text"] == "large theirs", "\(done ?? .null)")
            }
        }
    }

    private static func soon(_ isSo: () -> Bool) async throws {
        for _ in 0..<1000 where !isSo() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(isSo())
    }

    @Test func promptsAndResourcesAreOffered() async throws {
        let script: FakeUpstream.Script = { message in
            switch message.method {
            case "prompts/list":
                return .result([
                    "prompts": [
                        ["name": "greet", "description": "Greets.", "arguments": [["name": "who", "required": true]]],
                        ["name": "x", "arguments": ["no object"]],
                    ]
                ])
            case "prompts/get":
                let who = message.params["arguments"]?["who"]?.stringValue ?? ""
                let content: JSON = ["type": "text", "text": .string("Greet \(who)\u{202e}")]
                return .result(["messages": [["role": "user", "content": content]]])
            case "resources/list":
                return .result([
                    "resources": [["uri": "notes://a", "name": "a"], ["uri": "luma://calendar", "name": "ours"]]
                ])
            case "resources/templates/list":
                return .result([
                    "resourceTemplates": [
                        ["uriTemplate": "notes://all/{id}", "name": "note"],
                        ["uriTemplate": "notes://{+path}", "name": "no"],
                    ]
                ])
            case "resources/read":
                let uri = message.params["uri"] ?? ""
                if uri == "notes://all/none" { return .error(-32002, "Resource not found") }
                return .result(["contents": [["uri": uri, "mimeType": "text/plain", "text": "words"]]])
            default: return nil
            }
        }
        let capabilities: JSON = ["tools": [:], "prompts": [:], "resources": [:]]
        try await FakeUpstream.serve(.session, capabilities: capabilities, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                for way in [MCPWay.modern, .session] {
                    let speaker = try await MCPSpeaker(way, gateway, [], .local)
                    let prompts = try await speaker.ask("prompts/list")["result"]?["prompts"]?.arrayValue ?? []
                    let names = prompts.compactMap { $0["name"]?.stringValue }
                    #expect(names.filter { $0.hasPrefix("docs__") } == ["docs__greet"])
                    let got = try await speaker.ask(
                        "prompts/get", ["name": "docs__greet", "arguments": ["who": "Ada"]])
                    let message = got["result"]?["messages"]?.arrayValue?.first
                    #expect(message == ["role": "user", "content": ["type": "text", "text": "Greet Ada"]], "\(got)")
                    let missing = try await speaker.ask("prompts/get", ["name": "docs__greet"])
                    #expect(missing["error"]?["code"] == -32602)

                    let list = try await speaker.ask("resources/list")["result"]?["resources"]?.arrayValue ?? []
                    let uris = list.compactMap { $0["uri"]?.stringValue }
                    #expect(uris.contains("notes://a") && uris.count { $0 == "luma://calendar" } == 1, "\(uris)")
                    for uri in ["notes://a", "notes://all/7"] {
                        let read = try await speaker.ask("resources/read", ["uri": .string(uri)])
                        let contents = read["result"]?["contents"]?.arrayValue?.first
                        #expect(contents?["text"] == "words" && contents?["uri"]?.stringValue == uri, "\(read)")
                    }
                    for uri in ["notes://all/none", "notes://other/7"] {
                        let read = try await speaker.ask("resources/read", ["uri": .string(uri)])
                        #expect(read["error"]?["message"] == "Resource not found", "\(read)")
                    }
                    await speaker.end()
                }
                let refused = try await gateway.upstreamState("docs")["refused"]?.arrayValue ?? []
                #expect(
                    Set(refused.compactMap { $0["name"]?.stringValue }) == ["x", "luma://calendar", "notes://{+path}"],
                    "\(refused)")
            }
        }
    }
}
