import Foundation
import Testing

/// `docs/http-requirements.md` is true: each requirement names a test, and each test that it names exists.
@Suite struct RequirementsTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let text =
        (try? String(contentsOf: root.appendingPathComponent("docs/http-requirements.md"), encoding: .utf8)) ?? ""

    /// The cells of each row that is about a section of an RFC.
    static let rows: [[String]] = text.split(separator: "\n").compactMap { line in
        guard line.hasPrefix("| 9"), line.hasSuffix(" |") else { return nil }
        return line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
    }

    /// The sources of each test target by suite.
    static func source(_ target: String, _ suite: String) -> String? {
        let folder = root.appendingPathComponent("Tests/\(target)").path
        for path in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
        where path.hasSuffix(".swift") {
            let source = try? String(contentsOfFile: folder + "/" + path, encoding: .utf8)
            if let source, source.contains("struct \(suite) {") { return source }
        }
        return nil
    }

    @Test func thereIsARowForEverySectionThatBindsAServer() {
        #expect(Self.rows.count >= 90)
        let sections = Set(Self.rows.map { $0[0] })
        for section in [
            "9112 §2.2", "9112 §3.2", "9112 §3.2.2", "9112 §3.2.4", "9112 §5.1", "9112 §5.2", "9112 §6.1", "9112 §6.3",
            "9112 §7.1", "9112 §7.1.1", "9112 §7.1.2", "9112 §8", "9112 §9.3", "9112 §9.6", "9112 §11.1", "9112 §11.2",
            "9110 §6.6.1", "9110 §9.3.2", "9110 §9.3.7", "9110 §10.1.1", "9110 §10.2.1", "9110 §12.5.1", "9110 §13.1.1",
            "9110 §13.1.2", "9110 §15.4.5", "9110 §15.5.6",
        ] { #expect(sections.contains(section), "\(section)") }
    }

    @Test func everyRowNamesATestThatExists() throws {
        var known: [String: String] = [:]
        for row in Self.rows {
            try #require(row.count == 4, "section, requirement, what is done, test: \(row)")
            let tests = row[3].matches(of: /`([A-Za-z]+)\/([A-Za-z]+)\/([A-Za-z0-9]+)`( \(`([a-zA-Z]+)`\))?/)
            #expect(!tests.isEmpty, "no test: \(row)")
            #expect(row.allSatisfy { !$0.isEmpty }, "\(row)")
            for test in tests {
                let (target, suite) = (String(test.1), String(test.2))
                let source = known[target + suite] ?? Self.source(target, suite)
                let text = try #require(source, "no suite \(target)/\(suite): \(row)")
                known[target + suite] = text
                #expect(text.contains("func \(test.3)("), "no test \(test.3): \(row)")
                if let table = test.5 { #expect(text.contains("static let \(table):"), "no table \(table): \(row)") }
            }
        }
    }

    @Test func everyCaseTableOfRequestsIsNamed() {
        for table in ["targets", "lines", "fields", "framing", "chunks", "limits"] {
            #expect(Self.rows.contains { $0[3].contains("(`\(table)`)") }, "\(table)")
        }
    }
}
