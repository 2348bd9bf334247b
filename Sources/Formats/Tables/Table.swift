/// A table as it was read from a file: the names of its columns, and its rows.
public struct Table: Sendable {
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
