import Foundation
import Store
import Testing

@Suite struct SQLiteConnectionTests {
    @Test func aFileIsMadeForItsOwnerAndKeepsWhatIsPutIn() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("luma.db")
        do {
            let connection = try SQLiteConnection(.file(path))
            #expect(try connection.query("PRAGMA journal_mode") == [["wal"]])
            #expect(try connection.query("PRAGMA foreign_keys") == [[1]])
            #expect(try connection.query("PRAGMA synchronous") == [[2]])
            try connection.execute("CREATE TABLE pair (name TEXT, value INTEGER); INSERT INTO pair VALUES ('a', 1)")
            #expect(connection.changes == 1)
            #expect(connection.lastInsertedRow == 1)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try SQLiteConnection(.file(path)).query("SELECT * FROM pair") == [["a", 1]])
        let reader = try SQLiteConnection(.readOnlyFile(path))
        #expect(try reader.query("SELECT value FROM pair WHERE name = ?", "a") == [[1]])
        let refusal = #expect(throws: SQLiteError.self) { try reader.execute("DELETE FROM pair") }
        #expect(refusal?.label == "SQLITE_READONLY")
    }

    @Test(arguments: [
        SQLiteValue.null, 0, -1, .integer(.max), .integer(.min), 0.5, -1e300, "", "text", "é😀\0after",
        "'; DROP TABLE x --",
        .blob([]), .blob([0, 1, 255]),
    ])
    func everyValueComesBackAsItWentIn(_ value: SQLiteValue) throws {
        let connection = try SQLiteConnection(.memory)
        #expect(try connection.query("SELECT ?", value) == [[value]])
        try connection.execute("CREATE TABLE t (v)")
        try connection.query("INSERT INTO t VALUES (?)", value)
        #expect(try connection.query("SELECT v FROM t") == [[value]])
    }

    @Test func aStatementRunsManyTimes() throws {
        let connection = try SQLiteConnection(.memory)
        try connection.execute("CREATE TABLE pair (name TEXT, value INTEGER)")
        let insert = try connection.prepare("INSERT INTO pair VALUES (?, ?)")
        #expect(insert.parameterCount == 2)
        for number in 0..<100 { try insert.run([.text("n\(number)"), .integer(Int64(number))]) }
        let select = try connection.prepare("SELECT name, value FROM pair WHERE value >= ? ORDER BY value")
        for start in [90, 98] {
            try select.bind([.integer(Int64(start))])
            var names: [String] = []
            while try select.step() {
                names.append(try #require(select.text(at: 0)))
                #expect(select.integer(at: 1) == Int64(start + names.count - 1))
                #expect(select.blob(at: 0) == nil)
                #expect(select.value(at: 2) == .null)
                #expect(select.value(at: -1) == .null)
            }
            #expect(names == (start..<100).map { "n\($0)" })
            #expect(select.row == [])
        }
    }

    @Test func aStatementKeepsItsConnectionOpen() throws {
        var connection: SQLiteConnection? = try SQLiteConnection(.memory)
        let statement = try #require(try connection?.prepare("SELECT 1"))
        connection = nil
        try statement.bind([])
        #expect(try statement.step())
        #expect(statement.row == [1])
    }

    @Test(arguments: ["", " ", "-- nothing", "SELECT 1; SELECT 2", "SELECT", "SELECT * FROM nowhere"])
    func whatIsNotOneStatementIsRefused(_ sql: String) throws {
        let connection = try SQLiteConnection(.memory)
        #expect(throws: SQLiteError.self) { try connection.prepare(sql) }
        #expect(try connection.query("SELECT 1 ; ") == [[1]])
    }

    @Test func theNumberOfArgumentsIsChecked() throws {
        let statement = try SQLiteConnection(.memory).prepare("SELECT ?, ?")
        for count in [0, 1, 3] {
            let error = #expect(throws: SQLiteError.self) {
                try statement.bind([SQLiteValue](repeating: "secret", count: count))
            }
            #expect(error?.label == "SQLITE_RANGE")
        }
    }

    @Test func anErrorNamesTheStatementAndNeverItsArguments() throws {
        let connection = try SQLiteConnection(.memory)
        try connection.execute("CREATE TABLE key (hash TEXT PRIMARY KEY, n INTEGER CHECK (n > 0)) STRICT")
        let insert = try connection.prepare("INSERT INTO key VALUES (?, ?)")
        try insert.run(["secret-4711", 1])
        for arguments: [SQLiteValue] in [["secret-4711", 1], ["secret-4711-2", 0], ["secret-4711-3", "secret-4711"]] {
            let error = try #require(throws: SQLiteError.self) { try insert.run(arguments) }
            #expect(!error.isBusy)
            #expect(error.label == "SQLITE_CONSTRAINT")
            #expect(error.sql == "INSERT INTO key VALUES (?, ?)")
            #expect(!"\(error)".contains("4711"))
        }
        // The statement is usable after its failures.
        try insert.run(["other", 2])
    }

    @Test func foreignKeysAreEnforced() throws {
        let connection = try SQLiteConnection(.memory)
        try connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id))")
        let error = #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO b VALUES (1)") }
        #expect(error?.label == "SQLITE_CONSTRAINT")
    }

    @Test func aTransactionIsAllOrNothing() throws {
        struct Stop: Error {}
        let connection = try SQLiteConnection(.memory)
        try connection.execute("CREATE TABLE t (v)")
        let kept = try connection.transaction {
            try connection.execute("INSERT INTO t VALUES (1)")
            #expect(connection.isInTransaction)
            return "kept"
        }
        #expect(kept == "kept")
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (2)")
                throw Stop()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(throws: SQLiteError.self) { try connection.transaction { try connection.transaction {} } }
        #expect(!connection.isInTransaction)
        #expect(try connection.query("SELECT v FROM t") == [[1]])
    }

    @Test func anotherConnectionsLockIsBusyAndThenGone() throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteConnection(.file(folder.file("luma.db")))
        let second = try SQLiteConnection(.file(folder.file("luma.db")), busyTimeoutMilliseconds: 10)
        try first.execute("CREATE TABLE t (v)")
        try first.transaction {
            try first.execute("INSERT INTO t VALUES (1)")
            let error = #expect(throws: SQLiteError.self) { try second.execute("INSERT INTO t VALUES (2)") }
            #expect(error?.isBusy == true)
            // A reader sees the state before, and does not wait.
            #expect(try second.query("SELECT count(*) FROM t") == [[0]])
        }
        try second.execute("INSERT INTO t VALUES (2)")
        #expect(try first.query("SELECT count(*) FROM t") == [[2]])
    }

    @Test func oneNewFileCanBeOpenedByManyAtOnce() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("luma.db")
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let connection = try SQLiteConnection(.file(path))
                    return try connection.migrate([Migration(number: 1, sql: "CREATE TABLE t (v)")])
                }
            }
            let applied = try await group.reduce(0, +)
            #expect(applied == 1)
        }
    }
}
