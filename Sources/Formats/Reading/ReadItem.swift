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

/// Cuts bytes that arrive in pieces into lines that end with LF or CRLF, as NDJSON and iCalendar have them.
///
/// What is longer than the limit is passed over and told.
struct LineSplitter: Sendable {
    enum Item: Sendable, Equatable {
        /// Without its end.
        case line([UInt8])
        case tooLong
    }

    private let maxBytes: Int
    private var line: [UInt8] = []
    private var isTooLong = false
    /// The number of the line that is being gathered, from 1.
    private var number = 1

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (Int, Item) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0a) {
            take(rest[..<end])
            emit(deliver)
            rest = rest[(end + 1)...]
        }
        take(rest)
    }

    /// The end of the input: a last line may come without its end.
    mutating func finish(_ deliver: (Int, Item) -> Void) {
        if !line.isEmpty || isTooLong { emit(deliver) }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        // The end's CR does not count.
        if line.count + bytes.count > maxBytes + 1 {
            isTooLong = true
            line = []
        } else {
            line += bytes
        }
    }

    private mutating func emit(_ deliver: (Int, Item) -> Void) {
        if line.last == 0x0d { line.removeLast() }
        deliver(number, isTooLong || line.count > maxBytes ? .tooLong : .line(line))
        line = []
        isTooLong = false
        number += 1
    }
}
