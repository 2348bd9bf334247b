import Foundation
import Testing

/// The completions in the shells that are there, with names that a shell could run or split.
@Suite struct CompletionJourneyTests {
    @Test func noShellRunsOrSplitsAWordThatAnOutsiderHasChosen() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let shells = ["bash", "zsh", "fish"]
        for shell in shells {
            let script = try await run(Program.path, ["completion", shell])
            #expect(script.code == 0)
            try Data(script.out.utf8).write(to: folder.appendingPathComponent(shell))
        }
        let driver = Program.root.appendingPathComponent("Tests/Drivers/shells.py").path
        let result = try await run("python3", [driver, folder.path] + shells)
        #expect(result.code == 0 && result.out.contains("bash: "), "\(result.out)\(result.err.suffix(1000))")
    }
}
