import Glibc

/// What looking into a folder of state has found, for whoever asks whether all is well.
public enum StoreInspection: Sendable, Equatable {
    /// There is no database yet; it is made when it is first needed.
    case absent
    case sound
    /// SQLite's findings, at most twenty, in English.
    case damaged([String])
    case unusable(StoreFailure.Cause)

    /// Reads the whole database in this folder and changes nothing; also while a gateway uses it. Waits for the disk.
    public init(folder: String) {
        do throws(SQLiteError) {
            let connection = try SQLiteConnection(.readOnlyFile(folder + "/luma.db"))
            let problems = try connection.integrityCheck()
            let version = try connection.query("PRAGMA user_version").first?.first?.integerValue ?? 0
            if version > Int64(StateMigrations.all.count) {
                self = .unusable(.newerVersion)
            } else {
                self = problems.isEmpty ? .sound : .damaged(problems)
            }
        } catch {
            let isAbsent = error.label == "SQLITE_CANTOPEN" && access(folder + "/luma.db", F_OK) != 0
            self = isAbsent ? .absent : .unusable(StoreFailure(error as any Error).cause)
        }
    }
}
