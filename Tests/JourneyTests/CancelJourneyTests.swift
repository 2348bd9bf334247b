import Core
import Foundation
import Testing

/// A confirmed cancel on the command line: what was told is what is cancelled, and Luma is asked for one token for both.
@Suite struct CancelJourneyTests {
    private static func create(_ gateway: RunningGateway, _ name: String) async throws -> String {
        let made = try await curlJSON(
            "POST", gateway.address + "/events/",
            ["name": .string(name), "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"])
        return try #require(made.json?["id"]?.stringValue, "\(made.body)")
    }

    private static func tokens(_ gateway: RunningGateway) async throws -> Int {
        let state = try await curl(try #require(gateway.sandboxAddress) + "/_sandbox/state").json
        return state?["requests"]?["events/cancel/request"]?.intValue ?? 0
    }

    @Test func onTheCommandLine() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let first = try await Self.create(gateway, "Tea")
        let gone = try await events(gateway.address, ["cancel", first, "--yes"])
        #expect(gone.code == 0 && gone.out == "\"Tea\" is cancelled; guests notified: 0.\n", "\(gone)")
        #expect(try await Self.tokens(gateway) == 1)
        // Repeated with a key it is one cancel, whatever it was confirmed with.
        let second = try await Self.create(gateway, "Tea again")
        for _ in 0..<2 {
            let kept = try await events(gateway.address, ["cancel", second, "--yes", "--key", "k", "--json"])
            #expect(kept.code == 0 && kept.json?["status"] == "canceled", "\(kept)")
        }
        #expect(try await Self.tokens(gateway) == 2)
    }
}
