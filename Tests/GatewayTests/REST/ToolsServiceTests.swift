import Core
import GatewayAPI
import IO
import LumaClient
import MCP
import Settings
import TestKit
import Testing

@testable import Gateway

/// The tools for programs that do not speak MCP.
@Suite struct ToolsServiceTests {
    private static let destructive = Tool.Hints(
        readOnly: false, destructive: true, idempotent: false, openWorld: true)

    /// A source whose tools end in each way.
    private static let maker: ToolSourceFeed.Maker = { _ in
        func tool(
            _ name: String, scope: Principal.Scopes = .read,
            _ work: @escaping (Call) async throws(CallFailure) -> ToolResult
        ) -> Tool {
            let input: JSONObject = [
                "type": "object", "properties": ["text": ["type": "string"], "n": ["type": "integer"]],
            ]
            return Tool(
                name, title: "T", description: "D", input: input, output: ["type": "object"], hints: destructive,
                scope: scope
            ) { call, _ throws(CallFailure) in try await work(call) }
        }
        return [
            tool("zz__ok") { _ throws(CallFailure) in .structured(["said": "ok"]) },
            tool("zz__failed") { _ throws(CallFailure) in .failure("no", .timeout) },
            tool("zz__busy") { _ throws(CallFailure) in .failure("Four calls are in progress", .busy) },
            tool("zz__broken") { _ throws(CallFailure) in throw .error(.internalError("secret")) },
            tool("zz__asks") { call throws(CallFailure) in
                _ = try await call.elicit("a", "Sure?", schema: ["type": "object"])
                return .text("asked")
            },
            tool("zz__admin", scope: .admin) { _ throws(CallFailure) in .text("admin") },
        ]
    }

