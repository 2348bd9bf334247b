import Core
import Foundation
import Settings
import Testing

/// Calendar feeds from making one to revoking it, by the real `curl`.
@Suite struct FeedsJourneyTests {
    private static let admin = AccessJourneyTests.bearer("admin-admin-admin-admin-3")
    private static let guarded = ["LUMA_AUTH_TOKENS": AccessJourneyTests.tokens]

    private static func post(_ gateway: RunningGateway, _ path: String, _ body: JSON, _ more: [String] = [])
        async throws -> CurlAnswer
    {
        let text = String(decoding: body.encoded, as: UTF8.self)
        return try await curl(
            ["-H", "Content-Type: application/json", "--data-binary", text, gateway.address + path] + more)
    }

    /// The answer to the making of a feed.
    private static func make(_ gateway: RunningGateway, _ filter: JSON = [:], _ more: [String] = []) async throws
        -> (id: String, url: String)
    {
        let made = try await post(gateway, "/feeds/", ["name": "Team", "filter": filter], more)
        try #require(made.status == 201, "\(made.body)")
        return (try #require(made.json?["id"]?.stringValue), try #require(made.json?["url"]?.stringValue))
    }

    private static func event(_ name: String, _ more: JSONObject = [:]) -> JSON {
        var event: JSONObject = ["name": .string(name), "start_at": "2031-03-01T18:00:00Z", "timezone": "UTC"]
        event.members += more.members
        return .object(event)
    }

    @Test func whereNothingMayBeChangedNoFeedIsMade() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_READ_ONLY": "true"])
        let refused = try await curlJSON("POST", gateway.address + "/feeds/", ["name": "x"])
        #expect(refused.status == 403)
        expectErrorShape(refused, reason: "read_only")
        #expect(try await curl(gateway.address + "/feeds/").status == 200)
    }

