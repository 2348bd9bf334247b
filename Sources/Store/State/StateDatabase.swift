import Core
import Glibc

/// The open database of the state, with its compiled statements. Belongs to the store's queue.
final class StateDatabase {
    let connection: SQLiteConnection
    let holder: HolderLock
    /// Nil in memory.
    private let files: DatabaseFiles?
    /// Nil in memory.
    private var commits: CommitRecord?
    private let folder: String?
    /// There was a database in this folder before, which somebody has taken away.
    let hasBegunAnew: Bool
    /// Something was committed since the log was last folded into the file.
    private(set) var hasLog = false
    /// Transactions of this program that have changed something since it was opened.
    private(set) var written = 0
    /// A commit was refused, and may stand in the log all the same.
    ///
    /// When the disk fails to keep a commit, its pages have been written by then. SQLite goes back to where it was, but whoever opens
    /// the log anew takes what stands in it for committed. So this connection must stay open until the log is emptied. If the
    /// program is killed before, what was refused is found again by the next one: as a write of a dead program, of which nobody
    /// knows whether it was sent, and which is looked for.
    private(set) var hasRefusedCommit = false
    /// What it must look like.
    let shape: DatabaseShape
    var requests = RequestCounts()
    /// Why a key was refused, in words for the log; taken by whoever tells it.
    var refusedKey: String?
    private var statements: [String: SQLiteStatement] = [:]
    private var isDurable = true
    /// How long a call waits for another program's write.
    private static let busyMilliseconds: Int32 = 2000
    /// 128 MB, which are read in a sixth of a second when they are in memory.
    private static let maxPagesToRead = 32_768

    /// - Parameters:
    ///   - folder: made with mode 0700 when it is not there; nil for memory.
    ///   - earlier: the holder that this program was before, which it stays.
    ///   - expected: the file that it had open before. Another one in its place is not opened: it knows nothing of what was
    ///     promised, and its numbers are those of other requests and writes.
    ///   - shape: what it must look like; nil to find out, unless the database is made here.
    /// - Throws: `StoreFailure`, `StoreProblem`, `SQLiteError` or `MigrationError`.
    init(folder: String?, earlier: HolderLock?, expected: FileIdentity?, shape: DatabaseShape?) throws {
        let path = folder.map { $0 + "/luma.db" }
        let isNew: Bool
        self.folder = folder
        if let folder, let path {
            if let expected, FileIdentity(of: path) != expected { throw StoreFailure(.removed) }
            if let earlier, !earlier.isInPlace { throw StoreFailure(.removed) }
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw StoreFailure(systemError: errno) }
            // SQLite would only say that it cannot open the file.
            if access(folder, W_OK) != 0, errno == EROFS { throw StoreFailure(.readOnly) }
            let record = try CommitRecord(folder: folder)
            let size = try DatabaseFiles.size(ofDatabase: path, isKnown: record.isKnown)
            hasBegunAnew = size == nil && record.isKnown
            isNew = size == nil
            let opened = try SQLiteConnection(
                .file(path), busyTimeoutMilliseconds: Self.busyMilliseconds, keepsLog: true)
            if size != nil { try opened.transaction { try record.check(opened.history) } }
            (connection, commits) = (opened, record)
        } else {
            connection = try SQLiteConnection(.memory)
            commits = nil
            hasBegunAnew = false
            isNew = true
        }
        if let path, FileIdentity(of: path) != expected { try Self.read(connection) }
        try connection.migrate(StateMigrations.all)
        let found = try DatabaseShape(connection)
        // What has just been made by all steps is as they make it.
        let wanted = try shape ?? (isNew ? found : DatabaseShape.current())
        if let difference = found.difference(from: wanted) { throw StoreProblem(.wrongSchema, difference) }
        self.shape = wanted
        if let record = commits {
            let opened = connection
            try opened.transaction {
                if let (name, number) = try opened.history() { record.begin(name: name, number: number) }
            }
        }
        // It is whole.
        connection.keepLogOnClose(false)
        holder = try earlier ?? HolderLock(folder: folder)
        holder.removeLeftovers()
        files = path.flatMap(DatabaseFiles.init)
        // Taken away, or replaced, while it was opened.
        if path != nil, files == nil { throw StoreFailure(.removed) }
        if let expected, identity != expected { throw StoreFailure(.removed) }
    }

    /// Reads a database that was not read before, unless it is so large that the start would wait for it.
    private static func read(_ connection: SQLiteConnection) throws {
        let pages = try connection.query("PRAGMA page_count").first?.first?.integerValue ?? 0
        guard pages <= maxPagesToRead, let damage = try connection.quickCheck() else { return }
        throw StoreProblem(.corrupt, damage)
    }

    /// Which file it is; nil in memory.
    var identity: FileIdentity? { files?.main }

    /// - Throws: `StoreFailure` when what is written here would not be found by the next program.
    func checkPlace() throws(StoreFailure) {
        guard files?.areInPlace ?? true, holder.isInPlace else { throw StoreFailure(.removed) }
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
        guard commits != nil else { return try connection.transaction(body) }
        // What holds it up is a reader, which does not hurt: the next commit takes the place of the one that was refused.
        if hasRefusedCommit { hasRefusedCommit = try !connection.emptyLog() }
        let before = connection.totalChanges
        var number: Int64?
        var isComplete = false
        let value: Value
        do {
            value = try connection.transaction {
                let value = try body()
                if connection.totalChanges != before {
                    try run("UPDATE history SET number = number + 1")
                    number = try row("SELECT number FROM history")?[0].integerValue
                    try keepRecord()
                }
                isComplete = true
                return value
            }
        } catch {
            if isComplete { hasRefusedCommit = true }
            throw error
        }
        if let number {
            hasRefusedCommit = false
            commits?.note(number, isDurable: isDurable)
            hasLog = true
            written += 1
        }
        return value
    }

    /// Makes the record of the commits anew when it was taken away: without it the next program would miss nothing, whatever is
    /// lost. Called in a transaction that has been counted.
    private func keepRecord() throws {
        guard let folder, let commits, !commits.isInPlace else { return }
        let record = try CommitRecord(folder: folder)
        if let (name, number) = try connection.history() { record.begin(name: name, number: number - 1) }
        self.commits = record
    }

    /// Folds the log into the file, so that the file alone is a copy of what was promised. Waits for the disk.
    func checkpoint() throws {
        if hasRefusedCommit { hasRefusedCommit = try !connection.emptyLog() }
        guard hasLog else { return }
        try connection.checkpoint()
        hasLog = false
    }
}

extension SQLiteConnection {
    /// The name of the state's database and how many commits it has seen; nil when it is of a step before these were counted.
    func history() throws(SQLiteError) -> (name: Int64, number: Int64)? {
        guard try !query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'history'").isEmpty,
            let row = try query("SELECT name, number FROM history").first, let name = row[0].integerValue,
            let number = row[1].integerValue
        else { return nil }
        return (name, number)
    }
}

extension SQLiteValue {
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ time: Timestamp) { self = .integer(time.milliseconds) }
}
