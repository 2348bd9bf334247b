import Core
import Foundation
import Settings
import Testing

/// Calendar feeds over the ends of programs, and without a store, by the real `curl`.
@Suite struct FeedsJourneyTests {
    private static func post(_ gateway: RunningGateway, _ path: String, _ body: JSON) async throws -> CurlAnswer {
        try await curlJSON("POST", gateway.address + path, body)
    }

    /// The answer to the making of a feed.
    private static func make(_ gateway: RunningGateway) async throws -> (id: String, url: String) {
        let made = try await post(gateway, "/feeds/", ["name": "Team"])
        try #require(made.status == 201, "\(made.body)")
        return (try #require(made.json?["id"]?.stringValue), try #require(made.json?["url"]?.stringValue))
    }

    private static func event(_ name: String) -> JSON {
        ["name": .string(name), "start_at": "2031-03-01T18:00:00Z", "timezone": "UTC"]
    }

    /// The lines of an event in a feed by the names of their properties.
    private static func properties(of id: String, _ body: String) -> [String: String] {
        let event = body.components(separatedBy: "BEGIN:VEVENT\r\n").first { $0.contains("UID:\(id)@") } ?? ""
        var found: [String: String] = [:]
        for line in event.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = found[parts[0]] ?? parts[1] }
        }
        return found
    }

    /// By the gateway and behind its back, on Luma itself; and a new gateway on the same data goes on where the old one was.
    @Test func everyChangeOfAnEventIsANewerStateOfIt() async throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: data) }
        let settings = ["LUMA_DATA_DIR": data.path, "LUMA_CACHE_SECONDS": "0"]
        let gateway = try await RunningGateway.start(.standAlone, environment: settings)
        let luma = try #require(gateway.sandboxAddress)
        let made = try await Self.post(gateway, "/events/", Self.event("Tea"))
        let id = try #require(made.json?["id"]?.stringValue)
        let path = String(try await Self.make(gateway).url.dropFirst(gateway.address.count))
        let first = try await curl(gateway.address + path)
        let tag = try #require(first.field("etag"))
        #expect(Self.properties(of: id, first.body)["SEQUENCE"] == "0")
        #expect(try await curl(gateway.address + path, "-H", "If-None-Match: " + tag).status == 304)

        func move(_ start: String) async throws {
            let answer = try await curlJSON(
                "POST", luma + "/v1/events/update", ["event_id": .string(id), "start_at": .string(start)], "-H",
                "x-luma-api-key: secret-journey")
            #expect(answer.status == 200, "\(answer.body)")
        }
        try await move("2031-03-02T18:00:00Z")
        let moved = try await curl(gateway.address + path, "-H", "If-None-Match: " + tag)
        #expect(moved.status == 200 && moved.field("etag") != tag)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)

        // Moved back while no gateway runs: it says what it said at first, and is newer all the same.
        try await move("2031-03-01T18:00:00Z")
        let second = try Program(
            ["serve"],
            environment: settings.merging(
                ["LUMA_PORT": "0", "LUMA_BASE_URL": luma, "LUMA_API_KEY": "secret-journey"]) { $1 })
        let address = try await second.address()
        let back = try await curl(address + path)
        let states = [first, moved, back].map { Self.properties(of: id, $0.body) }
        #expect(states.map { $0["SEQUENCE"] } == ["0", "1", "2"])
        #expect(Set(states.map { $0["UID"] }) == [id + "@luma.com"])
        let stamps = states.compactMap { $0["LAST-MODIFIED"] }
        #expect(stamps == stamps.sorted() && Set(stamps).count == 3)
        #expect(states.map { $0["DTSTAMP"] } == stamps.map { $0 })
        #expect(states[0]["DTSTART"] == states[2]["DTSTART"] && back.field("etag") != tag)
        let unchanged = try await curl(address + path, "-H", "If-None-Match: " + (back.field("etag") ?? ""))
        #expect(unchanged.status == 304)
    }

    @Test func aFeedOutlivesTheProgram() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = ["LUMA_DATA_DIR": folder.path]
        let first = try await RunningGateway.start(.inProcess, environment: settings)
        let kept = try await Self.make(first)
        let revoked = try await Self.make(first)
        #expect(try await curl("-X", "DELETE", first.address + "/feeds/" + revoked.id).status == 204)
        first.program.signal(SIGKILL)
        _ = try await first.program.exitCode()
        let second = try await RunningGateway.start(.inProcess, environment: settings)
        func moved(_ url: String) -> String { url.replacingOccurrences(of: first.address, with: second.address) }
        #expect(try await curl(moved(kept.url)).status == 200)
        #expect(try await curl(moved(revoked.url)).status == 404)
        // Another gateway's key signs nothing for this one.
        let stranger = try await RunningGateway.start(.inProcess)
        _ = try await Self.make(stranger)
        let there = kept.url.replacingOccurrences(of: first.address, with: stranger.address)
        #expect(try await curl(there).status == 404)
    }

    @Test func withoutTheStoreItSaysSo() async throws {
        let gateway = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_DATA_DIR": "/proc/nowhere"])
        let guess = gateway.address + "/feeds/" + String(repeating: "A", count: 44) + ".ics"
        for answer in [
            try await curl(guess), try await curl(gateway.address + "/feeds/"),
            try await Self.post(gateway, "/feeds/", ["name": "x"]),
            try await curl("-X", "DELETE", gateway.address + "/feeds/aaaaaaaaaaaa"),
        ] {
            #expect(answer.status == 503 && answer.field("retry-after") != nil, "\(answer.body)")
            expectErrorShape(answer, reason: "store_unavailable")
        }
    }
}