    @Test func theListIsWhatTheCallerSees() async throws {
        let settings = Tokens.guarded.merging([.toolsets: #"{"events": ["list_*"]}"#]) { $1 }
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            func list(_ token: String, _ fields: [String] = []) async throws -> [JSON] {
                let answer = try await gateway.ask("GET /tools/", Tokens.bearer(token) + fields)
                #expect(answer.status == 200 && answer.field("content-type") == "application/json")
                return try #require(answer.json?["tools"]?.arrayValue, "\(answer.text)")
            }
            let all = try await list(Tokens.admin)
            let names = all.compactMap { $0["name"]?.stringValue }
            #expect(names.contains("list_events") && names.contains("create_event"))
            #expect(names.suffix(6) == ["zz__admin", "zz__asks", "zz__broken", "zz__busy", "zz__failed", "zz__ok"])
            for tool in all {
                let source: JSON = tool["name"]?.stringValue?.hasPrefix("zz__") == true ? "zz" : "builtin"
                #expect(tool["source"] == source && tool["inputSchema"]?["type"] == "object", "\(tool)")
                #expect(tool["annotations"]?["readOnlyHint"]?.boolValue != nil && tool["title"] != nil, "\(tool)")
            }
            // The same as MCP's list, but for the source.
            let assistant = try await MCPSpeaker(.modern, gateway, Tokens.bearer(Tokens.admin), .local)
            #expect(try await assistant.tools() == names)
            let listed = try await assistant.ask("tools/list")["result"]?["tools"]
            var first = try #require(all.first?.objectValue)
            first["source"] = nil
            #expect(listed?.arrayValue?.first == .object(first))
            let read = try await list(Tokens.reader).compactMap { $0["name"]?.stringValue }
            #expect(read.contains("list_events") && !read.contains("create_event") && !read.contains("zz__admin"))
            let events = try await list(Tokens.admin, ["X-MCP-Toolsets: events"]).compactMap { $0["name"]?.stringValue }
            #expect(!events.isEmpty && events.allSatisfy { $0.hasPrefix("list_") })
            let whole = try await gateway.ask("GET /tools", Tokens.bearer(Tokens.admin))
            let tag = try #require(whole.field("etag"))
            let known = try await gateway.ask("GET /tools", Tokens.bearer(Tokens.admin) + ["If-None-Match: \(tag)"])
            #expect(whole.status == 200 && known.status == 304)
            for answer in [whole, known] {
                #expect(answer.field("vary") == "Authorization, x-mcp-toolsets")
                #expect(answer.field("cache-control") == "private, no-cache")
            }
            #expect(try await gateway.ask("GET /tools/").status == 401)
            #expect(try await gateway.ask("GET /tools/?x=1", Tokens.bearer(Tokens.reader)).status == 422)
            let unknown = try await gateway.ask("GET /tools/", Tokens.bearer(Tokens.reader) + ["X-MCP-Toolsets: none"])
            #expect(unknown.status == 400 && unknown.reason == "bad_request")
        }
    }

    @Test func aCallIsAnsweredAsTheToolEnds() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            func call(_ name: String, _ body: JSON? = [:]) async throws -> Answer {
                try await gateway.ask("POST /tools/\(name)", [], body)
            }
            let ok = try await call("zz__ok")
            #expect(ok.status == 200 && ok.field("cache-control") == "no-store")
            #expect(
                ok.json == [
                    "content": [["type": "text", "text": #"{"said":"ok"}"#]], "structuredContent": ["said": "ok"],
                    "isError": false,
                ], "\(ok.text)")
            // No body is no arguments.
            #expect(try await call("zz__ok", nil).json?["isError"] == false)
            #expect(try await call("zz.ok").json?["isError"] == false)
            let failed = try await call("zz__failed")
            #expect(failed.status == 200 && failed.json?["isError"] == true)
            let busy = try await call("zz__busy")
            #expect(busy.status == 429 && busy.reason == "rate_limited" && busy.field("retry-after") == "1")
            #expect(busy.json?["error"] == "Four calls are in progress")
            let broken = try await call("zz__broken")
            #expect(broken.status == 500 && broken.reason == "internal" && !broken.text.contains("secret"))
            // Nobody can be asked here.
            let asks = try await call("zz__asks")
            #expect(asks.status == 200 && asks.json?["isError"] == true, "\(asks.text)")
            let wrong = try await call("zz__ok", ["n": "many"])
            #expect(wrong.status == 200 && wrong.json?["isError"] == true && wrong.text.contains("n must be"))
            for (body, status, reason) in [
                ([], 422, "validation_failed"), ("x", 422, "validation_failed"),
                (["text": .string(String(repeating: "x", count: 300_000))], 422, "validation_failed"),
            ] as [(JSON, Int, String)] {
                let answer = try await call("zz__ok", body)
                #expect(answer.status == status && answer.reason == reason, "\(answer.text)")
            }
            let text = try await gateway.send(
                Socket.request("POST /tools/zz__ok", ["Content-Type: application/json"], body: "{")
            )
            .answer()
            #expect(text.status == 400 && text.reason == "malformed_json")
            let form = try await gateway.ask(
                "POST /tools/zz__ok", ["Content-Type: application/x-www-form-urlencoded"], [:])
            #expect(form.status == 415)
            #expect(try await gateway.ask("GET /tools/zz__ok").status == 405)
            let outcomes = await gateway.toolCalls()
                .compactMap { $0["outcome"]?.stringValue }
            #expect(
                outcomes == [
                    "ok", "ok", "ok", "timeout", "busy", "failed", "tool_error", "invalid_arguments", "refused",
                    "refused", "refused", "refused", "refused",
                ])
        }
    }

    /// A write goes the same way as an assistant's: it is previewed first, and done by the token of the preview.
    @Test func aBuiltInToolIsCalled() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let event: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            let created = try await gateway.ask("POST /tools/create_event", [], event)
            let id = try #require(created.json?["structuredContent"]?["event"]?["id"], "\(created.text)")
            let preview = try await gateway.ask("POST /tools/cancel_event", [], ["event_id": id])
            let confirm = try #require(preview.json?["structuredContent"]?["confirm"], "\(preview.text)")
            #expect(gateway.luma.count("events/cancel") == 0)
            let done = try await gateway.ask("POST /tools/cancel_event", [], ["event_id": id, "confirm": confirm])
            #expect(done.json?["isError"] == false && gateway.luma.count("events/cancel") == 1, "\(done.text)")
        }
    }

    private static let tea: JSONObject = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]

    /// Who sends a key relies on it: it reaches the tool, or the call is refused.
    @Test func aKeyIsTheToolsArgument() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            func call(_ name: String, _ key: String, _ body: JSON = .object(Self.tea)) async throws -> Answer {
                try await gateway.ask("POST /tools/\(name)", ["Idempotency-Key: \(key)"], body)
            }
            var keyed = Self.tea
            keyed["idempotency_key"] = "one"
            let first = try await call("create_event", "\"one\"")
            #expect(first.json?["isError"] == false, "\(first.text)")
            for again in [
                try await call("create_event", "one"), try await call("create_event", "one", .object(keyed)),
                try await gateway.ask("POST /tools/create_event", [], .object(keyed)),
            ] {
                #expect(again.json?["structuredContent"] == first.json?["structuredContent"], "\(again.text)")
            }
            #expect(gateway.luma.count("events/create") == 1)

            let differs = try await call("create_event", "two", .object(keyed))
            #expect(differs.status == 422 && differs.reason == "validation_failed", "\(differs.text)")
            #expect(differs.text.contains("idempotency_key"))
            for name in ["cancel_event", "update_event", "list_events", "zz__ok"] {
                let refused = try await call(name, "one", ["event_id": "evt-1"])
                #expect(refused.status == 422 && refused.reason == "validation_failed", "\(name) \(refused.text)")
                #expect(refused.text.contains("takes no Idempotency-Key"), "\(refused.text)")
            }
            let invalid = try await call("create_event", "a, b")
            #expect(invalid.status == 400 && invalid.reason == "idempotency_key_invalid", "\(invalid.text)")
            #expect(try await call("none", "one").reason == "tool_not_found")
            #expect(gateway.luma.count("events/create") == 1 && gateway.luma.changes == 1)
        }
    }

    /// As on every path that has no ETag.
    @Test func aConditionIsNotPassedOver() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            for field in ["If-Match: \"x\"", "If-Match: *", "If-Match: ?"] {
                let refused = try await gateway.ask("POST /tools/create_event", [field], .object(Self.tea))
                #expect(refused.status == 412 && refused.reason == "precondition_failed", "\(refused.text)")
                let unknown = try await gateway.ask("POST /tools/none", [field], [:])
                #expect(unknown.status == 404, "\(unknown.text)")
            }
            #expect(gateway.luma.changes == 0)
        }
    }

    @Test func whatIsHiddenIsNotFound() async throws {
        let settings: [Setting: String] = [
            .authTokens:
                "few:admin:few-few-few-few-few-few-2::list_*,reader:read:\(Tokens.reader),all:admin:\(Tokens.admin)",
            .toolsets: #"{"events": ["list_*"]}"#,
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            gateway.shared.mcp.sources.replace(source: "zz", with: Self.maker)
            for (token, fields) in [
                ("few-few-few-few-few-few-2", []), (Tokens.reader, []), (Tokens.admin, ["X-MCP-Toolsets: events"]),
            ] as [(String, [String])] {
                func text(_ name: String) async throws -> String {
                    let answer = try await gateway.ask(
                        "POST /tools/\(name)", Tokens.bearer(token) + fields + ["X-Request-Id: same"],
                        ["event_id": "evt-1"])
                    #expect(answer.status == 404 && answer.reason == "tool_not_found", "\(token) \(answer.text)")
                    return answer.text.replacing(name, with: "NAME")
                }
                let unknown = try await text("qqqqqqqqqqqq")
                for name in ["cancel_event", "zz__admin", "zz.admin"] {
                    #expect(try await text(name) == unknown, "\(token) \(name)")
                }
            }
            #expect(gateway.luma.asked == [])
            let calls = await gateway.toolCalls()
            #expect(calls.count == 12 && calls.allSatisfy { $0["outcome"] == "refused" && $0["source"] == "-" })
            let all = try await gateway.ask("POST /tools/zz__admin", Tokens.bearer(Tokens.admin), [:])
            #expect(all.json?["isError"] == false, "\(all.text)")
        }
    }

    @Test func aGatewayThatChangesNothingHasNoToolsForIt() async throws {
        try await InProcess.serve([.readOnly: "true"]) { (gateway: InProcess) async throws in
            #expect(try await gateway.ask("POST /tools/create_event", [], [:]).reason == "tool_not_found")
            #expect(try await gateway.ask("POST /tools/list_templates", [], [:]).json?["isError"] == false)
        }
    }

    /// The room that MCP's calls have is theirs, too.
    @Test func thereIsRoomForSoManyCallsOfOneCaller() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let calls = gateway.shared.mcp.calls
            let owner = CallerKey(label: "ann")
            #expect(calls.take(CallShares.maxOfOne, for: owner))
            let refused = try await gateway.ask("POST /tools/list_templates", Tokens.bearer(Tokens.reader), [:])
            #expect(refused.status == 429 && refused.reason == "rate_limited", "\(refused.text)")
            #expect(
                try await gateway.ask("POST /tools/list_templates", Tokens.bearer(Tokens.writer), [:]).status == 200)
            calls.giveBack(CallShares.maxOfOne, of: owner)
            #expect(
                try await gateway.ask("POST /tools/list_templates", Tokens.bearer(Tokens.reader), [:]).status == 200)
            #expect(calls.count == 0)
            let outcomes = await gateway.toolCalls().compactMap { $0["outcome"] }
            #expect(outcomes == ["busy", "ok", "ok"])
        }
    }
}
