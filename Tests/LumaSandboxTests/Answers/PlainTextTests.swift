import Testing

@testable import LumaSandbox

struct PlainTextTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("# Title", "Title"), ("### a # b", "a # b"), ("#tag", "#tag"),
        ("> said", "said"),
        ("**bold** and `code`", "bold and code"), ("[text](https://x.example)", "text"),
        ("a [b](c) d [e](f)", "a b d e"),
        ("[open", "[open"), ("[a] (b)", "[a] (b)"), ("[a](b", "[a](b"), ("[]()", ""), ("[[a](b)", "[a"),
        ("ä\n# ö\n\n🎉", "ä\nö\n\n🎉"),
    ])
    func leavesWords(_ markdown: String, _ text: String) {
        #expect(PlainText.of(markdown: markdown) == text)
    }

    /// Each of these would take minutes if an end were searched again for every bracket.
    @Test(arguments: ["[", "[]", "[](", "]", "[a]("])
    func hostileTextTakesOnePass(_ part: String) {
        let text = String(repeating: part, count: 200_000)
        #expect(PlainText.of(markdown: text).utf8.count <= text.utf8.count)
    }
}
