import CSQLite
import Glibc

/// One open SQLite database: write-ahead log, foreign keys on, every commit on the disk before it returns.
///
/// Not `Sendable`: it belongs to one queue or actor, and every call on it may wait for the disk or, for at most the busy
/// timeout, for another connection. Closed when the last reference to it and to its statements is gone.
public final class SQLiteConnection {
    /// Where the database is.
    public enum Location: Sendable {
        /// A file, made with mode 0600 when it is not there; its folder must be.
        case file(String)
        /// A file that must be there and is never written.
        case readOnlyFile(String)
        /// Gone when the connection is.
        case memory
    }

    let handle: OpaquePointer

    /// - Parameters:
    ///   - busyTimeoutMilliseconds: how long a call waits for another connection's lock before `SQLITE_BUSY`.
    ///   - keepsLog: as `keepLogOnClose` says, from the start.
    /// - Throws: at once when the file cannot be opened, is no database (`isCorrupt`), or cannot have a write-ahead log.
    public init(
        _ location: Location, busyTimeoutMilliseconds: Int32 = 5000, keepsLog: Bool = false
    ) throws(SQLiteError) {
        handle = try Self.open(location)
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        keepLogOnClose(keepsLog)
        // All properties are set: when this throws, `deinit` closes the handle.
        try configure(location, Int(busyTimeoutMilliseconds))
    }

    deinit {
        // The form that waits for statements that are still open, though each of them keeps its connection alive.
        sqlite3_close_v2(handle)
    }

    private static func open(_ location: Location) throws(SQLiteError) -> OpaquePointer {
        let path: String
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch location {
        case .file(let name):
            path = plain(name)
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            // SQLite would use 0644. Only a file that is made here is opened here: closing any descriptor of a file
            // drops the locks that this process holds on it.
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if descriptor >= 0 { close(descriptor) }
        case .readOnlyFile(let name):
            path = plain(name)
            flags |= SQLITE_OPEN_READONLY
        case .memory:
            path = ":memory:"
            flags |= SQLITE_OPEN_READWRITE
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = handle.map { SQLiteError(last: $0) } ?? SQLiteError(code: code)
            sqlite3_close_v2(handle)
            throw error
        }
        return handle
    }

    /// A path that SQLite takes for nothing else, such as `:memory:` or a URI.
    private static func plain(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

    /// Turns to the write-ahead log. While another connection does the same SQLite answers busy at once, without its busy
    /// handler, so the wait is made here.
    private func writeAheadLog(_ milliseconds: Int) throws(SQLiteError) -> String? {
        var waited = 0
        while true {
            do throws(SQLiteError) {
                return try query("PRAGMA journal_mode = WAL").first?.first?.textValue
            } catch {
                guard error.isBusy, waited < milliseconds else { throw error }
                waited += Int(sqlite3_sleep(5))
            }
        }
    }

    private func configure(_ location: Location, _ busyTimeoutMilliseconds: Int) throws(SQLiteError) {
        // A schema in a damaged or hostile file runs no function that could do harm.
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA cell_size_check = ON")
        try execute("PRAGMA foreign_keys = ON")
        switch location {
        case .file:
            // The first statement that reads the file: one that is no database fails here.
            let mode = try writeAheadLog(busyTimeoutMilliseconds)
            guard mode == "wal" else {
                throw SQLiteError(code: SQLITE_CANTOPEN, message: "the file cannot have a write-ahead log")
            }
            try execute("PRAGMA synchronous = FULL")
        case .readOnlyFile: try execute("SELECT count(*) FROM sqlite_schema")
        case .memory: break
        }
    }

    /// Runs one statement or several; rows are thrown away.
    public func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteError(last: handle, sql: sql) }
    }

    /// Compiles one statement, to be used many times.
    public func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        try SQLiteStatement(self, sql)
    }

    /// Runs one statement with these arguments and gives all its rows: for few rows.
    @discardableResult
    public func query(_ sql: String, _ arguments: SQLiteValue...) throws(SQLiteError) -> [[SQLiteValue]] {
        let statement = try prepare(sql)
        try statement.bind(arguments)
        var rows: [[SQLiteValue]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    /// Runs `body` in a transaction that takes the write lock at once, so that it cannot fail half-way for want of it.
    /// What `body` throws undoes everything. Transactions do not nest.
    public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // Some failures have undone it already. An error of the undoing would hide the one that matters.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether the log stays as it is when this connection is the last one that closes, instead of being folded into the file and
    /// removed: for a database of which it is not known yet that it is whole.
    func keepLogOnClose(_ keeps: Bool) { lm_sqlite_no_checkpoint_on_close(handle, keeps ? 1 : 0) }

    /// Folds the log into the file as far as no other connection reads in it. Waits for the disk, and for nobody else.
    func checkpoint() throws(SQLiteError) { try execute("PRAGMA wal_checkpoint(PASSIVE)") }

    /// The same, and cuts the log off: what stands in it behind the last commit is gone. Waits for readers as for a lock.
    /// - Returns: false when one of them was not done in time, and the log stays as it is.
    func emptyLog() throws(SQLiteError) -> Bool {
        try query("PRAGMA wal_checkpoint(TRUNCATE)").first?.first?.integerValue == 0
    }

    /// How many rows all statements of this connection have changed so far.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The row id of the last INSERT that succeeded.
    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Reads the whole database and gives the first thing that is wrong with its pages and rows; nil when nothing is. A
    /// millisecond for each megabyte that is in memory; indexes are not compared with their tables.
    func quickCheck() throws(SQLiteError) -> String? {
        let text = try query("PRAGMA quick_check(1)").first?.first?.textValue
        return text == "ok" ? nil : text ?? "nothing can be read"
    }

    /// Reads the whole database and gives what is wrong with it, at most twenty findings; none when it is sound.
    /// - Throws: when the damage is such that it cannot even be read.
    public func integrityCheck() throws(SQLiteError) -> [String] {
        var problems: [String] = []
        for row in try query("PRAGMA integrity_check(20)") {
            if let text = row.first?.textValue, text != "ok" { problems.append(text) }
        }
        for row in try query("PRAGMA foreign_key_check") where problems.count < 20 {
            problems.append("a row of \(row.first?.textValue ?? "") refers to one that is not there")
        }
        return problems
    }
}

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
