import Core
import Testing

@testable import Formats

/// Marks that are out of order are put in order wherever a text is compared, so nothing that is read has a long row of them: no
/// file costs more than its length.
@Suite struct LongRowTests {
    private static let row = String(repeating: "\u{301}\u{323}", count: 5000)

    private func isParted(_ text: String) -> Bool {
        var row = 0
        for scalar in text.unicodeScalars {
            row = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : row + 1
            if row > 30 { return false }
        }
        return true
    }

    @Test func cellsAndColumnsAreParted() {
        let records = CSVReader.rows("a\(Self.row),b\n\(Self.row),\"'=\(Self.row)\"\n").map(\.fields)
        #expect(records.count == 2 && records.joined().allSatisfy(isParted))
    }

    @Test func propertiesOfCalendarsAreParted() throws {
        // Also where only a backslash has parted them.
        let escaped = String(repeating: "\\\u{301}\\\u{323}", count: 5000)
        let line = "SUMMARY;X-A=\(Self.row):\(Self.row)\(escaped)"
        let property = try #require(ICSProperty(Array(line.utf8), line: 1))
        #expect(isParted(property.value) && isParted(property.text))
        #expect(isParted(try #require(property.parameter("X-A"))))
    }

    @Test func entitiesMakeNone() {
        #expect(isParted(HTMLEntities.decode(Array(String(repeating: "&#769;&#803;", count: 5000).utf8))))
        #expect(isParted(HTMLEntities.decode(Array(Self.row.utf8))))
    }
}
