import Foundation
import TestKit
import Testing

/// The fuzzer's corpus, played without the fuzzer: what it once found stays found.
@Suite struct RequestCorpusTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus/request")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    @Test(arguments: names) func theInvariantHolds(_ name: String) throws {
        let input = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
        #expect(RequestInvariant.problem(with: input) == nil)
    }

    @Test func theCorpusHoldsRequestsAndRefusals() throws {
        let outcomes = try Self.names.map { name in
            let input = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
            return Feeding.outcome(of: Array(input.dropFirst(3)))
        }
        #expect(outcomes.count { !$0.requests.isEmpty } >= 10)
        #expect(outcomes.count { if case .refuses = $0.end { true } else { false } } >= 10)
    }
}
