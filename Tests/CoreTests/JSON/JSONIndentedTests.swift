import Testing

@testable import Core

/// Documents as people edit them.
@Suite struct JSONIndentedTests {
    @Test func whatIsShortStandsOnOneLine() {
        #expect((["a": 1, "b": ["x", nil], "c": [:]] as JSON).indented == #"{"a": 1, "b": ["x", null], "c": {}}"#)
        #expect(("a\n" as JSON).indented == #""a\n""#)
    }

    @Test func whatIsLongHasALineForEachMember() {
        let long = String(repeating: "x", count: 70)
        let json: JSON = ["name": .string(long), "items": [.string(long), ["deep": .string(long)], 3], "end": true]
        let expected = """
            {
              "name": "\(long)",
              "items": [
                "\(long)",
                {
                  "deep": "\(long)"
                },
                3
              ],
              "end": true
            }
            """
        #expect(json.indented == expected)
    }

    /// What is left out on the way to find out that something is long is not left out of the text.
    @Test func nothingIsLost() throws {
        let items = (0..<300).map { JSON.number(JSONNumber($0)) }
        let json: JSON = ["list": .array(items), "deep": [[[["a": .array(items)]]]]]
        #expect(try JSON.parse(json.indented) == json)
    }
}
