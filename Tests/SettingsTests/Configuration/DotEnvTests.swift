import Testing

@testable import Settings

@Suite struct DotEnvTests {
    @Test(arguments: [
        ("A=b", "b"), ("A=", ""), ("export A=b", "b"), ("  A=b  ", "b"), ("A=b # note", "b"), ("A=b#c", "b#c"),
        ("A=#c", ""), ("A= # note", ""), ("A=a b", "a b"), ("A=$HOME/x", "$HOME/x"), (#"A=c:\x"#, #"c:\x"#),
        ("A=a=b", "a=b"),
        ("A='b # c'", "b # c"), (#"A='b\n$x"'"#, #"b\n$x""#), (#"A="b\n\t\"\\\$""#, "b\n\t\"\\$"), ("A=\"\" # x", ""),
        ("A='' ", ""), ("A=b\r", "b"), ("\u{feff}A=b", "b"), ("export\tA=é", "é"), ("A=\ta", nil), ("A = b", nil),
        ("A=b\"c\"", nil), ("A='b", nil), ("A=\"b", nil), ("A=\"b\\\"", nil), ("A='b'c", nil), ("A='b'# c", nil),
        (#"A="\x""#, nil), ("A", nil), ("=b", nil), ("1A=b", nil), ("export", nil), ("export =b", nil), ("A-B=c", nil),
        ("A=b\u{1}", nil), ("A: b", nil), ("A= b", nil),
    ])
    func line(text: String, value: String?) {
        let (lines, problems) = DotEnv.parse(text)
        #expect(lines.map(\.value) == (value.map { [$0] } ?? []))
        #expect(problems.count == (value == nil ? 1 : 0))
        #expect(problems.allSatisfy { $0.source == .dotEnv(line: 1) })
    }

    @Test func problemsNameTheirLineAndNeverTheValue() {
        let (lines, problems) = DotEnv.parse("# note\n\nLUMA_API_KEY='hush\nB=1\r\nB=2\n\tC='3'\nwhat hush\n")
        #expect(
            lines == [
                DotEnv.Line(name: "B", value: "1", number: 4), DotEnv.Line(name: "C", value: "3", number: 6),
            ])
        #expect(problems.map(\.source) == [.dotEnv(line: 3), .dotEnv(line: 5), .dotEnv(line: 7)])
        #expect(problems.map(\.setting) == ["LUMA_API_KEY", "B", ".env"])
        #expect(problems[1].problem == "is set twice, first on line 4")
        #expect(!problems.contains { $0.description.contains("hush") })
    }

    @Test func anEmptyFileHasNoLines() {
        for text in ["", "\n", "# only\n", "   \r\n\t\n"] {
            let (lines, problems) = DotEnv.parse(text)
            #expect(lines.isEmpty && problems.isEmpty)
        }
    }
}
