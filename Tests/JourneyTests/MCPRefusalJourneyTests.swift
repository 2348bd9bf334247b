import Core
import Foundation
import Settings
import TestKit
import Testing

/// What a client of MCP is told that is not let in: JSON-RPC at the same status, as clients show nothing else. On every path that
/// is served as MCP, in every spelling.
@Suite struct MCPRefusalJourneyTests {
    private static let endpoints = ["/mcp", "/mcp/", "/%6dcp", "/m%63p/", "/mcp?x=1"]
    private static let messages = ["/messages/?session_id=x", "/messages?session_id=x", "/%6Dessages/?session_id=x"]

    private static let tokens = [
        "LUMA_AUTH_TOKENS": AccessJourneyTests.tokens, "LUMA_MAX_BODY_BYTES": "2048",
    ]

    private func post(_ url: String, _ text: String, _ arguments: [String]) async throws -> CurlAnswer {
        try await curl(
            [
                "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
                "--data-binary", text, url,
            ] + arguments)
    }

    /// The refusal of one kind, with the reason that its data names.
    @Test(
        arguments: [
            (401, "unauthenticated", []), (401, "invalid_token", ["-H", "Authorization: Bearer wrong"]),
            (421, "host_not_allowed", ["-H", "Host: evil.example"]),
            (403, "origin_not_allowed", ["-H", "Origin: https://evil.example"]),
            (
                415, "unsupported_media_type",
                AccessJourneyTests.bearer(AccessJourneyTests.reader) + ["-H", "Content-Type: text/csv"]
            ),
            (406, "not_acceptable", AccessJourneyTests.bearer(AccessJourneyTests.reader) + ["-H", "Accept: text/csv"]),
        ] as [(Int, String, [String])])
    func everyRefusalIsAMessage(status: Int, reason: String, arguments: [String]) async throws {
        let gateway = try await AccessJourneyTests.gateway(Self.tokens)
        let message = #"{"jsonrpc":"2.0","id":"q-1","method":"tools/list"}"#
        // curl adds a header again where it is given; the last one stands.
        let fields = arguments.filter { $0 != "-H" }.map { String($0.prefix { $0 != ":" }) }
        var plain = ["-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream"]
        for field in fields {
            if let index = plain.firstIndex(where: { $0.hasPrefix(field + ":") }) {
                plain.removeSubrange(index - 1...index)
            }
        }
        // An absolute form names its host itself.
        let absolute = "http://\(status == 421 ? "evil.example" : "localhost")/mcp"
        for path in Self.endpoints + [absolute] + (status == 406 || status == 415 ? [] : Self.messages) {
            let answer = try await curl(
                plain + arguments + ["--data-binary", message, "--request-target", path, gateway.address])
            #expect(answer.status == status, "\(path)")
            let json = try #require(answer.json)
            #expect(json["jsonrpc"] == "2.0" && json["id"] == "q-1", "\(json)")
            #expect(json["error"]?["code"] == -32600 && json["error"]?["data"]?["reason"]?.stringValue == reason)
            #expect(json["error"]?["message"]?.stringValue?.isEmpty == false)
            #expect(json["error"]?["data"]?["request_id"]?.stringValue == answer.field("x-request-id"))
            #expect(answer.field("content-type") == "application/json")
        }
    }

    @Test func whatIsTooLargeOrTooMuch() async throws {
        var settings = Self.tokens
        settings["LUMA_TOKEN_RATE_LIMIT"] = "2"
        let gateway = try await AccessJourneyTests.gateway(settings)
        let reader = AccessJourneyTests.bearer(AccessJourneyTests.reader)
        let tooLong = #"{"jsonrpc":"2.0","id":1,"method":""# + String(repeating: "a", count: 3000)
        for path in Self.endpoints + Self.messages + ["http://localhost/mcp", "HTTP://localhost:80/%6Dcp/"] {
            let large = try await post(gateway.address, tooLong, reader + ["--request-target", path])
            #expect(large.status == 413 && large.json?["error"]?["data"]?["reason"] == "payload_too_large", "\(path)")
        }
        // REST keeps its own shape.
        let rest = try await post(gateway.address + "/events/", String(repeating: "a", count: 3000), reader)
        #expect(rest.status == 413 && rest.json?["reason"] == "payload_too_large")
        for _ in 0..<2 { _ = try await curl(reader + [gateway.address + "/templates/"]) }
        for path in Self.endpoints + Self.messages {
            let ping = #"{"jsonrpc":"2.0","id":3,"method":"ping"}"#
            let limited = try await post(gateway.address + path, ping, reader)
            #expect(limited.status == 429 && limited.json?["id"] == 3, "\(path)")
            #expect(limited.json?["error"]?["data"]?["reason"] == "rate_limited" && limited.field("retry-after") != nil)
        }
    }

