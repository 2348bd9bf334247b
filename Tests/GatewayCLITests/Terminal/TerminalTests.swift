import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct TerminalTests {
    @Test(
        arguments: [
            (true, 100, [:], 100), (true, nil, [:], 80), (false, nil, [:], nil), (false, nil, ["COLUMNS": "60"], 60),
            (true, 100, ["COLUMNS": "60"], 60), (true, 100, ["COLUMNS": "wide"], 100),
            (true, 100, ["COLUMNS": "0"], 100),
            (true, 5000, [:], 1000),
        ] as [(Bool, Int?, [String: String], Int?)])
    func width(isTerminal: Bool, size: Int?, environment: [String: String], expected: Int?) {
        #expect(Terminal(isTerminal: isTerminal, size: size, environment: environment).columns == expected)
    }

    @Test(
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
        ] as [(Bool, [String: String], Bool)])
    func colours(isTerminal: Bool, environment: [String: String], expected: Bool) {
        let terminal = Terminal(isTerminal: isTerminal, size: 80, environment: environment)
        #expect(terminal.hasColours == expected)
        #expect(terminal.styled("x", .bold) == (expected ? "\u{1b}[1mx\u{1b}[0m" : "x"))
        #expect(terminal.styled("", .bold) == "")
    }

    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("🎉", 2), ("👩‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤️", 2), ("ｆ", 2),
        ("", 0), ("a\u{300}\u{301}\u{302}b", 2), ("नि", 1),
    ])
    func columns(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("🎉🎉", 3, "🎉…"),
        ("ab", 1, "…"), ("ab", 0, ""),
    ])
    func cutting(text: String, columns: Int, expected: String) {
        #expect(DisplayWidth.cut(text, to: columns) == expected)
        #expect(DisplayWidth.of(DisplayWidth.cut(text, to: columns)) <= columns)
    }

    private static func table() -> TextTable {
        var table = TextTable([
            TextTable.Column(title: "WHEN"), TextTable.Column(title: "NAME", least: 6),
            TextTable.Column(title: "PLACE", least: 5, dropsAt: 1), TextTable.Column(title: "ID"),
        ])
        table.add(["Mon", "Rooftop drinks 🎉", "Berlin, Germany", "evt-1"])
        table.add(["Tuesday", "会議", "", "evt-22"])
        return table
    }

    @Test func aTableWithoutATerminalIsWhole() {
        let text = Self.table().text(Terminal(isTerminal: false, size: nil, environment: [:]))
        #expect(
            text == """
                WHEN     NAME               PLACE            ID
                Mon      Rooftop drinks 🎉  Berlin, Germany  evt-1
                Tuesday  会議                                evt-22
                """)
    }

    @Test func aTableFitsEveryTerminal() {
        for columns in 1...70 {
            let terminal = Terminal(isTerminal: true, size: columns, environment: ["NO_COLOR": "1"])
            for line in Self.table().text(terminal).split(separator: "\n") {
                #expect(DisplayWidth.of(String(line)) <= columns, "\(columns): \(line)")
            }
        }
        // Four columns of 7, 6, 5 and 6 with their gaps are 30: with less, what may be left out is.
        func titles(_ columns: Int) -> [Bool] {
            let text = Self.table().text(Terminal(isTerminal: true, size: columns, environment: ["NO_COLOR": "1"]))
            return [text.contains("evt-22"), text.contains("PLACE")]
        }
        #expect(titles(30) == [true, true])
        #expect(titles(29) == [true, false])
    }

    /// Half an id is of no use for the next command.
    @Test(arguments: 1...60) func anIdIsNeverCut(columns: Int) {
        let event: JSON = [
            "id": "evt-4ULEMARcofz9wEx7", "name": "Rooftop drinks", "start_at": "2030-05-01T16:00:00Z",
            "timezone": "Europe/Berlin", "meeting_url": "https://meet.example.com/rooftop",
        ]
        let terminal = Terminal(isTerminal: true, size: columns, environment: ["NO_COLOR": "1"])
        let lines = EventsCommand.table([event]).text(terminal).split(separator: "\n")
        #expect(lines.count == 2 && lines[1].hasSuffix("evt-4ULEMARcofz9wEx7"), "\(lines)")
        if columns >= 34 { #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= columns }, "\(lines)") }
    }

    @Test func nothingFromOutsideReachesTheTerminal() {
        var table = TextTable([TextTable.Column(title: "NAME")])
        table.add(["a\u{1b}[2Jb\u{9b}31mc\u{7}d\ne\u{202e}f\u{200b}g"])
        let text = table.text(Terminal(isTerminal: true, size: 80, environment: ["NO_COLOR": "1"]))
        #expect(text == "NAME\na [2Jb31mc d efg")
    }
}
