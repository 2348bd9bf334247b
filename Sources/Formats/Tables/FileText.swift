/// The text of a file as UTF-8, in whichever encoding and with however many marks a program has written it. Every reader of a
/// file begins here: none knows of marks or encodings itself.
///
/// | The file | Its text |
/// |---|---|
/// | begins with a mark of UTF-8 or UTF-16 (several: the last counts) | what the mark says, or refused |
/// | has no mark, and is UTF-8 | as it is |
/// | has a zero beside each letter | UTF-16 |
/// | is not UTF-8 anywhere | Windows-1252, unless it makes no sense in it |
/// | is UTF-8 in one place and not in another | refused |
public struct FileText: Sendable, Equatable {
    /// Without a mark. Every line has the number that it has in the file.
    public let utf8: [UInt8]
    public let encoding: TableEncoding

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - given: what the user says; nil recognizes it.
    ///   - isCalendar: lines may be folded within a character (RFC 5545 §3.1), and zeros may fill up the end.
    /// - Throws: why it is no text, with the line and the octet.
    public init(_ bytes: [UInt8], _ given: TableEncoding? = nil, isCalendar: Bool = false) throws(ReadProblem) {
        if let signature = FileSignature(bytes[...]) {
            throw ReadProblem(line: 1, "the file " + signature.advice, isFatal: true)
        }
        var (rest, mark) = Self.withoutMarks(bytes[...])
        // What looks like a mark of UTF-16 may be letters in an encoding that is said.
        if let given, let found = mark, found != .utf8, found != given { (rest, mark) = (bytes[...], nil) }
        if given == nil, Self.isUTF32(rest, mark) {
            throw ReadProblem(line: 1, "the file is UTF-32: save it again as UTF-8", isFatal: true)
        }
        let isWide = (given ?? mark).map { [TableEncoding.utf16LittleEndian, .utf16BigEndian].contains($0) } ?? false
        if !isWide { rest = Self.withoutPadding(rest, ofZeros: isCalendar) }
        var whole = rest
        if isCalendar, !isWide {
            let mended = Self.withWholeCharacters(Array(rest))
            whole = mended[...]
        }
        if let given {
            encoding = given
        } else {
            encoding = try EncodingDetector.encoding(of: whole, marked: mark)
        }
        var text = try TextDecoder.utf8(whole, encoding)
        let (inner, _) = Self.withoutMarks(text[...], [.utf8])
        if inner.startIndex > 0 { text = Array(inner) }
        if isWide { text = Array(Self.withoutPadding(text[...], ofZeros: isCalendar)) }
        // Programs of old Macs end lines with a CR alone; a reader of tables knows it by itself.
        if isCalendar, !text.contains(0x0a) { text = text.map { $0 == 0x0d ? 0x0a : $0 } }
        utf8 = text
    }

    /// What follows the marks that a file begins with, and the encoding that the last of them names. A program that marks what
    /// was marked already leaves several.
    static func withoutMarks(
        _ bytes: ArraySlice<UInt8>, _ encodings: [TableEncoding] = [.utf8, .utf16LittleEndian, .utf16BigEndian]
    ) -> (rest: ArraySlice<UInt8>, mark: TableEncoding?) {
        var (rest, mark) = (bytes, TableEncoding?.none)
        while let found = encodings.first(where: { rest.starts(with: $0.mark) }) {
            (rest, mark) = (rest.dropFirst(found.mark.count), found)
        }
        return (rest, mark)
    }

    private static func isUTF32(_ rest: ArraySlice<UInt8>, _ mark: TableEncoding?) -> Bool {
        mark == nil ? rest.starts(with: [0, 0, 0xfe, 0xff]) : mark == .utf16LittleEndian && rest.starts(with: [0, 0])
    }

    /// Without the Ctrl-Z, and the zeros behind it, with which programs of DOS end a file.
    private static func withoutPadding(_ bytes: ArraySlice<UInt8>, ofZeros: Bool) -> ArraySlice<UInt8> {
        let end = bytes.lastIndex { $0 != 0 && $0 != 0x1a }.map { $0 + 1 } ?? bytes.startIndex
        guard end < bytes.endIndex, ofZeros || bytes[end] == 0x1a, !bytes[..<end].contains(0) else { return bytes }
        return bytes[..<end]
    }

