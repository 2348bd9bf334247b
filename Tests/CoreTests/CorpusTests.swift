import Core
import Foundation
import TestKit
import Testing

/// The fuzzer's corpora, played without the fuzzer: what it once found stays found.
@Suite struct CorpusTests {
    static func files(_ name: String) -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzz/Corpus/" + name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? Array(Data(contentsOf: folder.appendingPathComponent($0))) }
    }

    @Test func jsonIsAcceptedAndSurvivesOrIsRefusedWhereItGoesWrong() {
        let files = Self.files("json")
        for file in files { #expect(JSONInvariant.problem(with: file) == nil, "\(file)") }
        let accepted = files.count { (try? JSON.parse($0)) != nil }
        #expect(accepted >= 4 && files.count - accepted >= 4)
    }

    /// The tables are written by hand: they judge the invariant's own reading of RFC 8259.
    @Test func theInvariantAgreesWithTheTables() {
        for (text, _) in JSONSamples.valid { #expect(JSONInvariant.problem(with: Array(text.utf8)) == nil, "\(text)") }
        for (text, _, _) in JSONSamples.invalid { #expect(JSONInvariant.problem(with: text) == nil, "\(text)") }
        for text in JSONSamples.documents {
            for end in 0...text.utf8.count {
                #expect(JSONInvariant.problem(with: Array(text.utf8.prefix(end))) == nil, "\(end) octets of \(text)")
            }
        }
    }

    @Test func timeZoneFilesAreRefusedOrUsable() {
        let files = Self.files("tzif")
        for file in files { #expect(TZifInvariant.problem(with: file) == nil, "\(file.count) octets") }
        #expect(files.count { (try? TimeZoneRules(tzif: $0)) != nil } >= 6)
    }
}
