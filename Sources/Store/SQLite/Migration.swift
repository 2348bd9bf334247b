/// One step of the database's shape: from `number - 1` to `number`.
///
/// A step that was ever released is never changed; what it got wrong is put right by the next one.
public struct Migration: Sendable {
    /// From 1, without gaps.
    public let number: Int
    /// One statement or several. No BEGIN or COMMIT: all steps together are one transaction.
    public let sql: String

    /// The step to `number`.
    public init(number: Int, sql: String) {
        self.number = number
        self.sql = sql
    }
}

/// Why a database was not brought to the program's shape. It is as it was before.
public enum MigrationError: Error, Sendable, Equatable {
    /// The database was made by a newer program; this one knows steps up to `known` only.
    case newerDatabase(found: Int, known: Int)
    /// The program's own list is not numbered 1, 2, 3 …
    case badNumbers
    /// This step failed, or ended the transaction.
    case failed(number: Int, SQLiteError)
    /// The database could not be read or locked.
    case database(SQLiteError)
}

extension SQLiteConnection {
    /// Applies those of `migrations` that the database has not had, in order and all or none; safe when several
    /// programs start at once. SQLite's `user_version` holds the number of the last one.
    /// - Returns: how many were applied.
    @discardableResult
    public func migrate(_ migrations: [Migration]) throws(MigrationError) -> Int {
        guard migrations.map(\.number) == Array(1..<migrations.count + 1) else { throw .badNumbers }
        do {
            return try transaction {
                // Read within the lock: another program may have applied them while this one waited.
                let version = try userVersion()
                guard version <= migrations.count else {
                    throw MigrationError.newerDatabase(found: version, known: migrations.count)
                }
                for migration in migrations[version...] { try apply(migration) }
                return migrations.count - version
            }
        } catch let error as MigrationError {
            throw error
        } catch let error as SQLiteError {
            throw .database(error)
        } catch {
            preconditionFailure("only the two are thrown above")
        }
    }

    private func userVersion() throws(SQLiteError) -> Int {
        // A negative number is nobody's; it counts as newer than all.
        let version = try query("PRAGMA user_version").first?.first?.integerValue ?? 0
        return version < 0 ? .max : Int(version)
    }

    private func apply(_ migration: Migration) throws(MigrationError) {
        do throws(SQLiteError) {
            try execute(migration.sql)
            guard isInTransaction else {
                throw SQLiteError(code: 1, message: "the migration ended its transaction", sql: migration.sql)
            }
            try execute("PRAGMA user_version = \(migration.number)")
        } catch {
            throw .failed(number: migration.number, error)
        }
    }
}

/// Tables with their columns, indexes and references, as SQLite tells of them: not the words that they were made with, which
/// differ between a table that was made at once and one that came to its form by steps.
struct DatabaseShape {
    /// For each table a line for each part.
    private let tables: [String: Set<String>]

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        var tables: [String: Set<String>] = [:]
        let names = try connection.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        for name in names.compactMap(\.first?.textValue) { tables[name] = try Self.parts(of: name, connection) }
        self.tables = tables
    }

    private static func parts(of table: String, _ connection: SQLiteConnection) throws(SQLiteError) -> Set<String> {
        var parts: Set<String> = []
        let columns = try connection.query(
            #"SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?)"#, .text(table))
        for column in columns { parts.insert("column " + words(column)) }
        let references = try connection.query(
            #"SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)"#, .text(table))
        for reference in references { parts.insert("reference " + words(reference)) }
        let indexes = try connection.query(
            """
            SELECT list.name, list."unique", list.partial, group_concat(info.name)
            FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS info GROUP BY list.name
            """, .text(table))
        for index in indexes {
            // What SQLite makes by itself for a constraint has a number in its name.
            let isMade = index[0].textValue?.hasPrefix("sqlite_") ?? true
            parts.insert("index " + words(isMade ? Array(index.dropFirst()) : index))
        }
        return parts
    }

    private static func words(_ values: [SQLiteValue]) -> String {
        values.map { value in
            switch value {
            case .text(let text): text
            case .integer(let number): String(number)
            default: "-"
            }
        }.joined(separator: " ")
    }

    /// The first thing in which this one is not as it should be, in English; nil when there is none. Tables that the other
    /// knows nothing of are nobody's business here.
    func difference(from wanted: DatabaseShape) -> String? {
        for (table, parts) in wanted.tables.sorted(by: { $0.key < $1.key }) {
            guard let found = tables[table] else { return "the table \(table) is missing" }
            if let part = parts.subtracting(found).min() { return "the table \(table) lacks its \(part)" }
            if let part = found.subtracting(parts).min() { return "the table \(table) has one \(part) too many" }
        }
        return nil
    }

    /// The shape that this program works with.
    static func current() throws -> DatabaseShape {
        let connection = try SQLiteConnection(.memory)
        try connection.migrate(StateMigrations.all)
        return try DatabaseShape(connection)
    }
}
