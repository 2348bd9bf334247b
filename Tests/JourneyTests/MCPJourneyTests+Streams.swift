import Core
import Foundation
import Testing

/// Streams of messages that answer nothing, and what is heard on them.
extension MCPJourneyTests {
    private static let updated = #""method":"notifications/resources/updated""#

    private func stream(_ url: String, _ session: [String]) async throws -> OpenStream {
        try await OpenStream([url, "-H", session[0], "-H", "Accept: text/event-stream"])
    }

    private func end(_ session: [String], _ url: String) async throws {
        #expect(try await curl("-X", "DELETE", url, "-H", session[0]).status == 204)
    }

    @Test func aSubscriptionHearsOfWhatRESTWrites() async throws {
        try await withGateway { url in
            let root = url.replacingOccurrences(of: "/mcp", with: "")
            let session = try await session(url, "2025-11-25")
            let subscribed = try await post(url, request("resources/subscribe", ["uri": "luma://calendar"]), session)
            #expect(subscribed.json?["result"] == [:])
            let stream = try await stream(url, session)
            let event: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            #expect(try await curlJSON("POST", root + "/events/", event).status == 201)
            try await stream.hears(Self.updated)
            try await end(session, url)
            let heard = try await stream.ended()
            #expect(heard.contains("event: message\ndata: {"))
            #expect(heard.contains(#""notifications/resources/updated","params":{"uri":"luma://calendar"}"#))
            #expect(!heard.contains("luma://events/"))
        }
    }

    /// Neither a preview nor what leaves an event as it is is a change.
    @Test func aSubscriptionHearsOfChangesOnly() async throws {
        try await withGateway { url in
            let root = url.replacingOccurrences(of: "/mcp", with: "")
            let session = try await session(url, "2025-11-25")
            let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            let id = try #require(try await curlJSON("POST", root + "/events/", tea).json?["id"]?.stringValue)
            let event = root + "/events/" + id
            let uri = "luma://events/" + id
            #expect(try await post(url, request("resources/subscribe", ["uri": .string(uri)]), session).status == 200)
            let stream = try await stream(url, session)
            for number in 1...2 {
                #expect(try await curl("-X", "DELETE", event + "?dry_run=true").status == 200)
                let capacity: JSON = ["max_capacity": .number(JSONNumber(number))]
                #expect(try await curlJSON("PATCH", event + "?dry_run=true", capacity).status == 200)
                #expect(try await curlJSON("PATCH", event, ["require_rsvp_approval": false]).status == 200)
                #expect(try await curlJSON("PATCH", event, capacity).status == 200)
                try await stream.hears(Self.updated, times: number)
            }
            try await end(session, url)
            _ = try await stream.ended()
            #expect(stream.count(of: Self.updated) == 2, "\(stream.text)")
        }
    }

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
