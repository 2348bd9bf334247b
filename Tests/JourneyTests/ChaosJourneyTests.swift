import Foundation
import Testing

/// A short storm; `make chaos` plays a long one.
@Suite struct ChaosJourneyTests {
    @Test func whatTheClientsBelieveIsWhatWasDone() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver(
            "chaos.py",
            [
                Program.path, folder.path, "--operations", "300", "--clients", "16", "--seconds", "25", "--kills", "1",
                "--without-keys",
            ])
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }
}
