/// What a reader finds in a file: a row, or what is wrong with one.
public enum ReadItem<Row: Sendable>: Sendable {
    case row(Row)
    case problem(ReadProblem)
}

extension ReadItem: Equatable where Row: Equatable {}

/// What is wrong with a row, or with the whole file, and where.
public struct ReadProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line of the file that it is about, from 1.
    public let line: Int
    /// In words that follow the place.
    public let text: String
    /// Nothing after it can be read: nobody knows where the next row begins.
    public let isFatal: Bool

    /// A problem of the row that begins at this line.
    public init(line: Int, _ text: String, isFatal: Bool = false) {
        self.line = line
        self.text = text
        self.isFatal = isFatal
    }

    public var description: String { "line \(line): \(text)" }
}

/// Bounds of what is read. What is beyond them is refused and not kept.
public struct ReadLimits: Sendable {
    /// Bytes of one field, line or property.
    public var fieldBytes: Int
    /// Bytes of one row with all its fields.
    public var rowBytes: Int
    /// Fields or properties of one row.
    public var fields: Int
    /// Rows of one file.
    public var rows: Int

    /// Bounds that no file of events comes near, unless told otherwise.
    public init(fieldBytes: Int = 256 << 10, rowBytes: Int = 1 << 20, fields: Int = 256, rows: Int = 100_000) {
        self.fieldBytes = fieldBytes
        self.rowBytes = rowBytes
        self.fields = fields
        self.rows = rows
    }

    var tooManyRows: String { "the file has more than \(rows) rows; split it" }
}
