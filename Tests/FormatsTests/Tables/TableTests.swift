import Testing

@testable import Formats

@Suite struct TableTests {
    private static let names: Set<String> = ["name", "start_at", "timezone", "max_capacity"]

    private func table(
        _ bytes: [UInt8], _ change: (inout TableDialect.Options) -> Void = { _ in }
    ) throws(ReadProblem) -> Table {
        var options = TableDialect.Options()
        change(&options)
        return try Table(bytes, options) { Self.names.contains($0) }
    }

    private static func utf16(_ text: String, isBig: Bool, mark: Bool = true) -> [UInt8] {
        ((mark ? [0xfeff] : []) + Array(text.utf16)).flatMap { unit in
            isBig ? [UInt8(unit >> 8), UInt8(unit & 0xff)] : [UInt8(unit & 0xff), UInt8(unit >> 8)]
        }
    }

    private static let ways: [(bytes: [UInt8], is: String)] = [
        (Array("name,start_at\nTea,1\n".utf8), "',' separated, UTF-8"),
        (Array("\u{feff}name;start_at\r\nTea;1\r\n".utf8), "';' separated, UTF-8"),
        (Array("name\tstart_at\rTea\t1\r".utf8), "tab separated, UTF-8"),
        (Array("name|start_at\nTea|1".utf8), "'|' separated, UTF-8"),
        (Array("sep=;\r\nname;start_at\r\nTea;1\r\n".utf8), "';' separated, UTF-8"),
        (Array("\u{feff}\"SEP=^\"\nname^start_at\nTea^1\n".utf8), "'^' separated, UTF-8"),
        (utf16("name\tstart_at\r\nTea\t1\r\n", isBig: false), "tab separated, UTF-16LE"),
        (utf16("name;start_at\nTea;1\n", isBig: true), "';' separated, UTF-16BE"),
        (utf16("name,start_at\nTea,1\n", isBig: true, mark: false), "',' separated, UTF-16BE"),
        (utf16("name,start_at\nTea,1\n", isBig: false, mark: false), "',' separated, UTF-16LE"),
    ]

    @Test(arguments: ways.indices) func whatOneTableIsWrittenAsIsRecognized(_ index: Int) throws {
        let (bytes, description) = Self.ways[index]
        let table = try table(bytes)
        #expect(table.dialect.description == description)
        #expect(table.header?.fields == ["name", "start_at"])
        #expect(table.rows.map(\.fields) == [["Tea", "1"]])
        #expect(table.problem == nil && table.blankRows == 0)
        #expect(table.header?.row == 1 && table.rows.first?.row == 2)
    }

    /// A file that was cut off anywhere is read as far as it goes, or refused; what is read is never something else.
    @Test(arguments: ways.indices) func aFileMayEndAtEveryOctet(_ index: Int) {
        let bytes = Self.ways[index].bytes
        for end in bytes.indices {
            guard let table = try? Table(Array(bytes[..<end]), isKnown: { Self.names.contains($0) }) else { continue }
            #expect(table.rows.allSatisfy { "Tea,1".hasPrefix($0.fields.joined(separator: ",").prefix(3)) })
        }
    }

    @Test func theHeaderTellsTheSeparator() throws {
        let cases: [(String, UInt8)] = [
            ("name,start_at\n\"a;b;c\",1;2;3\n", 0x2c), ("name;start_at, local\nx;1,5\n", 0x3b),
            // Known names count for more than many columns that are alike.
            ("name;start_at, local, if known\nx;1,5,7\n", 0x3b),
            ("name\nTea; with cake\n", 0x2c), ("\"name, of it\";start_at\nx;1\n", 0x3b),
            ("What;When\nTea, cake;1\n", 0x3b), ("name,start_at\n", 0x2c), ("", 0x2c),
        ]
        for (text, separator) in cases {
            #expect(try table(Array(text.utf8)).dialect.separator == separator, "\(text)")
        }
        let told = try table(Array("name;start_at\nx,1\n".utf8)) { $0.separator = UInt8(ascii: ",") }
        #expect(told.header?.fields == ["name;start_at"])
    }

