import Foundation
import Testing

/// What docs/import.md shows is what the program prints.
@Suite struct ImportGuideTests {
    @Test func theDryRunIsShownAsItIsPrinted() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let example = try #require(ReadmeTests.blocks("sh", of: "docs/import.md").first)
        let shown = try #require(ReadmeTests.blocks("text", of: "docs/import.md").first)
        let script =
            "luma-mcp() { '\(Program.path)' \"$@\"; }\nexport LUMA_GATEWAY_URL=\(gateway.address)\n" + example
        let result = try await run("bash", ["-euo", "pipefail", "-c", script], folder: folder)
        #expect(result.code == 0)
        #expect(result.err.trimmingCharacters(in: .newlines) == shown)
    }
}
