import Core
import Foundation
import Settings
import Testing

/// Requests with a key are served once, whatever happens in between.
@Suite struct IdempotencyJourneyTests {
    private static func event(_ name: String) -> JSON {
        ["name": .string(name), "start_at": "2027-07-01T19:00:00Z", "timezone": "UTC"]
    }

    private static func post(_ gateway: RunningGateway, _ name: String, key: String) async throws -> CurlAnswer {
        try await curlJSON("POST", gateway.address + "/events/", event(name), "-H", "Idempotency-Key: " + key)
    }

    private static func events(_ gateway: RunningGateway, named name: String) async throws -> Int {
        let list = try await curl(gateway.address + "/events/", "-H", "Accept: application/x-ndjson")
        return list.body.split(separator: "\n").count { (try? JSON.parse(String($0)))?["name"]?.stringValue == name }
    }

    /// The driver kills the gateway in the middle of writes; see there.
    @Test func aKilledGatewayMakesNothingTwiceAndLosesNothing() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Five writes a round.
        let result = try await runDriver("killing.py", [Program.path, folder.path, "12", "1"], seconds: 180)
        #expect(result.code == 0, "\(result.out)\(result.err)")
        print(result.out)
    }

    @Test func theFirstAnswerIsGivenAgain() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let first = try await Self.post(gateway, "once", key: "\"k-1\"")
        #expect(first.status == 201)
        #expect(first.field("idempotency-replayed") == nil)
        for key in ["\"k-1\"", "k-1"] {
            let again = try await Self.post(gateway, "once", key: key)
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.field("location") == first.field("location"))
            #expect(again.field("idempotency-replayed") == "true")
        }
        let other = try await Self.post(gateway, "another", key: "k-1")
        #expect(other.status == 422)
        #expect(other.json?["reason"] == "idempotency_key_reused")
        #expect(try await Self.events(gateway, named: "once") == 1)
        #expect(try await Self.events(gateway, named: "another") == 0)
        let bad = try await Self.post(gateway, "once", key: "a, b")
        #expect(bad.status == 400)
        #expect(bad.json?["reason"] == "idempotency_key_invalid")
    }

    @Test func whatHadNoEffectMayBeCorrectedUnderItsKey() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let url = gateway.address + "/events/"
        let wrong = try await curlJSON("POST", url, ["name": "x"], "-H", "Idempotency-Key: k")
        #expect(wrong.status == 422)
        #expect(wrong.json?["reason"] == "validation_failed")
        #expect(try await Self.post(gateway, "x", key: "k").status == 201)
    }

    @Test func changesAndCancelsAreDoneOnce() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let place = try #require(try await Self.post(gateway, "x", key: "c").field("location"))
        let url = gateway.address + place
        let first = try await curlJSON("PATCH", url, ["max_capacity": 5], "-H", "Idempotency-Key: p")
        #expect(try await curlJSON("PATCH", url, ["max_capacity": 6]).status == 200)
        let again = try await curlJSON("PATCH", url, ["max_capacity": 5], "-H", "Idempotency-Key: p")
        #expect(again.body == first.body)
        #expect(try await curl(url).json?["max_capacity"] == 6)
        // A preview is no cancel and takes no key.
        for _ in 0..<2 {
            let told = try await curl("-X", "DELETE", url + "?dry_run=true", "-H", "Idempotency-Key: d")
            #expect(told.json?["status"] == "unchanged")
        }
        let canceled = try await curl("-X", "DELETE", url, "-H", "Idempotency-Key: d")
        #expect(canceled.status == 200)
        let twice = try await curl("-X", "DELETE", url, "-H", "Idempotency-Key: d")
        #expect(twice.status == 200)
        #expect(twice.body == canceled.body)
        // Without the key it is simply gone; with another key the refusal is what is given again.
        #expect(try await curl("-X", "DELETE", url).status == 403)
        for isReplay in [false, true] {
            let gone = try await curl("-X", "DELETE", url, "-H", "Idempotency-Key: e")
            #expect(gone.status == 403)
            #expect((gone.field("idempotency-replayed") != nil) == isReplay)
        }
    }

    @Test func answersSurviveARestart() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        let created = try await Self.post(first, "kept", key: "k")
        first.program.signal(SIGTERM)
        #expect(try await first.program.exitCode() == 0)
        let second = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": "0", "LUMA_API_KEY": "secret-journey", "LUMA_DATA_DIR": folder.path,
                "LUMA_BASE_URL": try #require(first.sandboxAddress),
            ])
        let address = try await second.address()
        let again = try await curlJSON(
            "POST", address + "/events/", Self.event("kept"), "-H", "Idempotency-Key: k")
        #expect(again.body == created.body)
        #expect(again.field("idempotency-replayed") == "true")
    }

    @Test func aCreateThatIsTheSameIsRefusedWhereThatIsAskedFor() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, environment: ["LUMA_DUPLICATE_WINDOW_SECONDS": "60"])
        let url = gateway.address + "/events/"
        let first = try await curlJSON("POST", url, Self.event("x"))
        #expect(first.status == 201)
        let twin = try await curlJSON("POST", url, Self.event("x"))
        #expect(twin.status == 409)
        #expect(twin.json?["reason"] == "duplicate_event")
        #expect(twin.json?["details"]?["event_id"] == first.json?["id"])
        #expect(try await curlJSON("POST", url, Self.event("y")).status == 201)
        // Who gives a key says that it is another.
        #expect(try await Self.post(gateway, "x", key: "k").status == 201)
        let keyed = try await Self.post(gateway, "z", key: "z")
        let later = try await curlJSON("POST", url, Self.event("z"))
        #expect(later.status == 409)
        #expect(later.json?["details"]?["event_id"] == keyed.json?["id"])
        // An event that is gone stands in nobody's way.
        let id = try #require(first.json?["id"]?.stringValue)
        #expect(try await curl("-X", "DELETE", url + id).status == 200)
        let keyedTwin = try #require(try await curlJSON("POST", url, Self.event("x")).json?["details"]?["event_id"])
        #expect(try await curl("-X", "DELETE", url + (keyedTwin.stringValue ?? "")).status == 200)
        #expect(try await curlJSON("POST", url, Self.event("x")).status == 201)
        #expect(try await curlJSON("POST", url, Self.event("x")).status == 409)
    }

    @Test func withoutAStoreOnlyWhatReliesOnItIsRefused() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("luma.db")
        try Data(repeating: 0x61, count: 8192).write(to: file)
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        let health = try await curl(gateway.address + "/health")
        #expect(health.status == 200)
        #expect(health.json?["status"] == "degraded")
        #expect(health.json?["store"]?["cause"] == "corrupt")
        let refused = try await Self.post(gateway, "x", key: "k")
        #expect(refused.status == 503)
        #expect(refused.json?["reason"] == "store_unavailable")
        #expect(refused.field("retry-after") != nil)
        #expect(try await curlJSON("POST", gateway.address + "/events/", Self.event("x")).status == 201)
        #expect(try await Self.events(gateway, named: "x") == 1)
        #expect(try Data(contentsOf: file) == Data(repeating: 0x61, count: 8192))
        // Moved away, it is made anew.
        try FileManager.default.removeItem(at: file)
        try await eventually("the store is back") {
            try await curl(gateway.address + "/health").json?["status"] == "healthy"
        }
        #expect(try await Self.post(gateway, "x", key: "k").status == 201)
    }

    @Test func aKeyIsItsCallersOwn() async throws {
        let tokens = ["ann": "writer-writer-writer-1", "bob": "writer-writer-writer-2"]
        let list = tokens.map { "\($0.key):write:\($0.value)" }.joined(separator: ",")
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_AUTH_TOKENS": list])
        var ids: Set<String> = []
        for (name, token) in tokens {
            for _ in 0..<2 {
                let answer = try await curlJSON(
                    "POST", gateway.address + "/events/", Self.event(name), "-H", "Idempotency-Key: k", "-H",
                    "Authorization: Bearer \(token)")
                #expect(answer.status == 201)
                ids.insert(try #require(answer.json?["id"]?.stringValue))
            }
        }
        #expect(ids.count == 2)
    }
}