    @Test func windows1252IsReadAsWhatItSays() throws {
        var bytes = Array("name;start_at\r\nSommerfest Gr".utf8)
        bytes += [0xfc] + Array("nau ".utf8) + [0x96] + Array(" Caf".utf8) + [0xe9] + Array(";5 ".utf8) + [0x80]
        let table = try table(bytes)
        #expect(table.dialect.description == "';' separated, Windows-1252")
        #expect(table.rows.first?.fields == ["Sommerfest Grünau – Café", "5 €"])
        #expect(
            try self.table(bytes) { $0.encoding = .macintosh }.rows.first?.fields.first != "Sommerfest Grünau – Café")
    }

    @Test(
        arguments: [
            ([0x77, 0x61, 0x69, 0x74, 0x85, 0x77, 0x68, 0x61, 0x74], "wait…what"), ([0x80, 0x80, 0x80, 0x80], "€€€€"),
            ([0x64, 0x6f, 0x6e, 0x92, 0x74], "don’t"), ([0xc9, 0x54, 0xc9], "ÉTÉ"), ([0x63, 0x9c, 0x75, 0x72], "cœur"),
            ([0x93, 0x41, 0x94], "“A”"), ([0x8a, 0x6b, 0x6f, 0x64, 0x61], "Škoda"),
        ] as [([UInt8], String)])
    func textOfTheWestIsNotTakenForAnother(_ word: [UInt8], _ text: String) throws {
        let table = try table(Array("name,start_at\nTea,1\n".utf8) + word + Array(",2\n".utf8))
        #expect(table.rows.last?.fields == [text, "2"])
    }

    /// `Grünau` of a Mac, `Łódź` of Eastern Europe, Cyrillic: each would be another text in Windows-1252.
    @Test(
        arguments: [
            [0x47, 0x72, 0x9f, 0x6e, 0x61, 0x75], [0xa3, 0xf3, 0x64, 0x9f], [0x4d, 0xb3, 0x6f, 0x64, 0x79],
            [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2], [0x43, 0x61, 0x66, 0x8e], [0x81],
        ] as [[UInt8]])
    func whatMakesNoSenseInWindows1252IsRefused(_ word: [UInt8]) throws {
        let bytes = Array("name,start_at\nTea,1\n".utf8) + word + Array(",2\n".utf8)
        let problem = #expect(throws: ReadProblem.self) { try table(bytes) }
        #expect(problem?.line == 3)
        #expect(problem?.text.contains("--encoding") == true, "\(problem?.text ?? "")")
        #expect(problem?.text.hasPrefix("octet ") == true)
    }

    @Test func aMacsTableIsReadWhenItIsSaid() throws {
        let bytes = Array("name,start_at\rGr".utf8) + [0x9f] + Array("nau,1\r".utf8)
        #expect(try table(bytes) { $0.encoding = .macintosh }.rows.first?.fields == ["Grünau", "1"])
    }

    @Test(
        arguments: [
            (
                [0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff], 2,
                "octet FF (number 1 of the line) is not UTF-8, as the file's mark"
            ),
            (
                [0xc3, 0xbc, 0x0a, 0x62, 0xfc, 0x0a], 2,
                "octet FC (number 2 of the line) is not UTF-8, as other lines are"
            ),
            ([0x62, 0xfc, 0x0a, 0xc3, 0xbc], 1, "octet FC (number 2 of the line) is not UTF-8, as other lines are"),
            ([0xff, 0xfe, 0x61], 1, "the file is UTF-16LE by its beginning, and ends within a character"),
            ([0xff, 0xfe, 0x0a, 0x00, 0x00, 0xd8, 0x61, 0x00], 2, "octets 00 D8 at offset 4 are half a character"),
            ([0xfe, 0xff, 0xdc, 0x00], 1, "octets DC 00 at offset 2 are half a character"),
            ([0x61, 0x00, 0x62, 0x63, 0x00, 0x00], 1, "octet 00 (number 2 of the line) is zero"),
            ([0x61, 0x0a, 0x62, 0x00], 2, "octet 00 (number 2 of the line) is zero"),
            ([0x50, 0x4b, 0x03, 0x04, 0x14], 1, "the file is an archive"),
            ([0x1f, 0x8b, 0x08], 1, "the file is an archive"),
            ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], 1, "the file is a workbook of an older Excel"),
            (Array("%PDF-1.7".utf8), 1, "the file is a PDF"), (Array("{\\rtf1".utf8), 1, "the file is a document"),
            (Array("\u{feff}\n<!DOCTYPE html>".utf8), 1, "the file is a web page"),
        ] as [([UInt8], Int, String)])
    func whatIsNoTableInTextIsRefusedByWhatItSeemsToBe(_ bytes: [UInt8], _ line: Int, _ beginning: String) {
        let problem = #expect(throws: ReadProblem.self) { try table(bytes) }
        #expect(problem?.line == line && problem?.isFatal == true)
        #expect(problem?.text.hasPrefix(beginning) == true, "\(problem?.text ?? "")")
    }

    @Test(arguments: [
        ("[Content_Types].xml", "is a workbook of Excel"), ("mimetype", "is a spreadsheet of LibreOffice"),
        ("Index/Document.iwa", "is a spreadsheet of Numbers"), ("notes.txt", "is an archive"),
    ])
    func anArchiveIsToldByItsFirstMember(_ name: String, _ beginning: String) throws {
        let head: [UInt8] = [0x50, 0x4b, 0x03, 0x04] + [UInt8](repeating: 0, count: 22)
        let signature = try #require(FileSignature((head + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8))[...]))
        #expect(signature.advice.hasPrefix(beginning))
    }

    @Test func blankRowsAreCountedAndNoRows() throws {
        let table = try table(Array("\n,\nname,start_at\n\nTea,1\n,\n \u{a0},\t\nCake,2\n\n,\n".utf8))
        #expect(table.header?.row == 3 && table.header?.line == 3)
        #expect(table.rows.map(\.row) == [5, 8])
        #expect(table.blankRows == 5)
    }

    @Test func theHeaderMayStandBelow() throws {
        let table = try table(Array("Events of 2027\n\nname;start_at\nTea;1\n".utf8)) { $0.headerRow = 3 }
        #expect(table.header?.fields == ["name", "start_at"] && table.rows.map(\.row) == [4])
        #expect(table.dialect.separator == UInt8(ascii: ";"))
    }

    @Test func aProblemKeepsWhatWasReadBefore() throws {
        let table = try table(Array("name,start_at\nTea,1\nCa\"ke,2\n".utf8))
        #expect(table.rows.count == 1 && table.problem?.line == 3)
    }

    /// All octets that one encoding or the other has a meaning for come out as that meaning.
    @Test func theTablesOfOctetsAreWhole() throws {
        for encoding in [TableEncoding.windows1252, .macintosh] {
            let upper = try #require(encoding.upperHalf)
            #expect(upper.count == 128)
            #expect(Set(upper).count == (encoding == .macintosh ? 128 : 124))
        }
        #expect(TableEncoding.windows1252.upperHalf?[0x1f] == "Ÿ")
        #expect(TableEncoding.macintosh.upperHalf?[0x2f] == "Ø" && TableEncoding.macintosh.upperHalf?[0x7f] == "ˇ")
    }
}
