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
}
