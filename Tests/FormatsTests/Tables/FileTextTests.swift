import Testing

@testable import Formats

@Suite struct FileTextTests {
    private static func utf16(_ text: String, isBig: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            isBig ? [UInt8(unit >> 8), UInt8(unit & 0xff)] : [UInt8(unit & 0xff), UInt8(unit >> 8)]
        }
    }

    private static let text = "Grünau – 5 €\nx\n"
    private static let utf8 = Array(text.utf8)
    private static let windows =
        Array("Gr".utf8) + [0xfc] + Array("nau ".utf8) + [0x96] + Array(" 5 ".utf8) + [0x80, 0x0a, 0x78, 0x0a]
    private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    private static let ways: [(bytes: [UInt8], encoding: TableEncoding)] = [
        (utf8, .utf8), (mark + utf8, .utf8), (mark + mark + utf8, .utf8), (mark + mark + mark + utf8, .utf8),
        (windows, .windows1252), (utf16("\u{feff}" + text, isBig: false), .utf16LittleEndian),
        (utf16("\u{feff}" + text, isBig: true), .utf16BigEndian),
        (utf16("\u{feff}\u{feff}" + text, isBig: false), .utf16LittleEndian),
        (utf16("\u{feff}\u{feff}" + text, isBig: true), .utf16BigEndian),
        (utf16(text, isBig: false), .utf16LittleEndian), (utf16(text, isBig: true), .utf16BigEndian),
        (mark + utf16("\u{feff}" + text, isBig: false), .utf16LittleEndian),
        ([0xff, 0xfe] + mark + utf8, .utf8),
        (utf8 + [0x1a], .utf8), (mark + utf8 + [0x1a, 0, 0, 0], .utf8), (windows + [0x1a], .windows1252),
        (utf16("\u{feff}" + text + "\u{1a}", isBig: false), .utf16LittleEndian),
        (utf16("\u{feff}" + text + "\u{1a}", isBig: true), .utf16BigEndian),
    ]

    @Test(arguments: ways.indices, [false, true]) func theTextIsTheSameHoweverItIsWritten(
        _ index: Int, _ isCalendar: Bool
    ) throws {
        let (bytes, encoding) = Self.ways[index]
        let text = try FileText(bytes, isCalendar: isCalendar)
        let said = try FileText(bytes, encoding, isCalendar: isCalendar)
        #expect(text == said)
        #expect(String(decoding: text.utf8, as: UTF8.self) == Self.text)
        #expect(text.encoding == encoding)
    }

    /// A file that was cut off anywhere is text, or is refused with a line.
    @Test(arguments: ways.indices) func aFileMayEndAtEveryOctet(_ index: Int) {
        let bytes = Self.ways[index].bytes
        for end in bytes.indices {
            do throws(ReadProblem) {
                let text = try FileText(Array(bytes[..<end]), isCalendar: index.isMultiple(of: 2))
                #expect(String(validating: text.utf8, as: UTF8.self) != nil)
                #expect(!text.utf8.starts(with: Self.mark))
            } catch {
                #expect(error.line >= 1 && error.isFatal)
            }
        }
    }

    @Test(
        arguments: [
            ([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61], "the file is UTF-32: save it again as UTF-8"),
            ([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], "the file is UTF-32: save it again as UTF-8"),
            ([0xef, 0xbb, 0xbf, 0x61, 0xff], "octet FF (number 2 of the line) is not UTF-8, as the file's mark"),
            ([0xc3, 0xbc, 0xfc], "octet FC (number 3 of the line) is not UTF-8, as other lines are"),
            ([0x61, 0x00, 0x62, 0x63], "octet 00 (number 2 of the line) is zero"),
        ] as [([UInt8], String)])
    func whatIsNoTextIsRefused(_ bytes: [UInt8], _ beginning: String) {
        let problem = #expect(throws: ReadProblem.self) { try FileText(bytes) }
        #expect(problem?.text.hasPrefix(beginning) == true, "\(problem?.text ?? "")")
    }

    /// RFC 5545 §3.1 lets a fold stand between the octets of one character.
    @Test(arguments: ["\r\n ", "\n ", "\r\n\t"]) func aCalendarMayBeFoldedWithinACharacter(_ fold: String) throws {
        for word in ["ü", "€", "😀"] {
            let octets = Array(word.utf8)
            for cut in 1..<octets.count {
                let bytes = Array("A:x".utf8) + octets[..<cut] + Array(fold.utf8) + octets[cut...] + Array("y\r\n".utf8)
                let text = try FileText(bytes, isCalendar: true)
                #expect(String(decoding: text.utf8, as: UTF8.self) == "A:x" + word + fold + "y\r\n")
                #expect(throws: ReadProblem.self) { try FileText(bytes, .utf8) }
            }
        }
    }

    @Test func linesOfACalendarMayEndWithAReturnAlone() throws {
        #expect(try FileText(Array("a\rb\r".utf8), isCalendar: true).utf8 == Array("a\nb\n".utf8))
        #expect(try FileText(Array("a\rb\r\n".utf8), isCalendar: true).utf8 == Array("a\rb\r\n".utf8))
        #expect(try FileText(Array("a\rb\r".utf8)).utf8 == Array("a\rb\r".utf8))
    }

    @Test func zerosMayFillUpACalendar() throws {
        #expect(try FileText(Self.utf8 + [0, 0, 0], isCalendar: true).utf8 == Self.utf8)
        #expect(throws: ReadProblem.self) { try FileText(Self.utf8 + [0, 0, 0]) }
    }
}
