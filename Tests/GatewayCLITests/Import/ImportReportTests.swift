import Core
import Foundation
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct ImportReportTests {
    private func withFile(_ text: String?, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private static let entry = ImportReport.Entry(
        row: 1, line: 2, name: "Tea \"é\"\n", .created, key: "k", eventID: "evt-1", requestID: "r", problem: "p")

    @Test func whatIsWrittenIsReadBack() throws {
        try withFile(nil) { path in
            do {
                let report = try ImportReport(path: path)
                #expect(report.earlier.isEmpty)
                var second = Self.entry
                (second.row, second.outcome) = (2, .failed)
                try report.append(second)
                try report.append(Self.entry)
            }
            // The last word on a key counts.
            #expect(try ImportReport(path: path).earlier == ["k": Self.entry])
        }
    }

    /// A report may be anybody's file, and its ids stand in commands that people are told to enter.
    @Test(arguments: ["evt-1; reboot", "evt-1\n", "$(reboot)", "evt é"]) func anIDThatIsNoneIsNone(_ text: String) {
        var object = Self.entry.object
        object["event_id"] = .string(text)
        #expect(ImportReport.Entry(object)?.eventID == nil)
    }

    @Test func aLineThatWasCutOffIsNoReasonToFail() throws {
        let whole = String(decoding: JSON.object(Self.entry.object).encoded, as: UTF8.self)
        for length in 0..<whole.utf8.count {
            let torn = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
            try withFile(whole + "\n" + torn) { path in
                do {
                    let report = try ImportReport(path: path)
                    #expect(report.earlier == ["k": Self.entry])
                    var next = Self.entry
                    next.key = "l"
                    try report.append(next)
                }
                #expect(try ImportReport(path: path).earlier.count == 2)
            }
            try withFile(torn) { path in _ = try ImportReport(path: path) }
        }
    }

    @Test(arguments: ["name,start_at\n", "{\"name\":1}\n", "x", "[1]"]) func anotherFileIsLeftAlone(text: String) throws
    {
        try withFile(text) { path in
            #expect(throws: ImportReport.Failure.self) { try ImportReport(path: path) }
            let left = try String(contentsOfFile: path, encoding: .utf8)
            #expect(left == text)
        }
    }

    @Test func whatIsNotSentIsToldOnceHoweverOftenItIsRun() throws {
        let entries = [
            ImportReport.Entry(row: 1, line: 2, name: "a", .duplicate, problem: "p"),
            ImportReport.Entry(row: 2, line: 3, name: "b", .invalid, problem: "p"),
            ImportReport.Entry(row: 3, line: 4, name: "c", .invalid, problem: "p"),
        ]
        try withFile(nil) { path in
            for _ in 0..<3 {
                let report = try ImportReport(path: path)
                for entry in entries { try report.appendOnce(entry) }
            }
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == entries.count)
        }
    }

    /// The file is edited between runs: what is wrong with a line now is the last word on it, whatever was said before.
    @Test func anotherProblemOfALineIsToldToo() throws {
        let row = { (outcome: ImportReport.Outcome, name: String, problem: String?, key: String?) in
            ImportReport.Entry(row: 1, line: 2, name: name, outcome, key: key, problem: problem)
        }
        let skipped = [
            row(.invalid, "a", "no zone", nil), row(.invalid, "a", "no start", nil),
            row(.invalid, "b", "no start", nil),
            row(.duplicate, "b", "no start", nil),
        ]
        let made = row(.created, "b", nil, "k")
        let steps = skipped + [made, row(.invalid, "b", "no zone", nil), row(.invalid, "b", "no zone", nil)]
        try withFile(nil) { path in
            for step in steps {
                let report = try ImportReport(path: path)
                try step.key == nil ? report.appendOnce(step) : report.append(step)
            }
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let told = try lines.map { try JSON.parse(String($0)).objectValue.flatMap(ImportReport.Entry.init) }
            #expect(told == steps.dropLast())
        }
    }

    @Test func twoImportsDoNotShareAReport() throws {
        try withFile(nil) { path in
            let first = try ImportReport(path: path)
            let failure = #expect(throws: ImportReport.Failure.self) { try ImportReport(path: path) }
            #expect(failure?.description == "is being written by another import")
            withExtendedLifetime(first) {}
        }
    }
}
