import Core
import GatewayAPI
import HTTP
import Settings
import TestKit
import Testing

@testable import Gateway

/// `/mcp` and the paths of the oldest transport: who is let in, and how a request of the newest revision is answered.
@Suite struct MCPServerTests {
    @Test func aModernRequestNeedsNoSession() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let discovery = try await client.modern("server/discover", id: "m")
            #expect(discovery.status == 200 && discovery.json?["result"]?["resultType"] == "complete")
            #expect(discovery.json?["id"] == "m" && discovery.field("mcp-session-id") == nil)
            let call = try await client.modern("tools/call", ["name": "list_templates"], ["Mcp-Session-Id: old"])
            #expect(call.json?["result"]?["structuredContent"]?["templates"]?.arrayValue?.count == 5)
            for method in ["initialize", "ping", "logging/setLevel"] {
                #expect(try await client.modern(method).status == 404, "\(method)")
            }
            #expect(try await client.modern("tools/list", ["cursor": "x"]).status == 400)
            // Without its envelope it is none.
            let fields = ["MCP-Protocol-Version: \(MCPClient.newest)", "Mcp-Method: tools/list"]
            let bare = try await client.post(MCPClient.request("tools/list"), fields)
            #expect(bare.json?["error"]?["code"] == -32602, "\(bare.text)")
        }
    }

    /// A field that is missing or says something else than the message.
    @Test(arguments: [
        ["Mcp-Method: tools/call"], ["Mcp-Method: tools/list", "Mcp-Name: list_templates"],
        ["Mcp-Method: tools/call", "Mcp-Name: other"], ["Mcp-Name: list_templates"],
    ])
    func theFieldsSayWhatTheMessageSays(fields: [String]) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let (body, _) = client.message("tools/call", ["name": "list_templates"])
            let answer = try await client.post(body, ["MCP-Protocol-Version: \(MCPClient.newest)"] + fields)
            #expect(answer.status == 400 && answer.json?["id"] == 1, "\(answer.text)")
            #expect(answer.json?["error"]?["code"] == -32020)
        }
    }

    @Test func pathsMethodsAndTypes() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let bare = try await gateway.ask("GET /mcp")
            #expect(bare.status == 405 && bare.field("allow")?.contains("POST") == true)
            let modern = "MCP-Protocol-Version: \(MCPClient.newest)"
            for method in ["GET", "DELETE"] { #expect(try await gateway.ask("\(method) /mcp", [modern]).status == 405) }
            for (path, allowed) in [
                ("/mcp", "GET, POST, DELETE, OPTIONS"), ("/sse", "GET, OPTIONS"), ("/messages/", "POST, OPTIONS"),
            ] {
                for method in ["HEAD", "PUT"] {
                    let refused = try await gateway.ask("\(method) \(path)")
                    #expect(refused.status == 405 && refused.field("allow") == allowed, "\(method) \(path)")
                }
            }
            let ping = MCPClient.request("ping")
            for (field, status) in [
                ("Origin: https://evil.example", 403), ("Origin: http://localhost:3000", 200),
                ("Host: evil.example", 421),
                ("Content-Type: application/x-www-form-urlencoded", 415), ("Accept: text/html", 406),
            ] {
                #expect(try await client.post(ping, [field]).status == status, "\(field)")
            }
            let broken = try await gateway.send(
                Socket.request("POST /mcp", ["Content-Type: application/json"], body: "{")
            ).answer()
            #expect(broken.status == 400 && broken.json?["error"]?["code"] == -32700)
            #expect(try await gateway.ask("POST /sse").status == 405)
            #expect(try await client.post(ping, path: "/messages/").status == 400)
            #expect(try await client.post(ping, path: "/messages/?session_id=x").status == 404)
            for field in ["Origin: https://evil.example", "Accept: application/json"] {
                let refused = try await gateway.ask("GET /sse", [field])
                #expect(refused.status == (field.hasPrefix("Origin") ? 403 : 406))
            }
        }
    }

    // MARK: Refusals

    private static let endpoints = ["/mcp", "/mcp/", "/%6dcp", "/m%63p/", "/mcp?x=1"]
    private static let messages = ["/messages/?session_id=x", "/messages?session_id=x", "/%6Dessages/?session_id=x"]
    private static let small: [Setting: String] = [.authTokens: Tokens.setting, .maxBodyBytes: "2048"]

    /// Who is not let in is told so by JSON-RPC at the same status, as clients show nothing else: on every path that is served as
    /// MCP, in every spelling.
    @Test(
        arguments: [
            (401, "unauthenticated", []), (401, "invalid_token", ["Authorization: Bearer wrong"]),
            (421, "host_not_allowed", ["Host: evil.example"]),
            (403, "origin_not_allowed", ["Origin: https://evil.example"]),
            (415, "unsupported_media_type", Tokens.bearer(Tokens.reader) + ["Content-Type: text/csv"]),
            (406, "not_acceptable", Tokens.bearer(Tokens.reader) + ["Accept: text/csv"]),
        ] as [(Int, String, [String])])
    func everyRefusalIsAMessage(status: Int, reason: String, fields: [String]) async throws {
        try await InProcess.serve(Self.small) { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            // An absolute form names its host itself.
            let absolute = "http://\(status == 421 ? "evil.example" : "localhost")/mcp"
            for path in Self.endpoints + [absolute] + (status == 406 || status == 415 ? [] : Self.messages) {
                let answer = try await client.post(MCPClient.request("tools/list", id: "q-1"), fields, path: path)
                #expect(answer.status == status, "\(path)")
                let json = try #require(answer.json)
                #expect(json["jsonrpc"] == "2.0" && json["id"] == "q-1", "\(json)")
                #expect(json["error"]?["code"] == -32600 && json["error"]?["data"]?["reason"]?.stringValue == reason)
                #expect(json["error"]?["message"]?.stringValue?.isEmpty == false)
                #expect(json["error"]?["data"]?["request_id"]?.stringValue == answer.field("x-request-id"))
                #expect(answer.field("content-type") == "application/json")
            }
        }
    }

    @Test func whatIsTooLargeOrTooMuch() async throws {
        try await InProcess.serve(Self.small.merging([.tokenRateLimit: "2"]) { $1 }) {
            (gateway: InProcess) async throws in
            let reader = Tokens.bearer(Tokens.reader)
            let tooLong = #"{"jsonrpc":"2.0","id":1,"method":""# + String(repeating: "a", count: 3000)
            func large(_ path: String) async throws -> Answer {
                try await gateway.send(
                    Socket.request("POST \(path)", ["Content-Type: application/json"] + reader, body: tooLong)
                ).answer()
            }
            for path in Self.endpoints + Self.messages + ["http://localhost/mcp", "HTTP://localhost:80/%6Dcp/"] {
                let refused = try await large(path)
                #expect(
                    refused.status == 413 && refused.json?["error"]?["data"]?["reason"] == "payload_too_large",
                    "\(path)")
            }
            // REST keeps its own shape.
            let rest = try await large("/events/")
            #expect(rest.status == 413 && rest.reason == "payload_too_large")
            for _ in 0..<2 { try await gateway.ask("GET /templates/", reader) }
            let client = MCPClient(gateway, reader)
            for path in Self.endpoints + Self.messages {
                let limited = try await client.post(MCPClient.request("ping", id: 3), path: path)
                #expect(limited.status == 429 && limited.json?["id"] == 3, "\(path)")
                #expect(limited.json?["error"]?["data"]?["reason"] == "rate_limited")
                #expect(limited.field("retry-after") != nil)
            }
        }
    }

    /// A session that is not there, and a path that takes no message.
    @Test func whatIsNotThere() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            let list = MCPClient.request("tools/list", id: 4)
            for path in Self.endpoints + Self.messages {
                let lost = try await client.post(list, ["Mcp-Session-Id: x"], path: path)
                #expect(lost.status == 404 && lost.json?["id"] == 4, "\(path)")
                #expect(lost.json?["error"]?["message"]?.stringValue?.isEmpty == false, "\(lost.text)")
            }
            for path in ["/sse", "/sse/", "/ss%65"] {
                let refused = try await client.post(list, path: path)
                #expect(refused.status == 405 && refused.json?["id"] == 4 && refused.field("allow") != nil, "\(path)")
                #expect(refused.json?["error"]?["data"]?["reason"] == "method_not_allowed", "\(refused.text)")
            }
            // A path that only looks like one of MCP's has the shape of REST.
            for path in ["/mcp/x", "/mcps", "//mcp", "/events/mcp/x"] {
                let refused = try await client.post(list, path: path)
                #expect(refused.status == 404 && refused.reason == "not_found", "\(path)")
            }
        }
    }

    // MARK: Tokens

    private static func names(_ answer: Answer, _ list: String) -> Set<String> {
        Set((answer.json?["result"]?[list]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
    }

    @Test func aTokenSeesAndUsesWhatItMay() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let reader = MCPClient(gateway, Tokens.bearer(Tokens.reader))
            let writer = MCPClient(gateway, Tokens.bearer(Tokens.writer))
            let session = try await reader.session()
            for list in [
                try await reader.modern("tools/list"),
                try await reader.post(MCPClient.request("tools/list"), [session]),
            ] {
                #expect(Self.names(list, "tools") == OfferedTools.reading)
            }
            #expect(Self.names(try await reader.modern("prompts/list"), "prompts") == ["weekly_overview"])
            let all = Self.names(try await writer.modern("tools/list"), "tools")
            #expect(all == OfferedTools.all)
            let tea: JSON = ["name": "Secret tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            for name in OfferedTools.writing {
                let params: JSONObject = ["name": .string(name), "arguments": tea]
                let refused = try await reader.modern("tools/call", params)
                #expect(refused.json?["error"]?["code"] == -32602, "\(refused.text)")
                let again = try await reader.post(MCPClient.request("tools/call", .object(params)), [session])
                #expect(again.json?["error"]?["code"] == -32602)
            }
            #expect(try await reader.modern("prompts/get", ["name": "plan_an_event"]).json?["error"]?["code"] == -32602)
            #expect(gateway.luma.asked == [])
            #expect(try await writer.call("create_event", tea)["isError"] == false)

            let lines = await gateway.logLines()
            let calls = lines.filter { $0["message"] == "Tool call" }
            #expect(calls.count == 2 * OfferedTools.writing.count + 1)
            let created = try #require(calls.first { $0["outcome"] == "ok" })
            #expect(created["label"] == "bot" && created["tool"] == "create_event")
            #expect((created["duration_us"]?.intValue ?? 0) > 0 && (created["arguments"]?.stringValue?.count ?? 0) > 8)
            #expect(calls.filter { $0["label"] == "ann" && $0["outcome"] == "refused" }.count == calls.count - 1)
            #expect(!lines.contains { String(decoding: $0.encoded, as: UTF8.self).contains("Secret tea") })
        }
    }

    @Test func aSessionIsForWhoMadeIt() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let reader = MCPClient(gateway, Tokens.bearer(Tokens.reader))
            let writer = MCPClient(gateway, Tokens.bearer(Tokens.writer))
            let session = try await reader.session()
            let list = MCPClient.request("tools/list")
            #expect(try await reader.post(list, [session]).status == 200)
            #expect(try await writer.post(list, [session]).status == 404)
            #expect(try await MCPClient(gateway).post(list, [session]).status == 401)
            let stream = [session, "Accept: text/event-stream"]
            #expect(try await gateway.ask("GET /mcp", writer.fields + stream).status == 404)
            #expect(try await writer.endSession(session) == 404)
            #expect(try await MCPClient(gateway).endSession(session) == 401)
            #expect(try await reader.endSession(session) == 204)
        }
    }

    @Test func aGatewayThatChangesNothingOffersNoToolThatDoes() async throws {
        try await InProcess.serve([.readOnly: "true"]) { (gateway: InProcess) async throws in
            let client = MCPClient(gateway)
            #expect(Self.names(try await client.modern("tools/list"), "tools") == OfferedTools.reading)
            let refused = try await client.modern("tools/call", ["name": "cancel_event"])
            #expect(refused.json?["error"]?["code"] == -32602)
        }
    }
}
