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
