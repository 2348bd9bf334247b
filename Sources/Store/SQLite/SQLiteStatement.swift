import CSQLite

/// One compiled statement with places for arguments; belongs to its connection's queue and keeps the connection open.
///
///     let insert = try connection.prepare("INSERT INTO pair VALUES (?, ?)")
///     try insert.run(["a", 1])
public final class SQLiteStatement {
    private let connection: SQLiteConnection
    private let handle: OpaquePointer
    private let sql: String

    init(_ connection: SQLiteConnection, _ sql: String) throws(SQLiteError) {
        self.connection = connection
        self.sql = sql
        guard sql.utf8.count < Int(Int32.max) else { throw SQLiteError(code: SQLITE_TOOBIG) }
        var compiled: OpaquePointer?
        var hasMore = false
        var text = sql
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                var rest: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    connection.handle, bytes.baseAddress, Int32(bytes.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &compiled, &rest)
                if let rest, let start = bytes.baseAddress {
                    hasMore = bytes[(rest - start)...].contains { !" \t\r\n;".utf8.contains(UInt8(bitPattern: $0)) }
                }
                return code
            }
        }
        guard code == SQLITE_OK else { throw SQLiteError(last: connection.handle, sql: sql) }
        guard let compiled, !hasMore else {
            sqlite3_finalize(compiled)
            throw SQLiteError(code: SQLITE_MISUSE, message: "exactly one statement was expected", sql: sql)
        }
        handle = compiled
    }

    deinit { sqlite3_finalize(handle) }

    /// How many arguments the statement takes.
    public var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// Starts over with these arguments, one for each place.
    public func bind(_ arguments: [SQLiteValue]) throws(SQLiteError) {
        reset()
        guard arguments.count == parameterCount else {
            let message = "\(parameterCount) arguments were expected, not \(arguments.count)"
            throw SQLiteError(code: SQLITE_RANGE, message: message, sql: sql)
        }
        for (index, value) in arguments.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
        let code: Int32
        switch value {
        case .null: code = sqlite3_bind_null(handle, index)
        case .integer(let value): code = sqlite3_bind_int64(handle, index, value)
        case .real(let value): code = sqlite3_bind_double(handle, index, value)
        case .text(var text):
            guard text.utf8.count < Int(Int32.max) else { throw SQLiteError(code: SQLITE_TOOBIG, sql: sql) }
            code = text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    // A null pointer would bind NULL, not an empty text.
                    guard let start = bytes.baseAddress else { return lm_sqlite_bind_text(handle, index, "", 0) }
                    return lm_sqlite_bind_text(handle, index, start, Int32(bytes.count))
                }
            }
        case .blob(let bytes):
            guard bytes.count < Int(Int32.max) else { throw SQLiteError(code: SQLITE_TOOBIG, sql: sql) }
            code =
                bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : bytes.withUnsafeBytes { lm_sqlite_bind_blob(handle, index, $0.baseAddress, Int32($0.count)) }
        }
        guard code == SQLITE_OK else { throw SQLiteError(last: connection.handle, sql: sql) }
    }

    /// Goes on to the next row; false when there is none, after which the statement may be bound again.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            let error = SQLiteError(last: connection.handle, sql: sql)
            reset()
            throw error
        }
    }

    /// Binds these arguments and runs the statement to its end; rows are thrown away.
    public func run(_ arguments: [SQLiteValue] = []) throws(SQLiteError) {
        try bind(arguments)
        while try step() {}
        reset()
    }

    /// Goes back to before the first row and forgets the arguments; also ends the reading of rows early, which else
    /// would keep the log from being folded into the file.
    public func reset() {
        // Repeats the error of the last step, which was thrown then.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: The current row

    /// All values of the current row.
    public var row: [SQLiteValue] { (0..<Int(sqlite3_data_count(handle))).map { value(at: $0) } }

    /// The value in this column of the current row, from 0; null when there is no such column or no row.
    public func value(at column: Int) -> SQLiteValue {
        guard (0..<Int(sqlite3_data_count(handle))).contains(column) else { return .null }
        let column = Int32(column)
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            // The text first, the length after it: the other way round, a conversion could change the length.
            let start = sqlite3_column_text(handle, column)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    /// The integer in this column; nil when the value is of another class.
    public func integer(at column: Int) -> Int64? { value(at: column).integerValue }
    /// The number in this column; nil when the value is of another class.
    public func real(at column: Int) -> Double? { value(at: column).realValue }
    /// The text in this column; nil when the value is of another class.
    public func text(at column: Int) -> String? { value(at: column).textValue }
    /// The bytes in this column; nil when the value is of another class.
    public func blob(at column: Int) -> [UInt8]? { value(at: column).blobValue }
}

/// A value that goes into a statement or comes out of it, by SQLite's five storage classes.
public enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .real(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(nilLiteral: ()) { self = .null }
}

extension SQLiteValue {
    /// The value when it is an integer; the others likewise, and none converts.
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The value when it is a floating-point number.
    public var realValue: Double? { if case .real(let value) = self { value } else { nil } }
    /// The value when it is a text.
    public var textValue: String? { if case .text(let value) = self { value } else { nil } }
    /// The value when it is bytes.
    public var blobValue: [UInt8]? { if case .blob(let value) = self { value } else { nil } }
}
