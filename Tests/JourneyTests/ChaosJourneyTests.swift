import Core
import Foundation
import Testing

/// A short storm; `make chaos` plays a long one.
@Suite struct ChaosJourneyTests {
    @Test(arguments: [false, true]) func whatTheClientsBelieveIsWhatWasDone(isBehindProxy: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver(
            "chaos.py",
            [
                Program.path, folder.path, "--operations", "300", "--clients", "16", "--seconds", "120", "--kills", "1",
            ] + (isBehindProxy ? ["--proxy"] : []), seconds: 240)
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }

    /// A few calls of each; `make plugin-chaos` makes a thousand.
    @Test func ofPluginsThatDoWhatNobodyShouldNothingIsLeft() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver(
            "chaos_plugins.py", [Program.path, folder.path, "--calls", "100", "--clients", "12"], seconds: 240)
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }

    /// Found by a storm: two clients want an event by the same words. One is answered, the gateway dies, and the other's
    /// create is lost before it takes effect: the first one's event must not be taken for its own.
    @Test func anEventOfAnEarlierLifeIsNotTakenForAnothers() async throws {
        let sandbox = try Program(["sandbox", "--port", "0", "--seed", "7"])
        let upstream = try await sandbox.address()
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: data) }
        func gateway() throws -> Program {
            try Program(
                ["serve"],
                environment: [
                    "LUMA_PORT": "0", "LUMA_BASE_URL": upstream, "LUMA_API_KEY": "k", "LUMA_DATA_DIR": data.path,
                    "LUMA_SETTLE_SECONDS": "2",
                ])
        }
        func create(_ program: Program, _ key: String) async throws -> CurlAnswer {
            try await curlJSON(
                "POST", try await program.address() + "/events/", EventsJourneyTests.party, "-H",
                "Idempotency-Key: " + key)
        }
        let first = try gateway()
        let one = try await create(first, "one")
        #expect(one.status == 201, "\(one.body)")
        first.signal(SIGKILL)
        _ = try await first.exitCode()

        let second = try gateway()
        let faults: JSON = ["rules": ["reset,on=events/create,nth=1"]]
        #expect(try await curlJSON("PUT", upstream + "/_sandbox/faults", faults).status == 200)
        var two: CurlAnswer?
        try await eventually("the other create comes to its end") {
            let answer = try await create(second, "two")
            guard answer.status == 201 else { return false }
            two = answer
            return true
        }
        #expect(two?.json?["id"] != one.json?["id"])
        #expect(try await curl(upstream + "/_sandbox/state").json?["creates"] == 2)
        #expect(sandbox.isRunning)
    }
}
