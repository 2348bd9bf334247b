import Foundation
import Testing

/// Creates whose answers are lost in ways that hide what they have made, behind proxies with clocks of their own, with a Luma that
/// rewrites names and starts, and with peers that stop reading. There is never a second event.
@Suite struct LostCreateJourneyTests {
    @Test(arguments: ["clock", "rewriting", "stuck", "shared", "writes"]) func aLostCreateIsNeverMadeTwice(
        scene: String
    )
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("lost.py", [Program.path, folder.path, scene], seconds: 300)
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }
}
