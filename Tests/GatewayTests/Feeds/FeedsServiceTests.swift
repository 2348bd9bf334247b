import Core
import GatewayAPI
import HTTP
import LumaClient
import Settings
import Store
import TestKit
import Testing

@testable import Gateway

/// Calendar feeds from making one to revoking it.
@Suite struct FeedsServiceTests {
    private static let admin = Tokens.bearer(Tokens.admin)
    private static let writer = Tokens.bearer(Tokens.writer)

    /// A feed that is made, with its address as a path.
    private func make(
        _ gateway: InProcess, _ filter: JSON = [:], _ token: [String] = []
    ) async throws -> (id: String, path: String) {
        let made = try await gateway.ask("POST /feeds/", token, ["name": "Team", "filter": filter])
        try #require(made.status == 201, "\(made.text)")
        let url = try #require(made.json?["url"]?.stringValue)
        try #require(url.hasPrefix("http://localhost/feeds/"), "\(url)")
        return (try #require(made.json?["id"]?.stringValue), String(url.dropFirst("http://localhost".count)))
    }

    private static func event(_ name: String, _ more: JSONObject = [:]) -> JSON {
        var event: JSONObject = ["name": .string(name), "start_at": "2031-03-01T18:00:00Z", "timezone": "UTC"]
        event.members += more.members
        return .object(event)
    }

    private func expect(_ answer: Answer, _ status: Int, _ reason: String) {
        #expect(answer.status == status && answer.reason == reason, "\(answer.text)")
        #expect(answer.json?["code"]?.stringValue == String(status))
        #expect(answer.json?["error"]?.stringValue?.isEmpty == false)
    }

    // MARK: Managing

    @Test(
        arguments: [
            ([:], 422, "validation_failed"), (["name": ""], 422, "validation_failed"),
            (["name": "x", "filter": ["nme": 1]], 422, "validation_failed"),
            (["name": "x", "secret": true], 422, "validation_failed"),
        ] as [(JSON, Int, String)])
    func whatIsNoFeedIsRefused(body: JSON, status: Int, reason: String) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            expect(try await gateway.ask("POST /feeds/", [], body), status, reason)
            #expect(try await gateway.ask("GET /feeds/").json?["feeds"] == [])
        }
    }

    @Test func aListTellsWhatThereIsAndNoAddress() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let made = try await gateway.ask("POST /feeds/", Self.admin, ["name": "Team; ours"])
            #expect(made.status == 201 && made.field("cache-control") == "no-store", "\(made.text)")
            #expect(made.json?["created_by"] == "ops" && made.json?["last_used_at"] == .null)
            let path = String(try #require(made.json?["url"]?.stringValue).dropFirst("http://localhost".count))
            let token = try #require(path.split(separator: "/").last?.split(separator: ".").first)
            let reader = Tokens.bearer(Tokens.reader)
            let list = try await gateway.ask("GET /feeds", reader)
            #expect(list.status == 200 && list.json?["feeds"]?.arrayValue?.map { $0["id"] } == [made.json?["id"]])
            #expect(!list.text.contains(token) && !list.text.contains("url"))
            let tag = try #require(list.field("etag"))
            #expect(try await gateway.ask("GET /feeds/", reader + ["If-None-Match: \(tag)"]).status == 304)
            #expect(try await gateway.ask("GET /feeds/?limit=1", reader).status == 422)
            // Whoever reads it is seen.
            #expect(try await gateway.ask("GET \(path)").text.contains("X-WR-CALNAME:Team\\; ours\r\n"))
            #expect(
                await soon {
                    let list = try? await gateway.ask("GET /feeds/", reader)
                    return list?.json?["feeds"]?.arrayValue?.first?["last_used_at"]?.stringValue?.isEmpty == false
                })
        }
    }

    @Test func thereAreOnlySoMany() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let first = try await make(gateway)
            for _ in 1..<100 { _ = try await make(gateway) }
            let refused = try await gateway.ask("POST /feeds/", [], ["name": "one more"])
            expect(refused, 409, "too_many_feeds")
            #expect(refused.json?["details"]?["limit"] == 100)
            #expect(try await gateway.ask("DELETE /feeds/\(first.id)").status == 204)
            _ = try await make(gateway)
        }
    }

    @Test(arguments: [
        ("If-Match: *", 204), ("If-Match: \"x\"", 412), ("If-None-Match: *", 412),
    ])
    func aFeedIsRevokedUnderAPrecondition(field: String, status: Int) async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let feed = try await make(gateway)
            #expect(try await gateway.ask("DELETE /feeds/\(feed.id)", [field]).status == status)
            #expect(try await gateway.ask("GET \(feed.path)").status == (status == 204 ? 404 : 200))
            #expect(try await gateway.ask("DELETE /feeds/aaaaaaaaaaaa", [field]).status == 404)
        }
    }

    // MARK: Reading

    @Test func aFeedIsReadByItsAddressAlone() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            for (name, more) in [
                ("Public", [:]), ("Secret", ["visibility": "private"]),
                ("Online", ["meeting_url": "https://meet.example.com/room"]),
            ] as [(String, JSONObject)] {
                let made = try await gateway.ask("POST /events/", Self.writer, Self.event(name, more))
                #expect(made.status == 201, "\(made.text)")
            }
            let (_, path) = try await make(gateway, [:], Self.admin)
            let read = try await gateway.ask("GET \(path)")
            #expect(read.status == 200 && read.field("content-type") == "text/calendar; charset=utf-8")
            #expect(read.field("referrer-policy") == "no-referrer" && read.field("x-robots-tag") == "noindex")
            #expect(read.field("cache-control") == "private, no-cache")
            #expect(read.text.contains("X-WR-CALNAME:Team\r\n") && read.text.contains("REFRESH-INTERVAL"))
            #expect(read.text.contains("SUMMARY:Public\r\n") && read.text.contains("SUMMARY:Online\r\n"))
            #expect(!read.text.contains("Secret") && !read.text.contains("meet.example.com"))
            #expect(try await gateway.ask("HEAD \(path)").status == 200)
            let tag = try #require(read.field("etag"))
            let again = try await gateway.ask("GET \(path)", ["If-None-Match: \(tag)"])
            #expect(again.status == 304 && again.text.isEmpty && again.field("etag") == tag)
            // A new event shows at once, and the tag is another.
            #expect(try await gateway.ask("POST /events/", Self.writer, Self.event("New")).status == 201)
            let changed = try await gateway.ask("GET \(path)", ["If-None-Match: \(tag)"])
            #expect(changed.status == 200 && changed.text.contains("SUMMARY:New\r\n"))

            let whole = try await make(gateway, ["include_private": true], Self.admin)
            let all = try await gateway.ask("GET \(whole.path)")
            #expect(all.text.contains("SUMMARY:Secret\r\n") && all.text.contains("meet.example.com"))
            // The address opens this one thing.
            let token = try #require(path.split(separator: "/").last?.split(separator: ".").first)
            #expect(try await gateway.ask("GET /events/", Tokens.bearer(String(token))).status == 401)
            for method in ["POST", "PUT", "DELETE"] {
                #expect(try await gateway.ask("\(method) \(path)").status == 405)
            }
        }
    }

    @Test func aWrongCutOrRevokedAddressIsNotFound() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let (id, path) = try await make(gateway)
            let other = try await make(gateway)
            #expect(try await gateway.ask("GET \(path)").status == 200)
            let stem = String(path.dropLast(4))
            let shorter = String(stem.dropLast())
            var wrong: [String] = [
                shorter + (stem.last == "A" ? "B" : "A"), shorter, stem + "A", stem + "=", "/feeds/" + id,
                "/feeds/" + String(repeating: "A", count: 44),
                // Another feed's id with this one's signature.
                "/feeds/" + other.id + String(stem.suffix(32)),
            ].map { $0 + ".ics" }
            let revoked = try await gateway.ask("DELETE /feeds/\(id)")
            #expect(revoked.status == 204 && revoked.text.isEmpty)
            wrong.append(path)
            let nowhere = try await gateway.ask("GET /nowhere", ["X-Request-Id: same"])
            for address in wrong {
                let answer = try await gateway.ask("GET \(address)", ["X-Request-Id: same"])
                #expect(answer.status == 404 && answer.text == nowhere.text, "\(address)")
            }
            #expect(try await gateway.ask("GET \(other.path)").status == 200)
            expect(try await gateway.ask("DELETE /feeds/\(id)"), 404, "feed_not_found")
            // The log knows the path's pattern and the feed, and never the address.
            let lines = await gateway.logLines()
            #expect(
                lines.contains {
                    $0["route"] == "/feeds/{feed_token}.ics" && $0["label"]?.stringValue == "feed \(other.id)"
                })
            let token = try #require(other.path.split(separator: "/").last?.split(separator: ".").first)
            let log = lines.map { String(decoding: $0.encoded, as: UTF8.self) }.joined()
            #expect(!log.contains(token) && !log.contains(token.dropFirst(12)))
        }
    }

    /// What Luma says to the gateway is nothing to who has only an address.
    @Test(arguments: [400, 401, 403, 404, 500])
    func aReaderHearsOnlyThatItFailed(status: Int) async throws {
        try await InProcess.serve([.maxRetries: "0"]) { (gateway: InProcess) async throws in
            let feed = try await make(gateway)
            gateway.luma.answer("calendars/events/list", with: .json(status, ["message": "Luma's own words"]))
            let answer = try await gateway.ask("GET \(feed.path)")
            expect(answer, 502, "upstream_failure")
            #expect(answer.json?["details"] == [:], "\(answer.text)")
            #expect(!answer.text.contains("own words"))
        }
    }

    @Test func eachFeedIsCountedByItself() async throws {
        try await InProcess.serve([.tokenRateLimit: "5"]) { (gateway: InProcess) async throws in
            let one = try await make(gateway)
            let two = try await make(gateway)
            for feed in [one, two] {
                for _ in 0..<5 { #expect(try await gateway.ask("GET \(feed.path)").status == 200) }
                let refused = try await gateway.ask("GET \(feed.path)")
                expect(refused, 429, "rate_limited")
                #expect(refused.field("retry-after") != nil)
            }
            // Two were spent on making feeds; who guesses spends the rest of the address.
            let guess = "GET /feeds/" + String(repeating: "A", count: 44) + ".ics"
            for _ in 0..<3 { #expect(try await gateway.ask(guess).status == 404) }
            #expect(try await gateway.ask(guess).status == 429)
        }
    }

    /// Readers of one feed share what was read.
    @Test func whoPollsCostsLittle() async throws {
        try await InProcess.serve([.cacheSeconds: "60"]) { (gateway: InProcess) async throws in
            let (_, path) = try await make(gateway)
            let first = try await gateway.ask("GET \(path)")
            #expect(first.field("x-cache") == "MISS")
            let asked = gateway.luma.asked.count
            for _ in 0..<5 {
                let again = try await gateway.ask("GET \(path)", ["Cache-Control: no-cache"])
                #expect(again.field("x-cache") == "HIT" && again.text == first.text)
            }
            #expect(gateway.luma.asked.count == asked)
        }
    }
}