    /// What Luma says to the gateway is nothing to who has only an address.
    @Test(arguments: ["status=400", "status=401", "status=404", "status=500"])
    func aReaderHearsOnlyThatItFailed(fault: String) async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, environment: ["LUMA_MAX_RETRIES": "0"])
        let feed = try await Self.make(gateway)
        let faults: JSON = ["rules": [.string(fault + ",on=calendars/events/list")]]
        let sandbox = try #require(gateway.sandboxAddress)
        #expect(try await curlJSON("PUT", sandbox + "/_sandbox/faults", faults).status == 200)
        let answer = try await curl(feed.url)
        #expect(answer.status == 502)
        expectErrorShape(answer, reason: "upstream_failure")
        #expect(answer.json?["details"] == [:], "\(answer.body)")
    }

    @Test func aFeedIsReadByItsAddressAlone() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: Self.guarded)
        let writer = AccessJourneyTests.bearer(AccessJourneyTests.writer)
        let reader = AccessJourneyTests.bearer(AccessJourneyTests.reader)
        for (name, more) in [
            ("Public", [:]), ("Secret", ["visibility": "private"]),
            ("Online", ["meeting_url": "https://meet.example.com/room"]),
        ] as [(String, JSONObject)] {
            #expect(try await Self.post(gateway, "/events/", Self.event(name, more), writer).status == 201)
        }
        // Who may make one.
        for (token, status) in [([], 401), (reader, 403), (writer, 403)] {
            #expect(try await Self.post(gateway, "/feeds/", ["name": "x"], token).status == status)
        }
        let made = try await Self.post(gateway, "/feeds/", ["name": "Team; ours"], Self.admin)
        #expect(made.status == 201 && made.field("cache-control") == "no-store", "\(made.body)")
        #expect(made.json?["created_by"] == "ops" && made.json?["last_used_at"] == .null)
        let url = try #require(made.json?["url"]?.stringValue)
        #expect(url.hasPrefix(gateway.address + "/feeds/"))

        let read = try await curl(url)
        #expect(read.status == 200 && read.field("content-type") == "text/calendar; charset=utf-8")
        #expect(read.field("referrer-policy") == "no-referrer")
        #expect(read.field("cache-control") == "private, no-cache")
        #expect(read.body.contains("X-WR-CALNAME:Team\\; ours\r\n") && read.body.contains("REFRESH-INTERVAL"))
        #expect(read.body.contains("SUMMARY:Public\r\n") && read.body.contains("SUMMARY:Online\r\n"))
        #expect(!read.body.contains("Secret") && !read.body.contains("meet.example.com"))
        #expect(try await curl("-I", url).status == 200)
        let tag = try #require(read.field("etag"))
        let again = try await curl(url, "-H", "If-None-Match: " + tag)
        #expect(again.status == 304 && again.body.isEmpty && again.field("etag") == tag)
        // A new event shows at once, and the tag is another.
        #expect(try await Self.post(gateway, "/events/", Self.event("New"), writer).status == 201)
        let changed = try await curl(url, "-H", "If-None-Match: " + tag)
        #expect(changed.status == 200 && changed.body.contains("SUMMARY:New\r\n"))

        let whole = try await Self.make(gateway, ["include_private": true], Self.admin)
        let all = try await curl(whole.url)
        #expect(all.body.contains("SUMMARY:Secret\r\n") && all.body.contains("meet.example.com"))
        // The address opens this one thing.
        let token = try #require(url.split(separator: "/").last?.split(separator: ".").first)
        #expect(try await curl(gateway.address + "/events/", "-H", "Authorization: Bearer \(token)").status == 401)
        for method in ["POST", "PUT", "DELETE"] { #expect(try await curl("-X", method, url).status == 405) }

        let list = try await curl(reader + [gateway.address + "/feeds"])
        #expect(list.status == 200 && list.json?["feeds"]?.arrayValue?.count == 2)
        #expect(list.json?["feeds"]?.arrayValue?[0]["last_used_at"]?.stringValue?.isEmpty == false)
        #expect(!list.body.contains(token) && !list.body.contains("url"))
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

    @Test func aWrongCutOrRevokedAddressIsNotFound() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let (id, url) = try await Self.make(gateway)
        let other = try await Self.make(gateway)
        #expect(try await curl(url).status == 200)
        let stem = String(url.dropLast(4))
        let shorter = String(stem.dropLast())
        let feeds = gateway.address + "/feeds/"
        let signature = String(stem.suffix(32))
        var wrong: [String] = [
            shorter + (stem.last == "A" ? "B" : "A"), shorter, stem + "A", stem + "=", feeds + id,
            feeds + String(repeating: "A", count: 44),
            // Another feed's id with this one's signature.
            feeds + other.id + signature,
        ]
        wrong = wrong.map { $0 + ".ics" }
        let revoked = try await curl("-X", "DELETE", gateway.address + "/feeds/" + id)
        #expect(revoked.status == 204 && revoked.body.isEmpty)
        wrong.append(url)
        let nowhere = try await curl(gateway.address + "/nowhere", "-H", "X-Request-Id: same")
        for address in wrong {
            let answer = try await curl(address, "-H", "X-Request-Id: same")
            #expect(answer.status == 404 && answer.body == nowhere.body, "\(address)")
        }
        #expect(try await curl(other.url).status == 200)
        let again = try await curl("-X", "DELETE", gateway.address + "/feeds/" + id)
        #expect(again.status == 404)
        expectErrorShape(again, reason: "feed_not_found")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        // The log knows the path's pattern and the feed, and never the address.
        let log = gateway.program.standardError
        let token = try #require(other.url.split(separator: "/").last?.split(separator: ".").first)
        #expect(log.contains("/feeds/{feed_token}.ics") && log.contains("feed \(other.id)"))
        #expect(!log.contains(token) && !log.contains(token.dropFirst(12)))
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

    @Test func thereAreOnlySoMany() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let first = try await Self.make(gateway)
        for _ in 1..<100 { _ = try await Self.make(gateway) }
        let refused = try await Self.post(gateway, "/feeds/", ["name": "one more"])
        #expect(refused.status == 409)
        expectErrorShape(refused, reason: "too_many_feeds")
        #expect(refused.json?["details"]?["limit"] == 100)
        #expect(try await curl("-X", "DELETE", gateway.address + "/feeds/" + first.id).status == 204)
        _ = try await Self.make(gateway)
    }

    @Test func eachFeedIsCountedByItself() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_TOKEN_RATE_LIMIT": "5"])
        let one = try await Self.make(gateway)
        let two = try await Self.make(gateway)
        for url in [one.url, two.url] {
            for _ in 0..<5 { #expect(try await curl(url).status == 200) }
            let refused = try await curl(url)
            #expect(refused.status == 429 && refused.field("retry-after") != nil)
            expectErrorShape(refused, reason: "rate_limited")
        }
        // Two were spent on making feeds; who guesses spends the rest of the address.
        let guess = gateway.address + "/feeds/" + String(repeating: "A", count: 44) + ".ics"
        for _ in 0..<3 { #expect(try await curl(guess).status == 404) }
        #expect(try await curl(guess).status == 429)
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

    /// Readers of one feed share what was read.
    @Test func whoPollsCostsLittle() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_CACHE_SECONDS": "60"])
        let (_, url) = try await Self.make(gateway)
        let first = try await curl(url)
        #expect(first.field("x-cache") == "MISS")
        for _ in 0..<5 {
            let again = try await curl(url, "-H", "Cache-Control: no-cache")
            #expect(again.field("x-cache") == "HIT" && again.body == first.body)
        }
    }
}