    /// A session that is not there, and a path that takes no message.
    @Test func whatIsNotThere() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let ping = #"{"jsonrpc":"2.0","id":4,"method":"tools/list"}"#
        for path in Self.endpoints + Self.messages {
            let lost = try await post(gateway.address + path, ping, ["-H", "Mcp-Session-Id: x"])
            #expect(lost.status == 404 && lost.json?["id"] == 4, "\(path)")
            #expect(lost.json?["error"]?["message"]?.stringValue?.isEmpty == false, "\(lost.body)")
        }
        for path in ["/sse", "/sse/", "/ss%65"] {
            let refused = try await post(gateway.address + path, ping, [])
            #expect(refused.status == 405 && refused.json?["id"] == 4 && refused.field("allow") != nil, "\(path)")
            #expect(refused.json?["error"]?["data"]?["reason"] == "method_not_allowed", "\(refused.body)")
        }
        // A path that only looks like one of MCP's has the shape of REST.
        for path in ["/mcp/x", "/mcps", "//mcp", "/events/mcp/x"] {
            let refused = try await post(gateway.address + path, ping, [])
            #expect(refused.status == 404 && refused.json?["reason"] == "not_found", "\(path)")
        }
    }

    /// 50 calls in one array are 50 calls.
    @Test func aBatchCountsItsRequests() async throws {
        var settings = ["LUMA_AUTH_TOKENS": AccessJourneyTests.tokens]
        settings["LUMA_TOKEN_RATE_LIMIT"] = "6"
        let gateway = try await AccessJourneyTests.gateway(settings)
        let reader = AccessJourneyTests.bearer(AccessJourneyTests.reader)
        let hello =
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"#
            + #""clientInfo":{"name":"t","version":"1"}}}"#
        let session = try #require(
            try await post(gateway.address + "/mcp", hello, reader).field("mcp-session-id"))
        func batch(_ count: Int) async throws -> CurlAnswer {
            let calls = (1...count).map {
                #"{"jsonrpc":"2.0","id":\#($0),"method":"tools/call","params":{"name":"list_templates"}}"#
            }
            return try await post(
                gateway.address + "/mcp", "[" + calls.joined(separator: ",") + "]",
                reader + ["-H", "Mcp-Session-Id: \(session)"])
        }
        let three = try await batch(3)
        #expect(three.status == 200 && three.json?.arrayValue?.count == 3)
        #expect(three.field("ratelimit")?.hasPrefix(#""token";r=2;t="#) == true, "\(three.field("ratelimit") ?? "")")
        let many = try await batch(3)
        #expect(many.status == 429 && many.json?["error"]?["data"]?["reason"] == "rate_limited")
    }

    /// A stream ends with the token that it was opened with, and with its scope.
    @Test func aRevokedTokenHearsNothingMore() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("tokens")
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: file)
            chmod(file.path, 0o600)
        }
        let (gone, narrowed, kept) = ("gone-gone-gone-gone-1", "narrow-narrow-narrow-2", "kept-kept-kept-kept-3")
        try write("gone:read:\(gone)\nnarrow:write:\(narrowed)\nkept:read:\(kept)\n")
        let gateway = try await AccessJourneyTests.gateway(["LUMA_AUTH_TOKENS": "@" + file.path])
        let root = gateway.address
        let hello =
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"#
            + #""clientInfo":{"name":"t","version":"1"}}}"#
        let listen =
            #"{"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{},"_meta":{"#
            + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":{}}}}"#
        /// The three streams of a token.
        func streams(_ token: String) async throws -> [OpenStream] {
            let bearer = AccessJourneyTests.bearer(token)
            let session = try #require(try await post(root + "/mcp", hello, bearer).field("mcp-session-id"))
            let modern = [
                "-H", "MCP-Protocol-Version: 2026-07-28", "-H", "Mcp-Method: subscriptions/listen",
                "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
                "--data-binary", listen, root + "/mcp",
            ]
            return [
                try await OpenStream(
                    bearer + ["-H", "Mcp-Session-Id: \(session)", "-H", "Accept: text/event-stream", root + "/mcp"]),
                try await OpenStream(bearer + [root + "/sse"]), try await OpenStream(bearer + modern),
            ]
        }
        let ending = try await streams(gone) + streams(narrowed)
        let staying = try await streams(kept)
        try write("narrow:read:\(narrowed)\nkept:read:\(kept)\n")
        gateway.program.signal(SIGHUP)
        for stream in ending { _ = try await stream.ended() }
        // The others go on: each has another sign of life.
        let pings = staying.map { $0.count(of: ": ping\n") }
        for (stream, count) in zip(staying, pings) { try await stream.hears(": ping\n", times: count + 1) }
    }
}
