import Core
import Testing

@testable import Formats

@Suite struct NDJSONReaderTests {
    private static let sample = "{\"name\": \"Ü\"}\r\n\n  \n{\"a\": [1, {}]}\n{\"last\": null}"

    @Test func objectsAreReadWithTheirLines() {
        let rows = NDJSONReader.rows(Self.sample)
        #expect(rows.map(\.line) == [1, 4, 5])
        #expect(rows.map(\.object) == [["name": "Ü"], ["a": [1, [:]]], ["last": nil]])
        #expect(NDJSONReader.problems(Self.sample).isEmpty)
        #expect(NDJSONReader.readsTheSameHoweverCut(Array(Self.sample.utf8)))
    }

    @Test(arguments: [
        ("{}\n[1]\n{}", 2, "must be a JSON object, one on each line"),
        ("{}\n{\"a\": 1, \"a\": 2}\n{}", 2, "is not valid JSON: duplicate name in an object at byte 9"),
        ("{}\n{\"a\": \n1}", 2, "is not valid JSON: unexpected end of input at byte 6"),
        ("{\"a\": \"\(String(repeating: "x", count: 60))\"}\n{}", 1, "is longer than 40 bytes"),
        ("{\"a\":1,\"b\":2,\"c\":3}", 1, "has more than 2 members"),
    ])
    func aBadLineIsAProblemOfItsOwn(_ text: String, _ line: Int, _ problem: String) {
        let limits = ReadLimits(rowBytes: 40, fields: 2)
        let found = NDJSONReader.problems(text, limits: limits).first
        #expect(found == ReadProblem(line: line, problem))
        #expect(NDJSONReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test func thereIsAMostOfRows() {
        let problems = NDJSONReader.problems("{}\n{}\n{}\n{}\n", limits: ReadLimits(rows: 2))
        #expect(problems == [ReadProblem(line: 3, "the file has more than 2 rows; split it", isFatal: true)])
    }

    @Test func damageIsNeverWorseThanAProblem() {
        var rows = 0
        NDJSONReader.damaged(Self.sample) { items, _ in rows += items.count }
        #expect(rows > 0)
    }
}
