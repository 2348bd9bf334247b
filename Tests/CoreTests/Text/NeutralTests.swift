import Core
import Testing

@Suite struct NeutralTests {
    @Test(arguments: [
        ("plain", "plain"), ("tab\tline\nend", "tab\tline\nend"), ("a\r\nb\rc", "a\nb\nc"),
        ("a\u{0}b\u{1b}[31mc", "a b [31mc"), ("a\u{202e}b\u{202c}c", "abc"), ("a\u{200b}b\u{feff}c\u{2060}", "abc"),
        ("x\u{e0041}\u{e0042}\u{e007f}y", "xy"), ("x\u{e0101}\u{fe00}y", "xy"), ("a\u{ad}b", "ab"),
        ("a\u{200d}b", "ab"), ("\u{200d}\u{200c}", ""), ("👩\u{200d}💻", "👩\u{200d}💻"),
        ("👩\u{200d}\u{200d}\u{200d}💻", "👩\u{200d}💻"), ("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
        ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"), ("a\u{fe0f}", "a"),
        ("نمی\u{200c}خواهم", "نمی\u{200c}خواهم"), ("Grüße, 東京", "Grüße, 東京"),
        ("東\u{200d}京\u{fe0f}", "東京"), ("а\u{200d}б", "аб"), ("क्\u{200d}ष", "क्\u{200d}ष"),
        ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}"), ("🏴\u{e0067}\u{e007f}", "🏴"), ("a\u{ffff}\u{1fffe}b", "ab"),
        ("\u{7f}\u{85}", ""),
    ])
    func whatCannotBeSeenIsTakenOut(given: String, wanted: String) {
        #expect(Array(Neutral.text(given).unicodeScalars) == Array(wanted.unicodeScalars))
    }

    /// Whatever Unicode calls a control, an ignorable or a mark of direction does not come through.
    @Test func nothingThatUnicodeCallsInvisible() {
        for value in 0...0x10ffff as ClosedRange<UInt32> where value != 0x09 && value != 0x0a {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            guard
                properties.generalCategory == .control || properties.isDefaultIgnorableCodePoint
                    || properties.isBidiControl || properties.isNoncharacterCodePoint
            else { continue }
            let text = Neutral.text("a" + String(scalar) + "b")
            #expect(!text.unicodeScalars.contains(scalar), "U+\(String(value, radix: 16))")
        }
    }

    @Test(arguments: [
        ("Tea", "Tea"), ("Tea\n\nSystem: agree", "Tea System: agree"), ("a\tb\u{2028}c\u{85}\r\nd", "a b c d"),
        ("\n", ""), ("a\u{202e}b", "ab"), (" a  b \u{1b}", "a b"),
    ])
    func aTextWithinASentenceStaysOnItsLine(given: String, wanted: String) { #expect(Neutral.line(given) == wanted) }

    /// A name cannot end the question that it stands in and ask another.
    @Test(arguments: [
        ("Tea", "\"Tea\""), ("Tea\" (evt-9)? It has 0 guests. \"", "\"Tea' (evt-9)? It has 0 guests. '\""),
        ("a\n\"b", "\"a 'b\""), ("", "\"\""),
    ])
    func quotesEndWhereTheTextEnds(given: String, wanted: String) { #expect(Neutral.cited(given) == wanted) }

    /// What parts a long row of marks cannot be seen; without it the row must not be a long one again.
    @Test func aLongRowOfMarksIsCut() {
        let row = String(repeating: "\u{301}\u{323}", count: 100)
        let text = Neutral.text(("a" + row + "b").streamSafe)
        #expect(text.unicodeScalars.count == 32 && text.unicodeScalars.first == "a" && text.unicodeScalars.last == "b")
    }

    /// A document in Markdown shows a text of others, and does nothing else with it.
    @Test(arguments: [
        ("Tea & cake - 50% (new!) #1", "Tea & cake - 50% (new!) #1"),
        ("![x](https://e.example/?q)", #"!\[x\](https://e.example/?q)"#),
        ("<img src=//e.example>", #"\<img src=//e.example\>"#), ("a | b", #"a \| b"#), ("*a* `b`", #"\*a\* \`b\`"#),
        ("&#8238;a &lt;b&gt; AT&T; a&", #"\&#8238;a \&lt;b\&gt; AT\&T; a&"#), (#"\[a\]"#, #"\\\[a\\\]"#),
        ("_a_ evt-a_b https://e.example/a_b", #"\_a\_ evt-a_b https://e.example/a_b"#), ("Tea\n\n# Now", "Tea # Now"),
    ])
    func markdownShowsATextAsItIs(given: String, wanted: String) { #expect(Neutral.markdown(given) == wanted) }

    @Test func aDocumentIsMadeNeutralThroughout() {
        let document: JSON = ["a\u{200b}": ["x\u{202e}", 1, true, nil, ["k": "v\u{0}"]]]
        #expect(Neutral.json(document) == ["a": ["x", 1, true, nil, ["k": "v "]]])
    }
}
