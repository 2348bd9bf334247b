/// A table as it was read from a file: the names of its columns, and its rows.
public struct Table: Sendable {
    /// How it was written.
    public let dialect: TableDialect
    /// Nil when the file has none.
    public private(set) var header: CSVReader.Record?
    /// Without those that are blank.
    public private(set) var rows: [CSVReader.Record] = []
    /// Rows after the header in which nothing stands.
    public private(set) var blankRows = 0
    /// What ended the reading before the end of the file.
    public private(set) var problem: ReadProblem?

    /// Recognizes how the file is written and reads it.
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - isKnown: whether a column may have this name, which tells the separator.
    /// - Throws: why it is no table in text.
    public init(
        _ bytes: [UInt8], _ options: TableDialect.Options = TableDialect.Options(),
        limits: ReadLimits = ReadLimits(), isKnown: (String) -> Bool = { _ in false }
    ) throws(ReadProblem) {
        self.init(try FileText(bytes, options.encoding), options, limits: limits, isKnown: isKnown)
    }

    /// Recognizes how the columns of a text are separated and reads it.
    public init(
        _ file: FileText, _ options: TableDialect.Options = TableDialect.Options(),
        limits: ReadLimits = ReadLimits(), isKnown: (String) -> Bool = { _ in false }
    ) {
        var text = file.utf8
        var line = 1
        var stated: UInt8?
        if let (separator, length) = TableDialect.statement(text) {
            stated = separator
            text.removeFirst(length)
            line = 2
        }
        let separator =
            options.separator ?? stated
            ?? TableDialect.separator(of: text, headerRow: options.headerRow, isKnown: isKnown)
        dialect = TableDialect(encoding: file.encoding, separator: separator)
        read(text, line, options.headerRow, limits)
    }

    private mutating func read(_ text: [UInt8], _ line: Int, _ headerRow: Int, _ limits: ReadLimits) {
        var reader = CSVReader(separator: dialect.separator, line: line, limits: limits)
        var header: CSVReader.Record?
        var rows: [CSVReader.Record] = []
        var problem: ReadProblem?
        let take = { (item: ReadItem<CSVReader.Record>) in
            switch item {
            case .problem(let found): problem = problem ?? found
            case .row(let record):
                let isBlank = record.fields.allSatisfy { TableText.trimmed($0).isEmpty }
                if record.row < headerRow || isBlank { return }
                if header == nil { header = record } else { rows.append(record) }
            }
        }
        reader.feed(text[...], take)
        reader.finish(take)
        (self.header, self.rows, self.problem) = (header, rows, problem)
        if let header { blankRows = max(0, reader.rowsRead - header.row - rows.count) }
    }
}

/// The text of a cell.
public enum TableText {
    /// Without the blanks around it, also those that do not break a line, as pages of the web and the locales of some
    /// programs have them.
    public static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            isBlank(first) || isBlank(last)
        else { return text }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !isBlank($0) }),
            let end = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[start...end])
    }

    /// White space of Unicode, and the blanks without width.
    public static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar == " " || (0x09...0x0d).contains(scalar.value) }
        return scalar.properties.isWhitespace || scalar == "\u{200b}" || scalar == "\u{feff}" || scalar == "\u{2060}"
    }
}

/// In which of the many ways a program has written a table.
public struct TableDialect: Sendable, Equatable {
    public let encoding: TableEncoding
    /// The ASCII character between two cells.
    public let separator: UInt8

    /// The separators that are recognized.
    public static let separators: [UInt8] = [",", ";", "\t", "|"].map { (scalar: Unicode.Scalar) in
        UInt8(ascii: scalar)
    }

    /// `';' separated, Windows-1252`.
    public var description: String {
        let shown = separator == 0x09 ? "tab" : "'\(Unicode.Scalar(separator))'"
        return "\(shown) separated, \(encoding.name)"
    }

    /// What the user says about a table; what is nil is recognized.
    public struct Options: Sendable, Equatable {
        /// Nil to recognize it.
        public var encoding: TableEncoding?
        /// The ASCII character between two cells; nil to recognize it.
        public var separator: UInt8?
        /// The row of the spreadsheet that names the columns; those before it are passed over.
        public var headerRow = 1

        public init() {}
    }

    /// The line `sep=;` that Excel takes for the separator, and the octets of it; nil when there is none.
    static func statement(_ text: [UInt8]) -> (separator: UInt8, length: Int)? {
        var rest = text[...]
        let isQuoted = rest.first == UInt8(ascii: "\"")
        if isQuoted { rest = rest.dropFirst() }
        guard String(decoding: rest.prefix(4), as: UTF8.self).lowercased() == "sep=" else { return nil }
        rest = rest.dropFirst(4)
        guard let separator = rest.popFirst(), separator < 0x80, separator != 0x0a, separator != 0x0d,
            separator != UInt8(ascii: "\"")
        else { return nil }
        if isQuoted { guard rest.popFirst() == UInt8(ascii: "\"") else { return nil } }
        guard let end = rest.popFirst() else { return (separator, text.count) }
        if end == 0x0a { return (separator, rest.startIndex) }
        guard end == 0x0d else { return nil }
        return (separator, rest.first == 0x0a ? rest.startIndex + 1 : rest.startIndex)
    }

    /// The separator by which the header has most names that are known, and the rows have as many cells as it.
    /// - Parameters:
    ///   - text: UTF-8, from the first record on.
    ///   - isKnown: whether a column may have this name.
    static func separator(of text: [UInt8], headerRow: Int, isKnown: (String) -> Bool) -> UInt8 {
        var best: (separator: UInt8, score: Score)?
        for separator in separators {
            let score = Score(text, separator, headerRow, isKnown)
            if best.map({ $0.score < score }) ?? true { best = (separator, score) }
        }
        return best?.separator ?? separators[0]
    }

    private struct Score: Comparable {
        private var known = 0
        private var alike = 0
        private var columns = 0

        init(_ text: [UInt8], _ separator: UInt8, _ headerRow: Int, _ isKnown: (String) -> Bool) {
            var reader = CSVReader(separator: separator)
            var header: [String]?
            let take = { (item: ReadItem<CSVReader.Record>) in
                guard case .row(let record) = item, record.row >= headerRow,
                    record.fields.contains(where: { !TableText.trimmed($0).isEmpty })
                else { return }
                if let header {
                    if header.count == record.fields.count { alike += 1 }
                } else {
                    header = record.fields
                    known = record.fields.count { isKnown(TableText.trimmed($0)) }
                    columns = record.fields.count
                }
            }
            reader.feed(text.prefix(TableDialect.sample), take)
            if text.count <= TableDialect.sample { reader.finish(take) }
            // Of a table with one column every row is alike.
            if columns == 1 { alike = 0 }
        }

        static func < (a: Score, b: Score) -> Bool {
            (a.known, a.alike, a.columns) < (b.known, b.alike, b.columns)
        }
    }

    /// Octets of a file that are looked at for its separator.
    private static let sample = 64 << 10
}
