import Testing

@testable import Formats

@Suite struct CSVReaderTests {
    @Test(arguments: [
        ("", []),
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        (",\n", [["", ""]]),
        ("a,\n,b", [["a", ""], ["", "b"]]),
        ("\"a,b\",c\n", [["a,b", "c"]]),
        ("\"a \"\"b\"\" c\"\n", [["a \"b\" c"]]),
        ("\"\"\n", [[""]]),
        ("\"\"\"\"\n", [["\""]]),
        ("\"two\r\nlines\",x\r\n", [["two\r\nlines", "x"]]),
        ("\n\r\na\n\n", [["a"]]),
        (" a , b \n", [[" a ", " b "]]),
        ("Übung,🎉\n", [["Übung", "🎉"]]),
        ("a\tb;c\n", [["a\tb;c"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a\r\r\nb\r\r\n", [["a"], ["b"]]),
        ("a\r", [["a"]]),
        ("\"two\nlines\"\r\"x\"\r", [["two\nlines"], ["x"]]),
        ("'=1,\"'+a\",'a,-5,=1\n", [["=1", "+a", "'a", "-5", "=1"]]),
    ])
    func recordsAreRead(_ text: String, _ records: [[String]]) {
        #expect(CSVReader.rows(text).map(\.fields) == records)
        #expect(CSVReader.problems(text).isEmpty)
        #expect(CSVReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test(arguments: [
        ("a\nb\"c\n", 2, "a quote stands within a field"),
        ("a\n\n\"b\"c\n", 3, "text follows a closing quote"),
        ("a\nb,\"c\nd\n", 2, "a quote is opened here and never closed"),
        ("a\nb\rc\n", 2, "a carriage return stands without a line feed"),
        ("a\r\nb\r", 2, "a carriage return stands without a line feed"),
        ("a\rb\n", 2, "a line feed ends this line, and a carriage return those before"),
    ])
    func whatHasNoMeaningEndsTheReading(_ text: String, _ line: Int, _ beginning: String) throws {
        let items = CSVReader.items(text)
        guard case .problem(let problem) = try #require(items.last) else {
            Issue.record("no problem in \(text)")
            return
        }
        #expect(problem.line == line)
        #expect(problem.isFatal)
        #expect(problem.text.hasPrefix(beginning))
        #expect(CSVReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test func whatTheWriterWritesIsReadBack() {
        let cells = ["=1+1", "'=1", "two\r\nlines", "say \"hi\", she said", " ", "", "-5", "\u{FEFF}", "Übung"]
        var writer = CSVWriter(header: cells)
        writer.add(cells)
        let bytes = writer.take()
        #expect(
            CSVReader.items(bytes) == [(1, 1), (3, 2)].map { .row(CSVReader.Record(line: $0, row: $1, fields: cells)) })
    }

    @Test func linesAreCountedOverLineEndsInQuotes() {
        #expect(CSVReader.rows("h\n\"1\n2\n3\"\nx\n").map(\.line) == [1, 2, 5])
        #expect(CSVReader.rows("h\n\"1\n2\n3\"\nx\n\n\ny\n").map(\.row) == [1, 2, 3, 6])
    }

    @Test func aRecordThatIsNotUTF8IsPassedOver() {
        let bytes = Array("a\n".utf8) + [0xff, 0x0a] + Array("b\n".utf8)
        let items = CSVReader.items(bytes)
        #expect(items.count == 3)
        #expect(items[1] == .problem(ReadProblem(line: 2, "field 1 is not UTF-8 text")))
        #expect(CSVReader.readsTheSameHoweverCut(bytes))
    }

    @Test(arguments: [
        (String(repeating: "x", count: 9), "a field is longer than 8 bytes"),
        ("1234567,1234567,1", "the row is longer than 14 bytes"),
        ("1,2,3,4", "the row has more than 3 fields"),
        ("h\n1\n2\n3\n", "the file has more than 2 rows; split it"),
    ])
    func everythingIsBounded(_ text: String, _ problem: String) {
        let limits = ReadLimits(fieldBytes: 8, rowBytes: 14, fields: 3, rows: 2)
        #expect(CSVReader.problems(text, limits: limits).map(\.text) == [problem])
        #expect(CSVReader.problems("12345678,123456,\n1\n", limits: limits).isEmpty)
    }

    @Test func damageIsNeverWorseThanAProblem() {
        CSVReader.damaged("name,start_at\n\"a \"\"b\"\"\",2027\r\n'=1,\"x\ny\"\n") { items, bytes in
            let fatal = items.firstIndex { if case .problem(let problem) = $0 { problem.isFatal } else { false } }
            #expect(fatal.map { $0 == items.count - 1 } ?? true, "\(bytes)")
        }
    }
}
