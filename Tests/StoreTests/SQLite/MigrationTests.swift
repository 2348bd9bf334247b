import Store
import Testing

@Suite struct MigrationTests {
    private static let steps = [
        Migration(number: 1, sql: "CREATE TABLE a (v); CREATE TABLE b (v)"),
        Migration(number: 2, sql: "ALTER TABLE a ADD COLUMN w"),
        Migration(number: 3, sql: "INSERT INTO a (v, w) VALUES (1, 2)"),
    ]

    @Test func stepsAreAppliedOnceAndInOrder() throws {
        let folder = try TemporaryFolder()
        for (count, applied) in [(1, 1), (1, 0), (3, 2), (3, 0)] {
            let connection = try SQLiteConnection(.file(folder.file("luma.db")))
            #expect(try connection.migrate(Array(Self.steps.prefix(count))) == applied)
            #expect(try connection.query("PRAGMA user_version") == [[.integer(Int64(count))]])
        }
        #expect(try SQLiteConnection(.file(folder.file("luma.db"))).query("SELECT * FROM a") == [[1, 2]])
    }

    @Test func aDatabaseOfANewerProgramIsRefused() throws {
        let connection = try SQLiteConnection(.memory)
        try connection.migrate(Self.steps)
        #expect(throws: MigrationError.newerDatabase(found: 3, known: 2)) {
            try connection.migrate(Array(Self.steps.prefix(2)))
        }
        try connection.execute("PRAGMA user_version = -1")
        #expect(throws: MigrationError.newerDatabase(found: .max, known: 3)) { try connection.migrate(Self.steps) }
    }

    @Test func aStepThatFailsUndoesAllOfThem() throws {
        let connection = try SQLiteConnection(.memory)
        let broken = Self.steps.prefix(2) + [Migration(number: 3, sql: "INSERT INTO a VALUES (1, 2); SELECT nonsense")]
        let error = #expect(throws: MigrationError.self) { try connection.migrate(Array(broken)) }
        guard case .failed(number: 3, let cause) = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(cause.message.contains("nonsense"))
        #expect(try connection.query("SELECT count(*) FROM sqlite_schema") == [[0]])
        #expect(try connection.query("PRAGMA user_version") == [[0]])
        #expect(try connection.migrate(Self.steps) == 3)
    }

    @Test func aStepThatEndsTheTransactionIsRefused() throws {
        let connection = try SQLiteConnection(.memory)
        let error = #expect(throws: MigrationError.self) {
            try connection.migrate([Migration(number: 1, sql: "CREATE TABLE a (v); COMMIT")])
        }
        guard case .failed(number: 1, _) = error else {
            Issue.record("\(error as Any)")
            return
        }
    }

    @Test(arguments: [[2], [0], [1, 3], [1, 1], [2, 1], [-1]])
    func numbersHaveNoGaps(_ numbers: [Int]) throws {
        let connection = try SQLiteConnection(.memory)
        #expect(throws: MigrationError.badNumbers) {
            try connection.migrate(numbers.map { Migration(number: $0, sql: "SELECT 1") })
        }
        #expect(try connection.migrate([]) == 0)
    }
}
