import Foundation
import TestKit
import Testing

/// The fuzzer's corpus of chunks, played without the fuzzer.
@Suite struct ChunkedCorpusTests {
    static let folder = RequestCorpusTests.folder.deletingLastPathComponent().appendingPathComponent("chunked")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    @Test(arguments: names) func theInvariantHolds(_ name: String) throws {
        let input = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
        #expect(ChunkedInvariant.problem(with: input) == nil)
    }

    @Test func theCorpusIsThere() { #expect(Self.names.count >= 20) }
}
