import Core
import Testing

@testable import Formats

@Suite struct CSVWriterTests {
    private func row(_ cells: [String]) -> String {
        var writer = CSVWriter(header: cells.indices.map { "c\($0)" })
        _ = writer.take()
        writer.add(cells)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    @Test func theHeaderComesFirst() {
        var writer = CSVWriter(header: ["id", "name"])
        writer.add(["1", "Tea"])
        #expect(String(decoding: writer.take(), as: UTF8.self) == "id,name\r\n1,Tea\r\n")
        #expect(writer.take().isEmpty)
    }

    @Test func aMarkComesBeforeTheHeaderWhereItIsAskedFor() {
        var writer = CSVWriter(header: ["id"], hasMark: true)
        writer.add(["ä"])
        #expect(writer.take() == [0xef, 0xbb, 0xbf] + Array("id\r\nä\r\n".utf8))
    }

    @Test(arguments: [
        ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""), (" a", "\" a\""), ("a ", "\"a \""), ("\"", "\"\"\"\""),
        ("a\0b\u{1b}\u{7f}", "\"a b  \""),
        ("ä漢😀", "ä漢😀"), ("=1+1", "'=1+1"), ("\t=1", "'\t'=1"), ("-1,5", "\"'-1,5\""), ("-73.98", "-73.98"),
    ])
    func aCellIsQuotedWhenItMustBe(cell: String, text: String) {
        #expect(row([cell]) == text + "\r\n")
        #expect(row(["a", cell, "b"]) == "a,\(text),b\r\n")
    }

    @Test(arguments: [
        ("=1", "'=1"), ("+1", "'+1"), ("-1+2", "'-1+2"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("\nx", "'\nx"), ("＝1", "'＝1"), ("'=1", "''=1"), ("''-x", "'''-x"), ("'", "'"), ("'a", "'a"), ("a=b", "a=b"),
        ("-5", "-5"), ("-0.25", "-0.25"), ("'-5", "''-5"), ("-", "'-"), ("-5.", "'-5."), ("-.5", "'-.5"),
        ("-1.2.3", "'-1.2.3"), ("-1e5", "'-1e5"), ("", ""), ("=\u{301}x", "'=\u{301}x"),
        // Where semicolons part cells, they end one of ours, and so does a line end: quotes stand elsewhere.
        ("a;=1", "a;'=1"), ("a;-1", "a;'-1"), ("a;'=1", "a;''=1"), ("a;\"=1", "a;\"'=1"), ("a\n=1", "a\n'=1"),
        ("a\t+1", "a\t'+1"), ("a;b=1", "a;b=1"), ("a; =1", "a; =1"), ("a;;@x", "a;;'@x"), ("=1;=2", "'=1;'=2"),
        ("\"=1", "\"=1"), ("a;\"'\"＝1", "a;\"'\"'＝1"),
    ])
    func aFormulaIsKeptFromBeingOne(cell: String, text: String) {
        #expect(CSVGuard.protect(cell) == text)
        #expect(CSVGuard.restore(text) == cell)
    }

    @Test func everyCellComesBack() {
        var random = SeededGenerator(seed: 3)
        let alphabet = Array("'=+-@\t\r\n\"a1.,;＝\u{301}".unicodeScalars)
        for _ in 0..<5000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<(random.next() % 6) { scalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
            let cell = String(scalars)
            let protected = CSVGuard.protect(cell)
            #expect(CSVGuard.restore(protected).unicodeScalars.elementsEqual(scalars), "\(cell.debugDescription)")
            let isPlain = protected.unicodeScalars.first.map { !"=+@\t\r\n＝".unicodeScalars.contains($0) } ?? true
            #expect(isPlain, "\(cell.debugDescription)")
            // Read by semicolons, no part begins a formula either, with or without quotes before it.
            let parts = protected.unicodeScalars.split(omittingEmptySubsequences: false) {
                ";\t\r\n".unicodeScalars.contains($0)
            }
            let isSafe = parts.dropFirst().allSatisfy { part in
                part.first { $0 != "\"" }.map { !"=+-@＝".unicodeScalars.contains($0) } ?? true
            }
            #expect(isSafe, "\(cell.debugDescription)")
        }
    }
}
