import Core
import HTTP
import IO
import Keys
import Settings
import Store
import TestKit
import Testing

@testable import Gateway

/// `/api/keys` as clients meet it.
@Suite struct KeyServiceTests {
    private static let settings = Tokens.guarded.merging(InProcess.withKeys) { $1 }
    private static let admin = Tokens.bearer(Tokens.admin)

    private func serve(_ body: (InProcess) async throws -> Void) async throws {
        try await InProcess.serve(Self.settings, body)
    }

    private func make(_ gateway: InProcess, _ document: JSON, _ fields: [String] = admin) async throws -> Answer {
        try await gateway.ask("POST /api/keys", fields, document)
    }

    @Test func aKeyIsMadeShownChangedAndRevoked() async throws {
        try await serve { (gateway: InProcess) async throws in
            let made = try await make(gateway, ["owner": "ann", "key_id": "news", "rate_limit": "5/minute"])
            #expect(made.status == 201 && made.field("location") == "/api/keys/news", "\(made.text)")
            #expect(made.field("cache-control") == "no-store")
            let text = try #require(made.json?["key"]?.stringValue)
            #expect(made.json?["permissions"] == ["read"] && made.json?["status"] == "active")
            // It works at once, and shows itself.
            let own = try await gateway.ask("GET /api/keys/me", ["X-API-Key: \(text)"])
            #expect(own.status == 200 && own.json?["key_id"] == "news" && own.json?["key"] == nil)
            for alias in ["self", "info"] {
                #expect(try await gateway.ask("GET /api/keys/\(alias)", ["X-API-Key: \(text)"]).json == own.json)
            }
            #expect(own.field("ratelimit-policy") == #""key";q=5;w=60"#)
            let shown = try await gateway.ask("GET /api/keys/news", Self.admin)
            let tag = try #require(shown.field("etag"))
            #expect(shown.json?["secrets"]?.arrayValue?.count == 1 && !shown.text.contains(text))
            let changed = try await gateway.ask(
                "PATCH /api/keys/news", Self.admin + ["If-Match: \(tag)"],
                ["permissions": ["events:read"], "rate_limit": nil])
            #expect(changed.status == 200 && changed.json?["rate_limit"] == .null && changed.field("etag") != tag)
            #expect(try await gateway.ask("GET /templates/", ["X-API-Key: \(text)"]).status == 403)
            let late = try await gateway.ask("PATCH /api/keys/news", Self.admin + ["If-Match: \(tag)"], ["note": "x"])
            #expect(late.status == 412 && late.reason == "precondition_failed")
            #expect(try await gateway.ask("DELETE /api/keys/news", Self.admin).status == 204)
            #expect(try await gateway.ask("GET /events/", ["X-API-Key: \(text)"]).reason == "key_revoked")
            #expect(try await gateway.ask("DELETE /api/keys/news", Self.admin).status == 204)
            #expect(try await gateway.ask("GET /api/keys/news", Self.admin).json?["status"] == "revoked")
            let again = try await make(gateway, ["owner": "ann", "key_id": "news"])
            #expect(again.status == 409 && again.reason == "key_exists")
            let lines = await gateway.logLines()
            #expect(
                lines.contains { $0["message"] == "API key changed" && $0["key_id"] == "news" && $0["actor"] == "ops" })
            #expect(!lines.contains { "\($0)".contains(text) })
        }
    }

    @Test(
        arguments: [
            (["owner": "a", "key_id": "Bad Id"], "key_id"), (["owner": "a", "key_id": "me"], "key_id"),
            (["owner": "a", "key_id": "info"], "key_id"), (["owner": "a", "key_id": "a.b"], "key_id"),
            ([:], "owner"), (["owner": ""], "owner"), (["owner": "a", "permissions": []], "permissions"),
            (["owner": "a", "permissions": ["events:delete"]], "permissions"),
            (["owner": "a", "rate_limit": "5 per minute"], "rate_limit"),
            (["owner": "a", "rate_limit": "0/minute"], "rate_limit"),
            (["owner": "a", "expiry_days": 0], "expiry_days"), (["owner": "a", "expiry_days": 3651], "expiry_days"),
            (["owner": "a", "expires_at": "2020-01-01T00:00:00Z"], "expires_at"),
            (["owner": "a", "expires_at": nil, "expiry_days": nil], "expires_at"),
            (["owner": "a", "allowed_ips": ["10.0.0.1/8"]], "allowed_ips.0"),
            (["owner": "a", "allowed_ips": ["10.0.0.0/8", "x"]], "allowed_ips.1"),
            (["owner": "a", "tools": ["a b"]], "tools"),
            (["owner": "a", "calendars": ["cal-1"]], "calendars"), (["owner": "a", "daily_quota": 0], "daily_quota"),
        ] as [(JSON, String)])
    func whatIsWrongIsNamed(document: JSON, field: String) async throws {
        try await serve { (gateway: InProcess) async throws in
            let refused = try await make(gateway, document)
            #expect(refused.status == 422 && refused.reason == "validation_failed")
            let fields = refused.json?["details"]?["fields"]?.arrayValue?.compactMap { $0["field"]?.stringValue }
            #expect(fields?.contains(field) == true, "\(refused.text)")
            // What errors have besides under this path.
            #expect(refused.json?["detail"] == refused.json?["error"])
            #expect(refused.json?["timestamp"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) != nil)
        }
    }

    /// A year if nobody says anything, never if somebody says so.
    @Test func aKeyExpiresUnlessItIsSaidNotTo() async throws {
        try await serve { (gateway: InProcess) async throws in
            let now = WallClock.now
            for (document, days) in [
                (["owner": "a"], 365), (["owner": "a", "expiry_days": 30], 30),
                (["owner": "a", "expiry_days": nil], nil),
                (["owner": "a", "expires_at": nil], nil),
            ] as [(JSON, Int?)] {
                let made = try await make(gateway, document)
                let end = made.json?["expires_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
                let wanted = days.map { now.advanced(seconds: Double($0) * 86400) }
                #expect((end == nil) == (wanted == nil), "\(made.text)")
                if let end, let wanted { #expect(abs(end.milliseconds - wanted.milliseconds) < 600_000) }
            }
        }
    }

    /// Who has less than a year left still makes keys without saying when they end.
    @Test func theUsualLifeIsNotLongerThanItsMakers() async throws {
        try await serve { (gateway: InProcess) async throws in
            let end = WallClock.now.advanced(seconds: 30 * 86400)
            let maker = try await gateway.makeKey("maker", ["keys:manage", "read"]) { $0.expiresAt = end }
            let made = try await make(gateway, ["owner": "ann"], maker.field)
            #expect(made.status == 201 && made.json?["expires_at"] == .string(end.rfc3339), "\(made.text)")
            let longer = try await make(gateway, ["owner": "ann", "expiry_days": 31], maker.field)
            #expect(longer.reason == "grant_refused" && longer.json?["details"]?["member"] == "expires_at")
        }
    }

    /// Nobody gives what he has not got, by whichever way.
    @Test func nobodyGrows() async throws {
        try await serve { (gateway: InProcess) async throws in
            let weak = try await gateway.makeKey("weak", ["keys:manage", "keys:read", "events:read"])
            _ = try await gateway.makeKey("strong", ["*"])
            for (line, body) in [
                ("POST /api/keys", ["owner": "ann", "permissions": ["events:write"]]),
                ("POST /api/keys", ["owner": "ann", "permissions": ["*"]]),
                ("POST /api/keys", ["owner": "bob", "permissions": ["events:read"]]),
                ("PATCH /api/keys/weak", ["permissions": ["keys:manage", "events:write"]]),
                ("PATCH /api/keys/weak", ["owner": "bob"]), ("POST /api/keys/strong/rotate", [:]),
                ("PATCH /api/keys/weak", ["expires_at": nil, "permissions": ["*"]]),
            ] as [(String, JSON)] {
                let refused = try await gateway.ask(line, weak.field, body)
                #expect(refused.status == 403 && refused.reason == "grant_refused", "\(line) \(refused.text)")
            }
            let granted = try await make(gateway, ["owner": "ann", "permissions": ["events:read"]], weak.field)
            #expect(granted.status == 201, "\(granted.text)")
            // Without the right to manage none of it is there.
            let reader = try await gateway.makeKey("reader")
            #expect(try await make(gateway, ["owner": "ann"], reader.field).reason == "insufficient_scope")
            #expect(try await gateway.ask("GET /api/keys", reader.field).reason == "insufficient_scope")
            let tried = try await gateway.told {
                gateway.shared.store.audit(before: nil, object: "weak", limit: 20, then: $0)
            }
            #expect(tried.contains { $0.action == "key.update.refused" && $0.actor.label == "key:weak" })
        }
    }

    /// Both secrets are good until the new one was used; who loses the answer rotates again.
    @Test func aRotationSurvivesALostAnswer() async throws {
        try await serve { (gateway: InProcess) async throws in
            let old = try await gateway.makeKey("k")
            func rotate(_ fields: [String], _ body: JSON? = nil) async throws -> String {
                let rotated = try await gateway.ask("POST /api/keys/me/rotate", fields, body)
                #expect(rotated.status == 200 && rotated.json?["key_id"] == "k", "\(rotated.text)")
                return try #require(rotated.json?["key"]?.stringValue)
            }
            func status(_ text: String) async throws -> Int {
                try await gateway.ask("GET /templates/", ["X-API-Key: \(text)"]).status
            }
            let lost = try await rotate(old.field)
            let new = try await rotate(old.field, ["grace_seconds": 3600])
            #expect(try await status(old.text) == 200)
            #expect(try await status(new) == 200)
            #expect(try await status(lost) == 401)
            let secrets = try #require(
                try await gateway.ask("GET /api/keys/k", Self.admin).json?["secrets"]?.arrayValue)
            #expect(secrets.count == 2)
            // By somebody else it is the same key.
            let other = try await gateway.ask("POST /api/keys/k/rotate", Self.admin)
            #expect(other.status == 200)
            let none = try await gateway.ask("POST /api/keys/me/rotate", Self.admin)
            #expect(none.status == 404 && none.reason == "key_not_found")
            let expired = try await gateway.makeKey("expired")
            try await gateway.changeKey("expired") { $0.expiresAt = WallClock.now.advanced(seconds: -1) }
            let dead = try await gateway.ask("POST /api/keys/expired/rotate", Self.admin)
            #expect(dead.status == 409 && dead.reason == "key_expired")
            _ = expired
        }
    }

    /// A key that may only read cannot keep the disk busy.
    @Test func aKeyRotatesItselfSeldom() async throws {
        try await serve { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k")
            var statuses: [Int] = []
            for _ in 0..<11 { statuses.append(try await gateway.ask("POST /api/keys/me/rotate", key.field).status) }
            #expect(statuses == [Int](repeating: 200, count: 10) + [429])
            #expect(try await gateway.ask("POST /api/keys/k/rotate", Self.admin).status == 200)
        }
    }

    /// What belongs to a key is its own whichever of its secrets it is used with.
    @Test func aRetryAfterARotationIsReplayed() async throws {
        try await serve { (gateway: InProcess) async throws in
            let old = try await gateway.makeKey("k", ["read", "write"])
            let rotated = try await gateway.ask("POST /api/keys/me/rotate", old.field)
            let new = try #require(rotated.json?["key"]?.stringValue, "\(rotated.text)")
            let tea: JSON = ["name": "Tea", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"]
            let first = try await gateway.ask("POST /events/", old.field + ["Idempotency-Key: one"], tea)
            let second = try await gateway.ask("POST /events/", ["X-API-Key: \(new)", "Idempotency-Key: one"], tea)
            #expect(first.status == 201 && second.status == 201, "\(second.text)")
            #expect(second.field("idempotency-replayed") == "true" && second.json?["id"] == first.json?["id"])
            // Another key's is another request.
            let other = try await gateway.makeKey("other", ["read", "write"])
            let third = try await gateway.ask("POST /events/", other.field + ["Idempotency-Key: one"], tea)
            #expect(third.status == 201 && third.field("idempotency-replayed") == nil)
        }
    }

    /// What is done at one gateway holds at another one on the same store as soon as that has looked.
    @Test func anotherGatewayHearsOfIt() async throws {
        let store = SQLiteStateStore(.memory)
        try await InProcess.serve(Self.settings, store: store) { (here: InProcess) async throws in
            try await InProcess.serve(Self.settings, store: store) { (there: InProcess) async throws in
                let made = try await make(here, ["owner": "ann", "key_id": "k"])
                let field = ["X-API-Key: " + (try #require(made.json?["key"]?.stringValue))]
                #expect(try await here.ask("GET /templates/", field).status == 200)
                #expect(try await there.ask("GET /templates/", field).reason == "invalid_token")
                try await there.hear()
                #expect(try await there.ask("GET /templates/", field).status == 200)
                #expect(try await there.ask("DELETE /api/keys/k", Self.admin).status == 204)
                #expect(try await there.ask("GET /templates/", field).reason == "key_revoked")
                try await here.hear()
                #expect(try await here.ask("GET /templates/", field).reason == "key_revoked")
            }
        }
    }

    @Test func keysAreListedInPages() async throws {
        try await serve { (gateway: InProcess) async throws in
            for id in ["a", "b", "c", "d"] {
                _ = try await gateway.makeKey(id) { $0.owner = id == "d" ? "bob" : "ann" }
            }
            try await gateway.revokeKey("b")
            func ids(_ query: String) async throws -> (ids: [String], next: JSON?) {
                let answer = try await gateway.ask("GET /api/keys\(query)", Self.admin)
                #expect(answer.status == 200 && !answer.text.contains("digest"), "\(answer.text)")
                #expect(answer.json?["has_more"]?.boolValue == (answer.json?["next_cursor"] != .null))
                return (
                    answer.json?["entries"]?.arrayValue?.compactMap { $0["key_id"]?.stringValue } ?? [],
                    answer.json?["next_cursor"]
                )
            }
            #expect(try await ids("").ids == ["a", "b", "c", "d"])
            let first = try await ids("?limit=2")
            #expect(first.ids == ["a", "b"] && first.next == "b")
            #expect(try await ids("?limit=2&cursor=b").ids == ["c", "d"])
            #expect(try await ids("?owner=bob").ids == ["d"])
            #expect(try await ids("?status=revoked").ids == ["b"])
            #expect(try await ids("?status=active&limit=2").ids == ["a", "c"])
            #expect(try await ids("?status=unused").ids == ["a", "c", "d"])
            #expect(try await gateway.ask("GET /api/keys?status=x", Self.admin).status == 422)
        }
    }

    /// The last key that can manage others stays, unless a token can.
    @Test func theLastThatCanManageKeysStays() async throws {
        try await InProcess.serve(InProcess.withKeys) { (gateway: InProcess) async throws in
            let last = try await gateway.makeKey("last", ["*"])
            for (line, body) in [
                ("DELETE /api/keys/last", nil), ("PATCH /api/keys/last", ["enabled": false]),
                ("PATCH /api/keys/last", ["permissions": ["read"]]),
            ] as [(String, JSON?)] {
                let refused = try await gateway.ask(line, last.field, body)
                #expect(refused.status == 409 && refused.reason == "last_admin", "\(line) \(refused.text)")
            }
            _ = try await gateway.makeKey("other", ["*"])
            #expect(try await gateway.ask("DELETE /api/keys/last", last.field).status == 204)
        }
    }

    @Test func withoutTheSettingThereAreNone() async throws {
        try await InProcess.serve(Tokens.guarded) { (gateway: InProcess) async throws in
            let off = try await make(gateway, ["owner": "ann"])
            #expect(off.status == 404 && off.text.contains("LUMA_API_KEYS"))
        }
        try await InProcess.serve { (gateway: InProcess) async throws in
            #expect(try await make(gateway, ["owner": "ann"], []).status == 404)
        }
    }

    // MARK: Limits

    @Test func theLimitsOfAKeyAreToldAndHeld() async throws {
        try await serve { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k") {
                $0.limits = KeyLimits(rates: try RateRule.list("3/hour"), dailyQuota: 2)
            }
            let first = try await gateway.ask("GET /templates/", key.field)
            #expect(first.field("ratelimit-policy") == #""key";q=3;w=3600, "day";q=2;w=86400"#)
            #expect(first.field("ratelimit")?.contains(#""key";r=2"#) == true, "\(first.field("ratelimit") ?? "")")
            // Who probes for what he may not have pays, too.
            let second = try await gateway.ask("POST /events/", key.field, [:])
            #expect(second.status == 403 && second.field("ratelimit")?.contains(#""day";r=0"#) == true)
            let refused = try await gateway.ask("GET /templates/", key.field)
            #expect(refused.status == 429 && refused.reason == "rate_limited" && refused.field("retry-after") != nil)
            #expect(refused.json?["details"]?["policy"] == "day")
            try await gateway.changeKey("k") { $0.limits.dailyQuota = nil }
            #expect(try await gateway.ask("GET /templates/", key.field).status == 200)
            let hourly = try await gateway.ask("GET /templates/", key.field)
            #expect(hourly.status == 429 && hourly.json?["details"]?["policy"] == "key")
            // Another one has its own.
            #expect(try await gateway.ask("GET /templates/", try await gateway.makeKey("other").field).status == 200)
        }
    }

    @Test func aPlaceIsGivenBackWhenTheAnswerEnds() async throws {
        try await serve { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k") { $0.limits.maxConcurrent = 1 }
            let client = MCPClient(gateway, key.bearer)
            let session = try await client.session()
            let stream = try await client.stream(session)
            let refused = try await gateway.ask("GET /templates/", key.field)
            #expect(refused.status == 429 && refused.json?["details"]?["policy"] == "concurrency")
            #expect(refused.field("retry-after") == "1")
            await stream.goAway()
            #expect(await soon { (try? await gateway.ask("GET /templates/", key.field).status) == 200 })
            #expect(gateway.shared.access.keys?.counters(of: "k").running == 0)
        }
    }
}
