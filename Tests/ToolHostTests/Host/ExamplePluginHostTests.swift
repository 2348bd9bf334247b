import Core
import Foundation
import MCP
import Testing
import ToolSources

@testable import ToolHost

/// The example plugins as an operator has them: copied, with the grants that lie beside them.
@Suite struct ExamplePluginHostTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples/plugins")

    private static func text(_ file: String, of name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(name)/\(file)"), encoding: .utf8)
    }

    /// Copies a plugin. A checkout may be anybody's, a plugin may not.
    private static func copy(_ name: String, _ files: [String], to bench: PluginBench) throws {
        for file in files {
            try bench.write("\(name)/\(file)", try text(file, of: name), mode: file == name + ".py" ? 0o755 : 0o644)
        }
    }

    /// Grants what the example's own file grants, in the one directory that others than the plugin can look at.
    private static func grant(_ name: String, _ place: String, in bench: PluginBench) throws {
        let sample = try text("plugins.json", of: name)
        #expect(sample.contains(place))
        try bench.write("plugins.json", sample.replacing(place, with: bench.root + "/outside"), mode: 0o600)
    }

    /// None of them has what it asks for, and each is there all the same; Pillow is not needed for that.
    @Test func withoutGrantsTheyAreOffered() async throws {
        try await PluginBench.with { bench in
            for name in ["build_image", "git_clone", "run_tests", "scaffold_project"] {
                try Self.copy(name, ["plugin.json", name + ".py"], to: bench)
            }
            try Self.copy("img_bw", ["describe.json", "cli.py"], to: bench)
            let snapshot = try await bench.survey()
            #expect(snapshot.refused.isEmpty && snapshot.problems.isEmpty, "\(snapshot.told)")
            #expect(snapshot.names.sorted() == ["build_image", "git_clone", "img_bw", "run_tests", "scaffold_project"])
            #expect(snapshot.plugins.allSatisfy { $0.version == "1.0.0" && !$0.isKnownByHelp })
            #expect(snapshot.plugins.allSatisfy { $0.name == "img_bw" || !$0.notGranted.isEmpty })
        }
    }

    @Test func aPackageIsMadeInTheGrantedDirectoryAlone() async throws {
        try await PluginBench.with { bench in
            try Self.copy("scaffold_project", ["plugin.json", "scaffold_project.py"], to: bench)
            try Self.grant("scaffold_project", "/srv/luma-plugins/projects", in: bench)
            try await bench.host { host in
                #expect(host.snapshot.plugins.first?.notGranted == [], "\(host.snapshot.told)")
                let made = try #require(try await bench.call(host, "scaffold_project__run", ["name": "tea"]))
                #expect(
                    made.result.structured == [
                        "created": true, "package": "tea/src/tea", "test_file": "tea/tests/test_tea.py",
                    ])
                let again = try #require(try await bench.call(host, "scaffold_project__run", ["name": "tea"]))
                #expect(!again.result.isError && again.result.structured?["created"] == false)
                let stray = try #require(try await bench.call(host, "scaffold_project__run", ["name": "../stray"]))
                #expect(stray.result.isError && stray.code == .pluginError)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root + "/outside") == ["tea"])
            #expect(!FileManager.default.fileExists(atPath: bench.root + "/stray"))
        }
    }

    /// What the plugin itself refuses reaches the caller in the plugin's words.
    @Test func aURLThatIsAnOptionReachesNoGit() async throws {
        try await PluginBench.with { bench in
            try Self.copy("git_clone", ["plugin.json", "git_clone.py"], to: bench)
            try Self.grant("git_clone", "/srv/luma-plugins/repositories", in: bench)
            try await bench.host { host in
                #expect(host.snapshot.plugins.first?.notGranted == [], "\(host.snapshot.told)")
                for url in ["--upload-pack=touch x", "ext::touch x", "file:///etc", "https://example.org/a/b"] {
                    let outcome = try #require(
                        try await bench.call(host, "git_clone__run", ["url": .string(url)]))
                    #expect(outcome.code == .pluginError, "\(url)")
                    let words = outcome.result.content.compactMap(\.text).joined()
                    #expect(words.hasPrefix("url must be like") || words.hasPrefix("Only repositories of"), "\(words)")
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root + "/outside") == [])
        }
    }
}
