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
