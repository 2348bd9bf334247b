import Dispatch
import Glibc
import IO
import Synchronization

/// The directory in which the runs of one process have directories of their own. It goes with the process; what a process that
/// was killed has left is removed by the next one.
package final class CallFolder: Sendable {
    private static let prefix = "runs-"

    private struct Opened {
        let path: String
        /// Open and locked as long as the process lives, which is how others know that it does.
        let lock: Int32
    }

    private let base: String?
    private let opened = Mutex<Opened?>(nil)

    /// - Parameter base: a directory for state, which is made when it is not there; nil for one of the system's for temporary
    ///   files. Nobody else may write to it.
    package init(below base: String?) { self.base = base }

    deinit { opened.withLock { opened in if let opened { close(opened.lock) } } }

    /// Makes it, unless it is there. Blocks its thread: never on a loop.
    func open() throws(SystemError) {
        if opened.withLock({ $0 != nil }) { return }
        let place = if let base { try Self.absolute(base) } else { try Self.temporary() }
        let made = try Self.make(below: place)
        opened.withLock { $0 = made }
    }

    /// Takes it away, with what is still in it, on a thread that may wait for the disk. Nothing may run in it any more.
    func remove() async {
        guard let path = opened.withLock({ $0?.path }) else { return }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            DispatchQueue(label: "luma-mcp.calls.end").async {
                Self.remove(path)
                continuation.resume()
            }
        }
    }

    /// One of a run's own, which is made when that starts; before `open` it cannot be.
    func directory() -> ChildProcess.Directory { .own(below: path) }

    /// The same for a run that finds something in it; whoever makes it removes it.
    func privateDirectory() -> PrivateDirectory { PrivateDirectory(below: path) }

    private var path: String { opened.withLock { $0?.path } ?? "/proc/none" }

    private static func absolute(_ base: String) throws(SystemError) -> String {
        guard mkdir(base, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir") }
        guard let path = TrustedPath.real(base) else { throw SystemError("realpath") }
        return path
    }

    private static func temporary() throws(SystemError) -> String {
        let given = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let base = (given.hasPrefix("/") ? given : "/tmp") + "/luma-mcp-\(geteuid())"
        guard mkdir(base, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir") }
        var status = stat()
        // Its name is no secret, so another user may have made it.
        guard lstat(base, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else { throw SystemError("mkdir", code: EEXIST) }
        return base
    }

    private static func make(below base: String) throws(SystemError) -> Opened {
        removeLeftovers(below: base)
        // Another gateway that starts in the moment between the two steps takes it for a leftover.
        for _ in 0..<3 {
            let path = "\(base)/\(prefix)\(String(UInt64.random(in: .min ... .max), radix: 36))"
            guard mkdir(path, 0o700) == 0 else { throw SystemError("mkdir") }
            let lock = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, access(path, F_OK) == 0 {
                return Opened(path: path, lock: lock)
            }
            if lock >= 0 { close(lock) }
            rmdir(path)
        }
        throw SystemError("flock", code: EAGAIN)
    }

    private static func removeLeftovers(below base: String) {
        for name in (try? SmallFile.names(in: base, suffix: "")) ?? [] where name.hasPrefix(prefix) {
            let path = base + "/" + name
            let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { remove(path) }
            close(descriptor)
        }
    }

    private static func remove(_ path: String) {
        // What resists stays for the next start.
        try? PrivateDirectory.removeLeftovers(below: path)
        rmdir(path)
    }
}
