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
        // What cannot be looked at may be alive.
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
