import Core
import Testing

@Suite struct FoldedTextTests {
    @Test(arguments: [
        ("Café", "cafe"), ("CAFE\u{301}", "cafe"), ("Ångström", "angstrom"), ("Straße", "strasse"), ("Łódź", "lodz"),
        ("İstanbul", "istanbul"), ("Việt Nam", "viet nam"), ("Ζάππειο", "ζαππειο"), ("Ёлка", "елка"), ("東京", "東京"),
        ("", ""), ("Œuvre", "oeuvre"), ("a\u{301}\u{301}\u{301}b", "ab"),
    ])
    func lettersAreComparedWithoutTheirAccents(text: String, folded: String) {
        #expect(FoldedText.bytes(text) == Array(folded.utf8))
    }
}

@Suite struct ByteSearchTests {
    /// Compared with trying every place.
    @Test func itFindsWhatIsThere() {
        let letters: [UInt8] = [97, 98]
        func words(_ length: Int) -> [[UInt8]] {
            length == 0 ? [[]] : words(length - 1).flatMap { word in letters.map { word + [$0] } }
        }
        for pattern in (0...4).flatMap(words) {
            let search = ByteSearch(pattern)
            for text in (0...6).flatMap(words) {
                let isThere =
                    pattern.isEmpty
                    || text.indices.contains { text[$0...].starts(with: pattern) }
                #expect(search.isFound(in: text) == isThere, "\(pattern) in \(text)")
            }
        }
    }
}
