import CSQLite

/// Why SQLite refused or failed.
///
/// Holds neither the SQL's bound arguments nor the path of the file: both may be private, and neither says what to do.
public struct SQLiteError: Error, Sendable, Equatable {
    /// The extended result code (https://sqlite.org/rescode.html).
    public let code: Int32
    /// What SQLite says about it, in English.
    public let message: String
    /// The statement with its placeholders; nil when none was involved.
    public let sql: String?

    init(code: Int32, message: String? = nil, sql: String? = nil) {
        self.code = code
        self.message = message ?? String(cString: sqlite3_errstr(code))
        self.sql = sql
    }

    /// The last failure of this connection, which must be asked for before any other call on it.
    init(last handle: OpaquePointer?, sql: String? = nil) {
        self.init(
            code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }

    /// The kind of failure, by its C name, such as `SQLITE_BUSY`: few values, fit for a metric's label.
    public var label: String { Self.labels[code & 0xff] ?? "SQLITE_ERROR" }

    /// Another connection holds the lock; the same call may succeed later.
    public var isBusy: Bool { code & 0xff == SQLITE_BUSY || code & 0xff == SQLITE_LOCKED }
    /// A `UNIQUE`, `NOT NULL`, `CHECK`, `PRIMARY KEY` or `FOREIGN KEY` constraint stood against it.
    public var isConstraint: Bool { code & 0xff == SQLITE_CONSTRAINT }
    /// The file is damaged or no database at all.
    public var isCorrupt: Bool { code & 0xff == SQLITE_CORRUPT || code & 0xff == SQLITE_NOTADB }

    private static let labels: [Int32: String] = [
        SQLITE_INTERNAL: "SQLITE_INTERNAL", SQLITE_PERM: "SQLITE_PERM", SQLITE_ABORT: "SQLITE_ABORT",
        SQLITE_BUSY: "SQLITE_BUSY", SQLITE_LOCKED: "SQLITE_LOCKED", SQLITE_NOMEM: "SQLITE_NOMEM",
        SQLITE_READONLY: "SQLITE_READONLY", SQLITE_INTERRUPT: "SQLITE_INTERRUPT", SQLITE_IOERR: "SQLITE_IOERR",
        SQLITE_CORRUPT: "SQLITE_CORRUPT", SQLITE_FULL: "SQLITE_FULL", SQLITE_CANTOPEN: "SQLITE_CANTOPEN",
        SQLITE_PROTOCOL: "SQLITE_PROTOCOL", SQLITE_SCHEMA: "SQLITE_SCHEMA", SQLITE_TOOBIG: "SQLITE_TOOBIG",
        SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT", SQLITE_MISMATCH: "SQLITE_MISMATCH", SQLITE_MISUSE: "SQLITE_MISUSE",
        SQLITE_AUTH: "SQLITE_AUTH", SQLITE_RANGE: "SQLITE_RANGE", SQLITE_NOTADB: "SQLITE_NOTADB",
    ]
}

extension SQLiteError: CustomStringConvertible {
    public var description: String { "\(label) (\(code)): \(message)" + (sql.map { " in: \($0)" } ?? "") }
}
