import Core
import GatewayAPI
import IOTestKit
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// Calls on `/mcp` whose method is the name of a tool, as the clients of a Luna server send them.
@Suite struct DirectCallTests {
    private static let on: [Setting: String] = [.lunaEndpoint: "true"]

    private static func call(
        _ gateway: InProcess, _ method: String, _ params: JSON = [:], id: JSON? = 1, fields: [String] = []
    ) async throws -> Answer {
        var message: JSONObject = ["jsonrpc": "2.0"]
        message["id"] = id
        message["method"] = .string(method)
        message["params"] = params
        return try await gateway.ask("POST /mcp", fields, .object(message))
    }

    /// A source whose tools end in each way.
    private static let maker: ToolSourceFeed.Maker = { _ in
        func tool(_ name: String, _ result: ToolResult, scope: Principal.Scopes = .read) -> Tool {
            Tool(
                name, title: "T", description: "D",
                input: ["type": "object", "properties": ["n": ["type": "integer"]], "required": []],
                hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false), scope: scope
            ) { _, _ throws(CallFailure) in result }
        }
        return [
            tool("zz_object", .structured(["a": 1])), tool("zz_text", .text("hello")),
            tool("zz_image", ToolResult([.image(base64: "AAAA", mimeType: "image/png")])),
            tool("zz_failed", .failure(String(repeating: "x", count: 1000))),
            tool("zz_admin", .text("admin"), scope: .admin),
        ]
    }

    @Test func aCallIsAnsweredWithTheBareResult() async throws {
        try await InProcess.serve(Self.on) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            for (tool, expected) in [("zz_object", ["a": 1] as JSON), ("zz_text", "hello"), ("zz_image", "AAAA")] {
                for id in [JSON.number(JSONNumber(7)), "text", .null] {
                    let answer = try await Self.call(gateway, tool, id: id)
                    #expect(
                        answer.status == 200 && answer.json == ["jsonrpc": "2.0", "id": id, "result": expected],
                        "\(answer.text)")
                }
                // Without an id it is answered all the same.
                let answer = try await Self.call(gateway, tool, id: nil)
                #expect(answer.json == ["jsonrpc": "2.0", "id": nil, "result": expected], "\(answer.text)")
            }
            let line = await gateway.toolCalls().last
            #expect(line?["tool"] == "zz_image" && line?["source"] == "zz" && line?["outcome"] == "ok")
        }
    }

    @Test func whatFailsHasAPlainStatus() async throws {
        try await InProcess.serve(Self.on) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let unknown = try await Self.call(gateway, "no_such_tool")
            #expect(unknown.status == 404 && unknown.json == ["detail": "tool_not_found"], "\(unknown.text)")
            let wrong = try await Self.call(gateway, "zz_text", ["n": "many"])
            #expect(
                wrong.status == 400
                    && wrong.json?["detail"]?.stringValue?.hasPrefix("Parameter error: ") == true, "\(wrong.text)")
            let long = try await Self.call(gateway, "zz_text", ["n": .string(String(repeating: "x", count: 300_000))])
            #expect(
                long.status == 400
                    && long.json?["detail"]?.stringValue?.hasPrefix("Parameter error: ") == true, "\(long.text)")
            let failed = try await Self.call(gateway, "zz_failed")
            #expect(failed.status == 500 && failed.json?["detail"]?.stringValue?.utf8.count == 400, "\(failed.text)")
        }
    }

    /// The service behind a tool decides between what is ours to mend and what is not.
    @Test func aServiceThatFailsIsABadGateway() async throws {
        let answer: @Sendable (SocketServer.Request) -> FakeService.Answer = { request in
            request.target == "/api/image/bw"
                ? .json(#"{"image_b64":"AAAA"}"#) : .json("{}", "500 Internal Server Error")
        }
        try await FakeService.serve(answer) { service in
            let settings = Self.on.merging([.lunaURL: service.url]) { $1 }
            try await InProcess.serve(settings) { (gateway: InProcess) async throws in
                let image = try await Self.call(gateway, "bw_remote", ["image_url": "https://x.example/a.png"])
                #expect(image.status == 200 && image.json?["result"] == "AAAA", "\(image.text)")
                let voice = try await Self.call(gateway, "voice_speak", ["text": "Hello"])
                #expect(
                    voice.status == 502 && voice.json?["detail"]?.stringValue?.hasPrefix("Upstream ") == true,
                    "\(voice.text)")
                // What stands for a result says so itself.
                let code = try await Self.call(gateway, "code_gen", ["prompt": "x"])
                #expect(code.status == 200 && code.json?["result"]?.stringValue?.hasPrefix("# Not generated") == true)
            }
        }
        let folder = try DocumentFolder([
            "notes.json": #"""
            {"format": 1, "name": "notes",
             "upstream": {"base": "https://notes.example",
                          "auth": {"kind": "header", "value": {"$secret": "NOTES_TOKEN"}}},
             "tools": [{"name": "find_notes", "request": {"method": "GET", "path": "/notes"}}]}
            """#
        ])
        try await InProcess.serve(Self.on.merging([.forwardersDirectory: folder.path]) { $1 }) {
            (gateway: InProcess) async throws in
            let answer = try await Self.call(gateway, "find_notes")
            #expect(
                answer.status == 500 && answer.json?["detail"]?.stringValue?.contains("NOTES_TOKEN") == true,
                "\(answer.text)")
        }
    }

    @Test func whoMayNotIsToldSoInItsWords() async throws {
        try await InProcess.serve(Tokens.guarded.merging(Self.on) { $1 }) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            for fields in [[], Tokens.bearer("wrong-wrong-wrong-wrong-1")] {
                let answer = try await Self.call(gateway, "zz_text", fields: fields)
                #expect(
                    answer.status == 401 && answer.json?["detail"] == "invalid token" && answer.json?["error"] != nil
                        && answer.field("www-authenticate") != nil, "\(answer.text)")
            }
            let reader = Tokens.bearer(Tokens.reader)
            #expect(try await Self.call(gateway, "zz_text", fields: reader).status == 200)
            // A hidden tool is an unknown one.
            let hidden = try await Self.call(gateway, "zz_admin", fields: reader)
            let unknown = try await Self.call(gateway, "zz_other", fields: reader)
            #expect(hidden.status == 404 && hidden.json == unknown.json)
            #expect(try await Self.call(gateway, "zz_admin", fields: Tokens.bearer(Tokens.admin)).status == 200)
        }
    }

    /// Names that a Luna server gives its tools mean the one that fits of those that the caller sees, and no other name does.
    @Test(
        arguments: [
            ("git_clone", ["git_clone__run"], "git_clone__run"), ("img_bw", ["img_bw__convert"], "img_bw__convert"),
            ("open_pr", ["github__open_pr"], "github__open_pr"),
            // A tool of exactly this name comes first.
            ("open_pr", ["github__open_pr", "open_pr"], "open_pr"),
            // Two fit, so none is meant.
            ("git_clone", ["git_clone__run", "git_clone__stop"], nil),
            ("open_pr", ["github__open_pr", "gitea__open_pr"], nil),
            // Of two one is hidden, so the other is the only one.
            ("git_clone", ["git_clone__run", "git_clone__hidden"], "git_clone__run"),
            ("git_clone", ["git_clone__hidden"], nil), ("git_clone", [], nil),
            // These are the caller's own.
            ("clone", ["git__clone"], nil), ("run", ["git_clone__run"], nil), ("git_clone", ["git_clone_run"], nil),
        ] as [(String, [String], String?)])
    func aNameOfALunaServer(method: String, tools: [String], meant: String?) async throws {
        let settings: [Setting: String] = [
            .lunaEndpoint: "true", .authTokens: "few:write:few-few-few-few-few-few-1::!*__hidden",
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz") { _ in
                tools.map { name in
                    Tool(
                        name, title: "", description: "", input: ["type": "object"],
                        hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false),
                        scope: .read
                    ) { _, _ throws(CallFailure) in .text(name) }
                }
            }
            let answer = try await Self.call(gateway, method, fields: Tokens.bearer("few-few-few-few-few-few-1"))
            #expect(answer.status == (meant == nil ? 404 : 200), "\(answer.text)")
            #expect(answer.json?["result"]?.stringValue == meant, "\(answer.text)")
            let line = await gateway.toolCalls().last
            #expect(line?["tool"]?.stringValue == meant ?? method, "\(line ?? .null)")
            #expect(line?["source"]?.stringValue == (meant == nil ? "-" : "zz"), "\(line ?? .null)")
        }
    }

    @Test func healthTellsHowManyToolsThereAre() async throws {
        try await InProcess.serve(Tokens.guarded.merging(Self.on) { $1 }) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let anybody = try await gateway.ask("GET /healthz")
            #expect(anybody.status == 200 && anybody.json?["ok"] == true && anybody.json?["tools"] == nil)
            let reader = try await gateway.ask("GET /healthz", Tokens.bearer(Tokens.reader))
            let names = reader.json?["tools"]?.arrayValue ?? []
            #expect(names.contains("zz_text") && !names.contains("zz_admin"))
            #expect(reader.json?["tool_count"] == .number(JSONNumber(names.count)))
            #expect(anybody.json?["tool_count"] == reader.json?["tool_count"])
        }
    }

    /// Messages of MCP are what they were, in both eras.
    @Test(arguments: MCPWay.allCases) func theProtocolGoesOn(way: MCPWay) async throws {
        try await InProcess.serve(Self.on) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let speaker = try await MCPSpeaker(way, gateway, [], .local)
            #expect(try await speaker.tools().contains("zz_text"))
            let answer = try await speaker.ask("tools/call", ["name": "zz_text"])
            #expect(answer["result"]?["content"]?.arrayValue?.first?["text"] == "hello", "\(answer)")
            #expect(try await speaker.ask("zz_text")["error"]?["code"] == -32601)
            await speaker.end()
            let ping = try await Self.call(gateway, "ping")
            #expect(ping.status == 200 && ping.json?["result"] == [:], "\(ping.text)")
        }
    }

    @Test func withoutTheSettingThereIsNone() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            let answer = try await Self.call(gateway, "zz_text")
            #expect(answer.status == 400 && answer.json?["error"] != nil && answer.json?["detail"] == nil)
            #expect(try await gateway.ask("GET /healthz").status == 404)
        }
    }
}
