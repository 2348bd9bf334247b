import Testing

@testable import Formats

@Suite struct HTMLTextTests {
    @Test(arguments: [
        ("<p>Hello <b>you</b></p><p>Second</p>", "Hello **you**\n\nSecond"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<p>a</p>\n\n  <p>b</p>", "a\n\nb"),
        ("<ul><li>One</li><li>Two <i>2</i></li></ul>After", "- One\n- Two *2*\n\nAfter"),
        ("<ol><li>One<ul><li>Sub</li></ul></li><li>Two</li></ol>", "1. One\n  - Sub\n2. Two"),
        ("<h2>Agenda</h2>Text", "## Agenda\n\nText"),
        (
            "See <a href=\"https://example.com/a?b=1&amp;c=2\">the page</a>.",
            "See [the page](https://example.com/a?b=1&c=2)."
        ),
        ("<a href=\"https://example.com/\">https://example.com/</a>", "https://example.com/"),
        ("<a href='javascript:alert(1)'>press</a>", "press"),
        ("<a href=\"https://example.com/) <script>\">x</a>", "x"),
        ("<a href=\"data:text/html,x\">x</a> <a href=\" https://example.com\">y</a>", "x y"),
        ("<script>alert('x')</script><style>p { }</style>Text<!-- not this -->", "Text"),
        ("<script>never closed", ""),
        ("Caf&eacute; &amp; Tee &uuml;ber &#8364;5 &#x41; &unknown; &", "Café & Tee über €5 A &unknown; &"),
        ("&lt;b&gt;no tag&lt;/b&gt;", "\\<b>no tag\\</b>"),
        ("2 * 3 [x](y) `code`", "2 \\* 3 \\[x](y) \\`code\\`"),
        ("<p># not a heading</p><p>- no item</p>", "\\# not a heading\n\n\\- no item"),
        ("<b>bold<p>next</b> rest</p>", "**bold**\n\nnext rest"),
        ("</b></i></a></ul>x", "x"), ("<b></b>x", "x"), ("a < b and <3", "a \\< b and \\<3"),
        ("<html-blob>Text<br></html-blob>", "Text"), ("<unknown attr=\"a>b\">x</unknown>", "x"), ("x<p", "x\\<p"),
        ("<p>Two   words\nin a line&nbsp;more</p>", "Two words in a line more"), ("", ""),
    ])
    func htmlBecomesMarkdown(_ html: String, _ markdown: String) { #expect(HTMLText.markdown(html) == markdown) }

    @Test(arguments: [
        ("<p>x", true), ("x<BR>", true), ("a <a href=\"x\">", true), ("<html-blob>x", true), ("plain", false),
        ("a < b > c", false), ("<https://example.com>", false), ("<x@example.com>", false), ("<p", false),
        ("1<2", false),
    ])
    func aTextWithATagIsHTML(_ text: String, _ expected: Bool) { #expect(HTMLText.isHTML(text) == expected) }

    /// Whatever stands there, and wherever it is cut off, nothing traps, no tag is left, and no link leads elsewhere.
    @Test func nothingIsTooBroken() {
        let html =
            "<div><p>A <b>b</b> <a href=\"https://e.example/\">l</a> &amp; &#x1F600;</p><ol><li>1<!-- c --></ol><script>x</script>é</div>"
        let bytes = Array(html.utf8)
        for end in 0...bytes.count {
            let cut = String(decoding: bytes[..<end], as: UTF8.self)
            let text = HTMLText.markdown(cut)
            #expect(!text.contains("script>") && !text.contains("<div>"), "\(cut)")
        }
        let deep = String(repeating: "<ul><li>", count: 2000) + "x"
        #expect(HTMLText.markdown(deep).hasSuffix("- x"))
        #expect(HTMLText.markdown(String(repeating: "<b><a href=\"https://e.example\">", count: 2000)).count < 60_000)
    }

    /// Each would be read to the end of the text, so that a text took the square of its length.
    @Test(arguments: ["<a ", "<a b='>\" c=\"'", "</p\n"]) func tagsWithoutAnEndAreLookedThroughOnlySoOften(
        _ tag: String
    ) {
        let text = String(repeating: tag, count: 2000)
        let bytes = Array(text.utf8)[...]
        var unclosed = 0
        for _ in 0..<20 {
            let tag = HTMLTag(bytes.dropFirst(), &unclosed)
            #expect(tag == nil)
        }
        #expect(unclosed == HTMLTag.maxUnclosed)
        #expect(!HTMLText.isHTML(text))
        #expect(HTMLText.markdown(text).hasPrefix("\\<"))
        // A few do no harm to what comes behind them.
        #expect(HTMLText.markdown("<p>x</p><b>y</b><i a='") == "x\n\n**y**\\<i a='")
    }
}
