import Foundation
import Store
import Testing

@Suite struct SQLiteDamageTests {
    @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("notes.txt")
        let text = Data(String(repeating: "these are my notes, not a database\n", count: 200).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        for location in [SQLiteConnection.Location.file(path), .readOnlyFile(path)] {
            let error = #expect(throws: SQLiteError.self) { try SQLiteConnection(location) }
            #expect(error?.isCorrupt == true)
            #expect(error?.label == "SQLITE_NOTADB")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
    }

    /// A database with a few pages, closed, so that everything is in the one file.
    private static func makeDatabase(_ path: String) throws {
        let connection = try SQLiteConnection(.file(path))
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX i ON t (v)")
        let insert = try connection.prepare("INSERT INTO t (v) VALUES (?)")
        try connection.transaction {
            for number in 0..<2000 { try insert.run([.text("value \(number * 7919 % 2000) with some more text")]) }
        }
        #expect(try connection.integrityCheck() == [])
    }

    @Test(arguments: [2, 5, 9, 12])
    func damageInsideIsFoundByTheCheck(_ page: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("luma.db")
        try Self.makeDatabase(path)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(page * 4096))
        try file.write(contentsOf: Data(repeating: 0x5a, count: 4096))
        try file.close()
        do throws(SQLiteError) {
            let problems = try SQLiteConnection(.file(path)).integrityCheck()
            #expect((1...20).contains(problems.count))
        } catch {
            #expect(error.isCorrupt)
        }
    }

    @Test func aTruncatedFileIsFound() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("luma.db")
        try Self.makeDatabase(path)
        try FileHandle(forUpdating: URL(fileURLWithPath: path)).truncate(atOffset: 3 * 4096)
        let error = #expect(throws: SQLiteError.self) {
            #expect(try SQLiteConnection(.file(path)).integrityCheck() != [])
            _ = try SQLiteConnection(.file(path)).query("SELECT * FROM t")
        }
        #expect(error?.isCorrupt == true)
    }

    @Test func rowsThatReferToNothingAreFound() throws {
        let connection = try SQLiteConnection(.memory)
        try connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id))")
        try connection.execute("PRAGMA foreign_keys = OFF; INSERT INTO b VALUES (1)")
        #expect(try connection.integrityCheck().count == 1)
    }

    /// Where nobody can make a file, not even root, whom permissions do not stop.
    @Test(arguments: ["/proc/luma.db", "/proc/self/nowhere/luma.db", "/dev/null/luma.db", "/nowhere/at/all/luma.db"])
    func aFolderThatCannotBeWrittenIsRefused(_ path: String) {
        let error = #expect(throws: SQLiteError.self) { try SQLiteConnection(.file(path)) }
        #expect(error?.label == "SQLITE_CANTOPEN")
        #expect(!"\(error as Any)".contains("luma.db"))
    }

    @Test func aReadOnlyFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
        if geteuid() == 0 {
            // Permissions do not bind root: it must work, then.
            #expect(throws: Never.self) { try SQLiteConnection(.file(folder.file("luma.db"))) }
        } else {
            let error = #expect(throws: SQLiteError.self) { try SQLiteConnection(.file(folder.file("luma.db"))) }
            #expect(error?.label == "SQLITE_CANTOPEN")
        }
    }

    @Test func aFolderInPlaceOfAFileAndAMissingFileAreRefused() throws {
        let folder = try TemporaryFolder()
        for location in [SQLiteConnection.Location.file(folder.path), .readOnlyFile(folder.file("none.db"))] {
            let error = #expect(throws: SQLiteError.self) { try SQLiteConnection(location) }
            #expect(error?.label == "SQLITE_CANTOPEN")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.db")))
    }
}
