import Core

/// Reads comma-separated values (RFC 4180), or values separated by another character: fields in quotes with `""` for a
/// quote, line ends within them. Records end with CRLF or LF; where the first ends with a CR
/// alone, as programs for the Mac wrote it, all may.
///
/// What the RFC leaves no meaning for is an error and not a guess: a quote within a field that does not begin with one,
/// text after a closing quote, a quote that is never closed. After any of these nobody can tell where the next record
/// begins, so it ends the reading. Lines without anything in them are passed over. The apostrophe that `CSVWriter` puts
/// before a formula is taken away.
public struct CSVReader: Sendable {
    /// One record. The first is the header if the file has one; the reader does not know.
    public struct Record: Sendable, Equatable {
        /// The line of the file where it begins, from 1.
        public let line: Int
        /// The row that a spreadsheet shows it in, from 1: empty lines are rows, line ends in a cell are not.
        public let row: Int
        /// The cells, without their quotes.
        public let fields: [String]
    }

    private enum State {
        /// Before the first byte of a record or of a field.
        case start
        case plain
        case quoted
        /// After a quote within a quoted field: its end, or half of `""`.
        case quote
        /// After a CR outside of quotes: an LF must follow.
        case carriageReturn
    }

    private let limits: ReadLimits
    private let separator: UInt8
    private var state = State.start
    /// Whether a CR alone ends a record; nil until the first record has ended.
    private var endsWithReturn: Bool?
    private var isOver = false
    private var line = 1
    /// Where the record, and the field in quotes, began.
    private var recordLine = 1
    private var quoteLine = 1
    /// The bytes of the record's fields one after another, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hasQuotes = false
    private var records = 0
    private var row = 1
    /// Rows that have ended, those without anything in them too.
    public var rowsRead: Int { row - 1 }

    /// A reader at the beginning of a file.
    public init(limits: ReadLimits = ReadLimits()) { self.init(separator: UInt8(ascii: ","), limits: limits) }

    /// A reader of fields that this ASCII character separates.
    /// - Parameter line: the line of the file where the input begins.
    public init(separator: UInt8, line: Int = 1, limits: ReadLimits = ReadLimits()) {
        (self.separator, self.limits, self.line, recordLine) = (separator, limits, line, line)
    }

    /// Takes the next bytes of the file, cut anywhere.
    public mutating func feed(_ input: ArraySlice<UInt8>, _ deliver: (ReadItem<Record>) -> Void) {
        for byte in input {
            if isOver { return }
            take(byte, deliver)
        }
    }

    /// The end of the file: the last record may come without its line end.
    public mutating func finish(_ deliver: (ReadItem<Record>) -> Void) {
        guard !isOver else { return }
        switch state {
        case .quoted: fail(quoteLine, "a quote is opened here and never closed", deliver)
        case .carriageReturn where endsWithReturn == false: fail(line, Self.loneReturn, deliver)
        case .start where ends.isEmpty: break
        default: endRecord(deliver)
        }
        isOver = true
    }

    private static let loneReturn = "a carriage return stands without a line feed"

    private mutating func take(_ byte: UInt8, _ deliver: (ReadItem<Record>) -> Void) {
        switch (state, byte) {
        case (.start, UInt8(ascii: "\"")):
            (state, hasQuotes, quoteLine) = (.quoted, true, line)
        case (.quoted, UInt8(ascii: "\"")): state = .quote
        case (.quoted, _):
            keep(byte, deliver)
            if byte == 0x0a { line += 1 }
        case (.quote, UInt8(ascii: "\"")):
            keep(byte, deliver)
            state = .quoted
        case (.carriageReturn, 0x0a):
            endsWithReturn = endsWithReturn ?? false
            endLine(deliver)
        case (.carriageReturn, _):
            guard endsWithReturn ?? true else { return fail(line, Self.loneReturn, deliver) }
            endsWithReturn = true
            endLine(deliver)
            take(byte, deliver)
        case (_, 0x0a):
            guard endsWithReturn != true else {
                return fail(line, "a line feed ends this line, and a carriage return those before", deliver)
            }
            endsWithReturn = false
            endLine(deliver)
        case (_, 0x0d): state = .carriageReturn
        case (_, separator): endField(deliver)
        case (.plain, UInt8(ascii: "\"")):
            fail(line, "a quote stands within a field that does not begin with one; write \"a \"\"b\"\" c\"", deliver)
        case (.quote, _): fail(line, "text follows a closing quote; double a quote that is meant", deliver)
        case (.start, _), (.plain, _):
            state = .plain
            keep(byte, deliver)
        }
    }

    private mutating func keep(_ byte: UInt8, _ deliver: (ReadItem<Record>) -> Void) {
        if bytes.count - (ends.last ?? 0) >= limits.fieldBytes {
            return fail(recordLine, "a field is longer than \(limits.fieldBytes) bytes", deliver)
        }
        if bytes.count >= limits.rowBytes {
            return fail(recordLine, "the row is longer than \(limits.rowBytes) bytes", deliver)
        }
        bytes.append(byte)
    }

    private mutating func endField(_ deliver: (ReadItem<Record>) -> Void) {
        guard ends.count < limits.fields else {
            return fail(recordLine, "the row has more than \(limits.fields) fields", deliver)
        }
        ends.append(bytes.count)
        state = .start
    }

    private mutating func endLine(_ deliver: (ReadItem<Record>) -> Void) {
        endRecord(deliver)
        line += 1
        recordLine = line
        state = .start
    }

    private mutating func endRecord(_ deliver: (ReadItem<Record>) -> Void) {
        endField(deliver)
        guard !isOver else { return }
        defer {
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            hasQuotes = false
        }
        defer { row += 1 }
        if ends.count == 1, bytes.isEmpty, !hasQuotes { return }
        records += 1
        // The header is no row.
        guard records <= limits.rows + 1 else { return fail(recordLine, limits.tooManyRows, deliver) }
        var fields: [String] = []
        fields.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
                return deliver(.problem(ReadProblem(line: recordLine, "field \(fields.count + 1) is not UTF-8 text")))
            }
            fields.append(CSVGuard.restore(text).streamSafe)
            start = end
        }
        deliver(.row(Record(line: recordLine, row: row, fields: fields)))
    }

    private mutating func fail(_ line: Int, _ text: String, _ deliver: (ReadItem<Record>) -> Void) {
        guard !isOver else { return }
        isOver = true
        bytes = []
        deliver(.problem(ReadProblem(line: line, text, isFatal: true)))
    }
}
