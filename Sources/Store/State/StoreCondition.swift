import Glibc

/// Why the store does not work. Holds no path and no data, so it may be shown to anybody.
public struct StoreFailure: Error, Sendable, Equatable {
    /// A bounded set of causes, fit for a metric's label and for `/health`.
    public enum Cause: String, Sendable, CaseIterable {
        /// Another program holds the database for longer than this one waits.
        case locked
        case readOnly = "read_only"
        case diskFull = "disk_full"
        /// The file is damaged, or no database of this program.
        case corrupt
        /// The folder or the file cannot be made or opened.
        case cannotOpen = "cannot_open"
        /// A newer version of this program has changed the database's shape.
        case newerVersion = "newer_version"
        /// The database was removed or replaced while it was in use. What it held is lost to whoever starts anew, so nothing
        /// is promised any more until it is back, or the program is started again.
        case removed
        /// The disk failed.
        case ioError = "io_error"
        /// The database lacks a table, a column or an index, or has it in another form.
        case wrongSchema = "wrong_schema"
        /// What was asked of it takes longer than any work of its own: a disk that neither works nor fails.
        case notResponding = "not_responding"
        /// A caller was refused a key a moment ago, because it has as many as are kept for one.
        case keysFull = "keys_full"
        /// SQLite refused a statement for another cause, which the log tells.
        case failed
        /// The program is ending.
        case closed
    }

    /// Why the store cannot be used, or was not.
    public let cause: Cause

    /// A failure of this cause.
    public init(_ cause: Cause) { self.cause = cause }
}

/// How the store is, by the last thing that it did.
public enum StoreCondition: Sendable, Equatable {
    /// Nothing has been written yet.
    case opening
    case usable
    case unusable(StoreFailure.Cause)
}

extension StoreCondition {
    private static let causes = StoreFailure.Cause.allCases

    /// A number for it, from 0 without gaps.
    var code: UInt8 {
        switch self {
        case .opening: 0
        case .usable: 1
        case .unusable(let cause): UInt8(2 + (Self.causes.firstIndex(of: cause) ?? 0))
        }
    }

    init(code: UInt8) {
        switch code {
        case 0: self = .opening
        case 1: self = .usable
        default: self = .unusable(Self.causes[Int(code) - 2])
        }
    }
}

/// A failure with what the log is told of it.
struct StoreProblem: Error {
    let failure: StoreFailure
    /// For whoever runs the gateway: no data, no path.
    let words: String

    init(_ cause: StoreFailure.Cause, _ words: String) {
        failure = StoreFailure(cause)
        self.words = words
    }
}

extension StoreFailure {
    init(_ error: any Error) {
        switch error {
        case let error as StoreFailure: self = error
        case let error as StoreProblem: self = error.failure
        case let error as SQLiteError: self.init(error)
        case MigrationError.newerDatabase: self.init(.newerVersion)
        case MigrationError.database(let error): self.init(error)
        case MigrationError.failed(_, let error): self.init(error)
        default: self.init(.failed)
        }
    }

    private init(_ error: SQLiteError) {
        if error.isBusy {
            self.init(.locked)
        } else if error.isCorrupt {
            self.init(.corrupt)
        } else {
            switch error.label {
            case "SQLITE_READONLY": self.init(.readOnly)
            case "SQLITE_FULL": self.init(.diskFull)
            case "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH": self.init(.cannotOpen)
            case "SQLITE_IOERR", "SQLITE_PROTOCOL": self.init(.ioError)
            default: self.init(.failed)
            }
        }
    }

    /// Whether the database as a whole refuses, so that other jobs would fare no better.
    var concernsAll: Bool { cause != .failed }

    /// What is to be said of an error beyond its cause; nil when the cause says all.
    static func words(of error: any Error) -> String? {
        switch error {
        case let error as StoreProblem: error.words
        // That another program holds the lock passes, and is told as the cause.
        case let error as SQLiteError where error.isBusy: nil
        case let error as SQLiteError: error.description
        case MigrationError.database(let error) where error.isBusy: nil
        case MigrationError.database(let error): error.description
        case MigrationError.failed(let number, let error): "step \(number) of the schema: \(error)"
        case MigrationError.newerDatabase(let found, let known):
            "the database is at step \(found) of the schema, this program knows \(known)"
        default: nil
        }
    }
}

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
