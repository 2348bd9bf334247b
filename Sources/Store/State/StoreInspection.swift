import Glibc

/// What looking into a folder of state has found, for whoever asks whether all is well.
public enum StoreInspection: Sendable, Equatable {
    /// There is no database yet; it is made when it is first needed.
    case absent
    case sound
    /// What is wrong, in English: commits that are lost, or SQLite's findings, at most twenty.
    case damaged([String])
    /// A table, column or index that is missing or in another form, in English.
    case wrongSchema(String)
    case unusable(StoreFailure.Cause)

    /// Reads the whole database in this folder and changes nothing; also while a gateway uses it. Waits for the disk.
    public init(folder: String) {
        do {
            self = try Self.look(folder)
        } catch let problem as StoreProblem {
            self = .damaged([problem.words])
        } catch {
            self = .unusable(StoreFailure(error).cause)
        }
    }

    private static func look(_ folder: String) throws -> StoreInspection {
        let path = folder + "/luma.db"
        let record = try CommitRecord.existing(folder: folder)
        guard try DatabaseFiles.size(ofDatabase: path, isKnown: record?.isKnown ?? false) != nil else {
            // A file that may not be looked at is not absent.
            return access(path, F_OK) != 0 && errno != ENOENT ? .unusable(.cannotOpen) : .absent
        }
        let connection = try SQLiteConnection(.readOnlyFile(path))
        let version = try connection.query("PRAGMA user_version").first?.first?.integerValue ?? 0
        if version > Int64(StateMigrations.all.count) { return .unusable(.newerVersion) }
        try record?.check(connection.history)
        let problems = try connection.integrityCheck()
        if !problems.isEmpty { return .damaged(problems) }
        // One of a former step is brought to the present one at the next start.
        guard version == Int64(StateMigrations.all.count),
            let difference = try DatabaseShape(connection).difference(from: .current())
        else { return .sound }
        return .wrongSchema(difference)
    }

    /// Tries whether the folder takes something to be kept, and takes it away again: 64 KiB, which wait for the disk.
    /// - Returns: why not; nil when it does.
    public static func tryWrite(folder: String) -> StoreFailure.Cause? {
        let path = folder + "/try-\(getpid())"
        // In a container each doctor may have the same number, and one that was ended has left it.
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return StoreFailure(systemError: errno).cause }
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = [UInt8](repeating: 0x5a, count: 64 << 10)
        let written = write(descriptor, bytes, bytes.count)
        if written < 0 { return StoreFailure(systemError: errno).cause }
        if written < bytes.count { return .diskFull }
        return fsync(descriptor) == 0 ? nil : StoreFailure(systemError: errno).cause
    }
}
