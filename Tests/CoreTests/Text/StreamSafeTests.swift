import Core
import Testing

/// Whoever has written a text, to compare it costs no more than its length.
@Suite struct StreamSafeTests {
    /// The longest row of combining marks.
    private static func longestRow(_ text: String) -> Int {
        var (longest, row) = (0, 0)
        for scalar in text.unicodeScalars {
            row = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : row + 1
            longest = max(longest, row)
        }
        return longest
    }

    private static let marks = "\u{301}\u{323}"

    @Test(arguments: [
        "", "Tea", "Grüße, 東京のお祭り、長い名前のイベントですので、六十オクテットを超えます",
        "e" + String(repeating: marks, count: 15), String(repeating: "e\u{301}\u{323}", count: 100),
        "हिन्दी में एक बहुत लंबा नाम जो साठ अष्टक से अधिक है", String(repeating: "👩\u{200d}", count: 40),
        String(repeating: "\u{1100}\u{1161}", count: 40),
    ])
    func aTextThatPeopleWriteStaysAsItIs(text: String) { #expect(Array(text.streamSafe.utf8) == Array(text.utf8)) }

    @Test(arguments: [31, 60, 61, 1000]) func aLongRowIsParted(count: Int) {
        let row = String((String(repeating: Self.marks, count: count)).unicodeScalars.prefix(count))
        for text in [row, "e" + row, "e" + row + "x" + row] {
            let safe = text.streamSafe
            #expect(Self.longestRow(safe) == 30)
            #expect(safe.unicodeScalars.filter { $0 != "\u{34f}" }.elementsEqual(text.unicodeScalars))
            #expect(Array(safe.streamSafe.utf8) == Array(safe.utf8))
        }
    }

    /// In names and in values, as they are and as escapes.
    @Test func noDocumentHasALongRow() throws {
        let row = String(repeating: Self.marks, count: 20_000)
        let escapes = String(repeating: #"\u0301\u0323"#, count: 20_000)
        for text in [row, escapes, row + escapes, "é" + row] {
            let document = try JSON.parse("{\"\(text)\": [\"\(text)\", \"a\(text)\"]}")
            let member = try #require(document.objectValue?.members.first)
            #expect(Self.longestRow(member.name) == 30)
            for item in member.value.arrayValue ?? [] { #expect(Self.longestRow(item.stringValue ?? "") == 30) }
            // Looked up as every word of a list is.
            #expect(!["public", "private", "é"].contains(member.name))
        }
    }
}
