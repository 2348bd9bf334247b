import Crypto
import Glibc

/// A name for this program among those that use the same folder, and the way to tell which of the others still live: each
/// holds the lock of a file, which the kernel frees however the program ends.
///
/// Belongs to the store's queue.
final class HolderLock {
    let name: String
    private let folder: String?
    private let descriptor: Int32
    private let identity: FileIdentity?
    private static let prefix = "holder-"

    /// - Parameter folder: nil for a store that nobody shares.
    init(folder: String?) throws(StoreFailure) {
        self.folder = folder
        do { name = Hex.encode(try Random.bytes(8)) } catch { throw StoreFailure(.failed) }
        guard let folder else {
            descriptor = -1
            identity = nil
            return
        }
        // Locked before it has its name: under that name it must never be seen unlocked.
        let unnamed = folder + "/new-" + name
        let path = folder + "/" + Self.prefix + name
        descriptor = open(unnamed, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreFailure(systemError: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, rename(unnamed, path) == 0 else {
            let failure = StoreFailure(systemError: errno)
            unlink(unnamed)
            close(descriptor)
            throw failure
        }
        identity = FileIdentity(of: path)
    }

    deinit {
        guard let folder else { return }
        unlink(folder + "/" + Self.prefix + name)
        close(descriptor)
    }

    /// Whether its file is still in the folder: without it the others take this program for dead.
    var isInPlace: Bool {
        guard let folder else { return true }
        return FileIdentity(of: folder + "/" + Self.prefix + name) == identity
    }

    /// Whether the program of this name still runs.
    func isAlive(_ other: String) -> Bool {
        if other == name { return true }
        guard let folder, other.utf8.allSatisfy({ $0.isHexDigit }) else { return false }
        return !Self.removeIfFree(folder + "/" + Self.prefix + other)
    }

    /// Removes the files that dead programs have left.
    func removeLeftovers() {
        guard let folder, let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if file.hasPrefix(Self.prefix), file != Self.prefix + name { _ = Self.removeIfFree(folder + "/" + file) }
        }
    }

    /// True when nobody holds the file, which is gone then.
    private static func removeIfFree(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        // What cannot be inspected may be alive.
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        unlink(path)
        return true
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}

extension StoreFailure {
    init(systemError code: Int32) {
        switch code {
        case ENOSPC, EDQUOT: self.init(.diskFull)
        case EROFS: self.init(.readOnly)
        case EIO: self.init(.ioError)
        default: self.init(.cannotOpen)
        }
    }
}

/// Which file a path leads to, so that one in its place is told from it.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// - Returns: nil when nothing can be found there.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}

/// The files of an open database, as they were when it was opened.
///
/// SQLite goes on with the files that it has open, whatever becomes of their names: a program that writes to a removed
/// database is told that all is well, and the next one finds nothing. So whoever promises to remember looks at the names.
struct DatabaseFiles {
    private let files: [(path: String, identity: FileIdentity)]
    /// Which file is the main one.
    let main: FileIdentity

    /// - Parameter database: the path of the main file. Its log and the index of its log belong to it.
    /// - Returns: nil when the main file is not there.
    init?(database: String) {
        files = Self.paths(database).compactMap { path in FileIdentity(of: path).map { (path, $0) } }
        guard let first = files.first, first.path == database else { return nil }
        main = first.identity
    }

    /// Whether each is still found under its name: some microseconds.
    var areInPlace: Bool { files.allSatisfy { FileIdentity(of: $0.path) == $0.identity } }

    private static func paths(_ database: String) -> [String] { ["", "-wal", "-shm"].map { database + $0 } }

    /// Looks at the files of a database that is not open, and at nothing in them.
    ///
    /// SQLite makes a database of an empty file, and removes the log beside it: so what speaks against that is found before.
    /// - Parameter isKnown: there was a database in this place before.
    /// - Returns: the octets of the main file; nil when there is none, and a new one may be made.
    static func size(ofDatabase path: String, isKnown: Bool) throws(StoreProblem) -> Int64? {
        // SQLite follows a link, and looks for the log where it ends.
        let real = realPath(path) ?? path
        var sizes: [Int64?] = []
        for path in paths(real) {
            var status = stat()
            if stat(path, &status) != 0 {
                sizes.append(nil)
            } else if status.st_mode & S_IFMT == S_IFREG {
                sizes.append(Int64(status.st_size))
            } else {
                throw StoreProblem(.corrupt, "one of its files is not a regular file")
            }
        }
        let log = sizes[1] ?? 0
        guard let main = sizes[0] else {
            if log > 0 { throw StoreProblem(.corrupt, "luma.db is gone, and its log luma.db-wal is there") }
            return nil
        }
        if main == 0, log > 0 || isKnown { throw StoreProblem(.corrupt, "luma.db is empty, and was not before") }
        return main
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
