import Foundation
import Testing

/// Restarts and ends of the real binary under load, driven as a supervisor does it.
@Suite struct RestartJourneyTests {
    @Test(arguments: [
        "overlap", "activation", "last_requests", "second_signal", "notifications", "handed_over", "shared_port",
    ])
    func nothingIsLost(scenario: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("restart.py", [scenario, Program.path, folder.path])
        #expect(result.code == 0, "\(scenario): \(result.out)\(result.err)")
    }

    /// Each command 500 times; `serve`, `sandbox` and `mcp` 150 times with signals at any instant. A program whose threads still ran when
    /// it ended crashed once in sixty runs: a fault of that kind would be missed by 500 runs once in four thousand.
    @Test(arguments: ["commands", "servers", "assistants", "cores"])
    func everyCommandEndsWithItsOwnCode(scenario: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("ends.py", [scenario, Program.path, folder.path], seconds: 600)
        #expect(result.code == 0, "\(scenario): \(result.out)\(result.err)")
    }

    /// Killed after a burst and in the middle of one, it knows what is left of Luma's window.
    @Test func aKilledProgramDoesNotBurnTheMinute() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("burst.py", [Program.path, folder.path])
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }
}
