import Core
import Glibc

/// The open database of the state, with its compiled statements. Belongs to the store's queue.
final class StateDatabase {
    let connection: SQLiteConnection
    let holder: HolderLock
    /// Nil in memory.
    private let files: DatabaseFiles?
    /// The number of requests that are kept, as far as this program knows; nil when it must be counted.
    var requestCount: Int?
    private var statements: [String: SQLiteStatement] = [:]
    private var isDurable = true
    /// How long a call waits for another program's write.
    private static let busyMilliseconds: Int32 = 2000

    /// - Parameters:
    ///   - folder: made with mode 0700 when it is not there; nil for memory.
    ///   - earlier: the holder that this program was before, which it stays.
    ///   - expected: the file that it had open before. Another one in its place is not opened: it knows nothing of what was
    ///     promised, and its numbers are those of other requests and writes.
    /// - Throws: `StoreFailure`, `SQLiteError` or `MigrationError`.
    init(folder: String?, earlier: HolderLock?, expected: FileIdentity?) throws {
        let path = folder.map { $0 + "/luma.db" }
        if let folder, let path {
            if let expected, FileIdentity(of: path) != expected { throw StoreFailure(.removed) }
            if let earlier, !earlier.isInPlace { throw StoreFailure(.removed) }
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw StoreFailure(systemError: errno) }
            // SQLite would only say that it cannot open the file.
            if access(folder, W_OK) != 0, errno == EROFS { throw StoreFailure(.readOnly) }
            connection = try SQLiteConnection(.file(path), busyTimeoutMilliseconds: Self.busyMilliseconds)
        } else {
            connection = try SQLiteConnection(.memory)
        }
        try connection.migrate(StateMigrations.all)
        holder = try earlier ?? HolderLock(folder: folder)
        holder.removeLeftovers()
        files = path.flatMap(DatabaseFiles.init)
        // Taken away, or replaced, while it was opened.
        if path != nil, files == nil { throw StoreFailure(.removed) }
        if let expected, identity != expected { throw StoreFailure(.removed) }
    }

    /// Which file it is; nil in memory.
    var identity: FileIdentity? { files?.main }

    /// - Throws: `StoreFailure` when what is written here would not be found by the next program.
    func checkPlace() throws(StoreFailure) {
        guard files?.areInPlace ?? true, holder.isInPlace else { throw StoreFailure(.removed) }
    }

    /// The number of requests that are kept.
    func countedRequests() throws -> Int {
        if let requestCount { return requestCount }
        let count = Int(try row("SELECT count(*) FROM request")?[0].integerValue ?? 0)
        requestCount = count
        return count
    }

    /// The statement, compiled at its first use.
    func statement(_ sql: StaticString) throws -> SQLiteStatement {
        let text = sql.description
        if let statement = statements[text] { return statement }
        let statement = try connection.prepare(text)
        statements[text] = statement
        return statement
    }

    func run(_ sql: StaticString, _ arguments: SQLiteValue...) throws {
        try statement(sql).run(arguments)
    }

    /// The first row, nil when there is none.
    func row(_ sql: StaticString, _ arguments: SQLiteValue...) throws -> [SQLiteValue]? {
        let statement = try statement(sql)
        try statement.bind(arguments)
        defer { statement.reset() }
        return try statement.step() ? statement.row : nil
    }

    func rows(_ sql: StaticString, _ arguments: SQLiteValue...) throws -> [[SQLiteValue]] {
        let statement = try statement(sql)
        try statement.bind(arguments)
        defer { statement.reset() }
        var rows: [[SQLiteValue]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    /// One transaction. What is not durable survives the end of this program at once, and a loss of power from the next
    /// durable one on: the log is one file, and waiting for the disk covers all that stands in it.
    func transaction<Value>(isDurable: Bool, _ body: () throws -> Value) throws -> Value {
        if isDurable != self.isDurable {
            try connection.execute(isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
            self.isDurable = isDurable
        }
        return try connection.transaction(body)
    }
}

extension SQLiteValue {
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ time: Timestamp) { self = .integer(time.milliseconds) }
}
