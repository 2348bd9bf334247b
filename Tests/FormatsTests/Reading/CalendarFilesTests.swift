import Foundation
import TestKit
import Testing

@testable import Formats

/// The calendars of the fuzzer's corpus, whole, cut and damaged.
@Suite struct CalendarFilesTests {
    static func files() -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus/calendar")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? Array(Data(contentsOf: folder.appendingPathComponent($0))) }
    }

    @Test func calendarsHoldWhatTheInvariantSays() {
        let files = Self.files()
        #expect(files.count > 12)
        for file in files { #expect(CalendarInvariant.problem(with: file) == nil) }
    }

    /// A file that was cut off says so, unless it was cut behind the end of a calendar.
    @Test func aFileThatWasCutOffIsNeverWhole() {
        for file in Self.files() {
            for end in stride(from: 0, to: file.count, by: 11) {
                let part = Array(file[..<end])
                let ended = String(decoding: part, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
                    .hasSuffix("END:VCALENDAR")
                let isFatal = ICSReader.items(part).contains {
                    if case .problem(let problem) = $0 { problem.isFatal } else { false }
                }
                #expect(isFatal || ended, "\(end)")
            }
        }
    }
}
