import Foundation

/// Help texts that real programs have written (Tests/Corpus/Help/capture.sh).
enum HelpFixture {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Corpus/Help")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name + ".txt"), encoding: .utf8)
    }

    static func all() throws -> [(name: String, text: String)] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try files.filter { $0.hasSuffix(".txt") }.map { file in
            let name = String(file.dropLast(4))
            return (name, try text(name))
        }
    }
}
