import Foundation
import TestKit
import Testing

/// The tables of other programs and the fuzzer's corpus, played without the fuzzer: whole, and ending at every octet.
@Suite struct TableInvariantTests {
    private static func files(_ path: String) throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(path)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            Array(try Data(contentsOf: folder.appendingPathComponent($0)))
        }
    }

    @Test(arguments: ["Corpus/Tables", "Fuzz/Corpus/table"]) func tablesAreReadOrRefused(_ path: String) throws {
        let files = try Self.files(path)
        #expect(files.count >= 4)
        for file in files {
            for end in 0...file.count {
                let problem = TableInvariant.problem(with: Array(file.prefix(end)))
                #expect(problem == nil, "\(end) octets: \(problem ?? "")")
            }
        }
    }
}
