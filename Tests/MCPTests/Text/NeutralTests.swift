import Core
import MCP
import Testing

@Suite struct NeutralTests {
    @Test(arguments: [
        ("plain", "plain"), ("tab\tline\nend", "tab\tline\nend"), ("a\r\nb\rc", "a\nb\nc"),
        ("a\u{0}b\u{1b}[31mc", "a b [31mc"), ("a\u{202e}b\u{202c}c", "abc"), ("a\u{200b}b\u{feff}c\u{2060}", "abc"),
        ("x\u{e0041}\u{e0042}\u{e007f}y", "xy"), ("x\u{e0101}\u{fe00}y", "xy"), ("a\u{ad}b", "ab"),
        ("a\u{200d}b", "ab"), ("\u{200d}\u{200c}", ""), ("👩\u{200d}💻", "👩\u{200d}💻"),
        ("👩\u{200d}\u{200d}\u{200d}💻", "👩\u{200d}💻"), ("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
        ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"), ("a\u{fe0f}", "a"),
        ("نمی\u{200c}خواهم", "نمی\u{200c}خواهم"), ("Grüße, 東京", "Grüße, 東京"), ("\u{7f}\u{85}", ""),
    ])
    func whatCannotBeSeenIsTakenOut(given: String, wanted: String) {
        #expect(Array(Neutral.text(given).unicodeScalars) == Array(wanted.unicodeScalars))
    }

    @Test func aDocumentIsMadeNeutralThroughout() {
        let document: JSON = ["a\u{200b}": ["x\u{202e}", 1, true, nil, ["k": "v\u{0}"]]]
        #expect(Neutral.json(document) == ["a": ["x", 1, true, nil, ["k": "v "]]])
    }
}
