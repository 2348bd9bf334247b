import Core
import Testing
import ToolSources

@Suite struct OutsideTextTests {
    /// An escape sequence goes as a whole: nothing of it stands in the text that is left.
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1b}[31mred\u{1b}[0m b", "ared b"), ("a\u{1b}[38;5;196;1mb", "ab"),
        ("\u{1b}]0;title\u{7}x", "x"), ("\u{1b}]8;;https://e.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("a\u{9b}31mb", "ab"), ("a\u{9d}hidden\u{9c}b", "ab"), ("\u{1b}Pq#0\u{1b}\\b", "b"), ("a\u{1b}cb", "ab"),
        ("a\u{1b}(Bb", "ab"), ("a\u{1b}]never ends\nb", "a\nb"), ("a\u{1b}[12", "a"), ("a\u{1b}", "a"),
        ("a\u{1b}[3\u{1b}[1mb", "ab"), ("a\u{1b}]x\u{1b}[1mb", "ab"), ("\u{1b}\u{1b}[1mb", "b"),
        ("a\u{1b}éb", "aéb"), ("a\u{202e}b\u{200b}c\u{e0041}", "abc"), ("a\r\nb", "a\nb"),
    ])
    func whatATerminalTakesForACommandGoesAsAWhole(given: String, wanted: String) {
        #expect(OutsideText.text(given) == wanted)
    }

    @Test func aTextThatIsCutSaysSoAndEndsWithAWholeCharacter() {
        #expect(OutsideText.text("äöü", max: 6) == "äöü")
        #expect(OutsideText.text(String(repeating: "ä", count: 100), max: 20) == "äääää … [cut]")
        #expect(OutsideText.text("abcdef", max: 3) == " … [cut]")
        #expect(OutsideText.line("a\n b\tc", max: 100) == "a b c")
    }

    @Test func octetsThatAreNoTextAreReplaced() {
        #expect(OutsideText.text(decoding: [0x61, 0xff, 0x62]) == "a\u{fffd}b")
        #expect(OutsideText.text(decoding: [0x61, 0xe2] as [UInt8]) == "a\u{fffd}")
    }

    @Test func aDocumentIsCleanedThroughoutAndKeepsItsNamesApart() {
        let given: JSON = ["a\u{1b}[1m": ["x\u{200b}", 1, true, nil], "a": "second", "b": ["k": "v\u{1b}[0m"]]
        #expect(OutsideText.json(given) == ["a": ["x", 1, true, nil], "b": ["k": "v"]])
        let clean: JSON = ["z": 1, "a": ["b": "c"]]
        #expect(OutsideText.json(clean) == clean)
    }

    @Test func whatAReaderSees() {
        for text in ["", "a b", "a\r\nb", "👩\u{200d}💻", "é", "e\u{301}"] { #expect(OutsideText.isSeen(text)) }
        for text in ["a\u{200b}", "\u{202e}", "\u{0}", "\u{1b}[1m"] { #expect(!OutsideText.isSeen(text)) }
    }
}
