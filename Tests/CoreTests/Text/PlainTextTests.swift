import Core
import Testing

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("Café Zoë", "cafe zoe"), ("  Start--Date* ", "start date"), ("Cafe\u{301}", "cafe"),
        ("Straßburg", "strassburg"),
        ("İzmir", "izmir"), ("ŁÓDŹ", "lodz"), ("МОСКВА", "москва"), ("日本 2", "日本 2"), ("", ""), ("—!", ""),
    ])
    func wordsHaveNeitherAccentsNorCapitals(_ text: String, _ words: String) {
        #expect(PlainText.words(text) == words)
    }

    @Test func aLongTextIsCut() {
        #expect(PlainText.words(String(repeating: "a", count: 1_000_000)).utf8.count == 200)
    }
}