    /// Moves a fold that cuts a character in two behind that character, which changes nothing when the line is unfolded.
    private static func withWholeCharacters(_ bytes: [UInt8]) -> [UInt8] {
        var output = bytes
        var index = 0
        while index + 2 < output.count {
            defer { index += 1 }
            guard output[index] == 0x0a, output[index + 1] == 0x20 || output[index + 1] == 0x09,
                isContinuation(output[index + 2])
            else { continue }
            let fold = index > 0 && output[index - 1] == 0x0d ? index - 1 : index
            guard fold > 0, output[fold - 1] >= 0x80 else { continue }
            // A character has three octets after its first at most.
            let tail = output[(index + 2)...].prefix(3).prefix(while: isContinuation)
            let folding = Array(output[fold..<index + 2])
            output.replaceSubrange(fold..<index + 2 + tail.count, with: Array(tail) + folding)
        }
        return output
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { (0x80...0xbf).contains(byte) }
}

/// What a file is by its first octets when it is none of the texts that events are read from.
public enum FileSignature: Sendable, Equatable {
    /// A workbook of Excel, LibreOffice or Numbers: a ZIP archive, or the older form of Excel.
    case excel, openDocument, numbers, oldExcel
    /// An archive or a compressed file.
    case archive
    case pdf, richText, webPage

    /// Octets of a file's beginning that are enough to tell.
    public static let length = 512

    /// - Parameter beginning: the first octets of the file, `length` of them if it has so many.
    public init?(_ beginning: ArraySlice<UInt8>) {
        let head = Array(beginning.prefix(Self.length))
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) || head.starts(with: [0x50, 0x4b, 0x05, 0x06]) {
            self = Self.workbook(head) ?? .archive
            return
        }
        guard let found = Self.signatures.first(where: { head.starts(with: $0.octets) })?.is else {
            guard let page = Self.firstTag(head), Self.tags.contains(page) else { return nil }
            self = .webPage
            return
        }
        self = found
    }

    private static let signatures: [(octets: [UInt8], is: FileSignature)] = [
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], .oldExcel), ([0x1f, 0x8b], .archive),
        (Array("%PDF-".utf8), .pdf), (Array("{\\rtf".utf8), .richText),
    ]
    private static let tags: Set<String> = ["!doctype", "html", "?xml", "table", "head", "body"]

    /// By the name of the archive's first member, and by the type that OpenDocument writes there.
    private static func workbook(_ head: [UInt8]) -> FileSignature? {
        guard head.count > 30 else { return nil }
        let name = head.dropFirst(30).prefix(Int(head[26]) | Int(head[27]) << 8)
        let starts = { (text: String) in name.starts(with: text.utf8) }
        if starts("[Content_Types].xml") || starts("xl/") || starts("_rels/") || starts("docProps/") { return .excel }
        if starts("mimetype") { return .openDocument }
        return starts("Index/") || starts("Data/") || starts("Metadata/") ? .numbers : nil
    }

    /// The name of the tag that the file begins with, in small letters.
    private static func firstTag(_ head: [UInt8]) -> String? {
        var rest = FileText.withoutMarks(head[...]).rest.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        guard rest.popFirst() == UInt8(ascii: "<") else { return nil }
        return String(decoding: rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }, as: UTF8.self).lowercased()
    }

    /// What the file seems to be and what to do, in words that follow its name or its line.
    public var advice: String {
        switch self {
        case .excel:
            "is a workbook of Excel: open it there and save it as \"CSV UTF-8 (Comma delimited)\", or as .csv in Google Sheets"
        case .oldExcel:
            "is a workbook of an older Excel (.xls): open it and save it as \"CSV UTF-8 (Comma delimited)\""
        case .openDocument:
            "is a spreadsheet of LibreOffice: open it there and save it as \"Text CSV\" with the character set Unicode (UTF-8)"
        case .numbers: "is a spreadsheet of Numbers: open it there and choose File, Export To, CSV with Unicode (UTF-8)"
        case .archive: "is an archive or a compressed file: unpack it first"
        case .pdf: "is a PDF: export a table (CSV) or a calendar (.ics) instead"
        case .richText: "is a document with formats (RTF): save it as plain text in UTF-8"
        case .webPage:
            "is a web page (HTML or XML), whatever its name says: open it in a spreadsheet and save it as CSV UTF-8"
        }
    }
}
