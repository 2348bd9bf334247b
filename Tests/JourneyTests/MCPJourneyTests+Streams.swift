import Core
import Foundation
import Testing

/// Streams of messages that answer nothing, and what is heard on them.
extension MCPJourneyTests {
    /// A stream that listens in the newest revision.
    private func listener(_ url: String) async throws -> OpenStream {
        let body = request(
            "subscriptions/listen", modern(["notifications": ["resourceSubscriptions": ["luma://calendar"]]]), id: "l")
        let headers = [
            "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: subscriptions/listen", "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
        ]
        return try await OpenStream(
            [url, "--data-binary", String(decoding: body.encoded, as: UTF8.self)] + headers.flatMap { ["-H", $0] })
    }

    @Test func aListenerThatGoesAwayIsNoticedLongBeforeTheNextKeepAlive() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let stream = try await listener(gateway.address + "/mcp")
        try await stream.hears(#""method":"notifications/subscriptions/acknowledged""#)
        try await stream.hears(#""io.modelcontextprotocol/subscriptionId":"l""#)
        stream.leave()
        try await eventually("the stream is logged as ended", within: 8) {
            gateway.program.standardError.contains(#""route":"/mcp","status":200"#)
        }
    }

    @Test func aListenerIsToldThatTheServerEnds() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let stream = try await listener(gateway.address + "/mcp")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let last = try await stream.ended().components(separatedBy: "data: ").last ?? ""
        #expect(last.contains(#""id":"l","result":{"resultType":"complete""#), "\(last)")
    }
}
