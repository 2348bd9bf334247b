import Foundation
import Testing

/// Slow, rude and many clients against the real binary: afterwards it has the same descriptors, its memory back, and
/// answers `/health`. The time limits are bounds on what the scenarios wait for, not on speed.
@Suite struct OverloadJourneyTests {
    @Test(arguments: ["rude_clients", "no_descriptors", "burst", "back_pressure"])
    func nothingIsLeftBehind(scenario: String) async throws { try await play(scenario) }

    /// Needs a system that lets one process open more than 10 500 descriptors.
    @Test(.enabled("the hard limit of descriptors is too low") { hardLimit >= 10_500 })
    func tenThousandIdleConnectionsAreCheap() async throws { try await play("idle_masses") }

    private static var hardLimit: UInt {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? UInt(limit.rlim_max) : 0
    }

    private func play(_ scenario: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString.prefix(8))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("hostile.py", [scenario, Program.path, folder.path])
        #expect(result.code == 0, "\(scenario): \(result.out)\(result.err)")
    }
}
