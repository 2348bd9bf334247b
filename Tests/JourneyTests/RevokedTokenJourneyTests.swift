import Core
import Foundation
import TestKit
import Testing

/// A file of tokens that is read again while assistants listen.
@Suite struct RevokedTokenJourneyTests {
    private func post(_ url: String, _ text: String, _ arguments: [String]) async throws -> CurlAnswer {
        try await curl(
            [
                "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream",
                "--data-binary", text, url,
            ] + arguments)
    }

    /// A stream ends with the token that it was opened with, and with its scope.
    @Test func aRevokedTokenHearsNothingMore() async throws {
        let (gone, narrowed, kept) = ("gone-gone-gone-gone-1", "narrow-narrow-narrow-2", "kept-kept-kept-kept-3")
        let file = try TokenFile("gone:read:\(gone)\nnarrow:write:\(narrowed)\nkept:read:\(kept)\n")
        let gateway = try await RunningGateway.guarded(["LUMA_AUTH_TOKENS": file.setting])
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
            let bearer = Tokens.curl(token)
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
        try file.write("narrow:read:\(narrowed)\nkept:read:\(kept)\n")
        gateway.program.signal(SIGHUP)
        for stream in ending { _ = try await stream.ended() }
        // The others go on: each has another sign of life.
        let pings = staying.map { $0.count(of: ": ping\n") }
        for (stream, count) in zip(staying, pings) { try await stream.hears(": ping\n", times: count + 1) }
    }
}
