import Glibc

/// Writes what must be there whole or not at all.
public enum WholeFile {
    private static let maxLinks = 40
    private static let maxDrafts = 8

    /// Writes all octets, however few the system takes at a time. Blocks its thread as long as the other end takes nothing: for
    /// a loop only if nobody else waits for it.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("write")
            }
            // Asked again it would take nothing for ever.
            guard count > 0 else { throw SystemError("write", code: EIO) }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts a file with these octets in the place of what is there, once they are on the disk. Until then, and when it fails, the
    /// old one stays. What a symbolic link leads to is replaced or made, not the link. Blocks its thread: not for a loop.
    /// - Parameter mode: of a new file, less the process's mask; one that is replaced hands on its own, and its owner and group
    ///   as far as the process may give them.
    public static func replace(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(SystemError) {
        try replace(path, bytes, mode: mode) { String(UInt64.random(in: .min ... .max), radix: 36) }
    }

    /// - Parameter suffix: makes the names of drafts differ.
    static func replace(
        _ path: String, _ bytes: [UInt8], mode: UInt32, suffix: () -> String
    ) throws(SystemError) {
        let target = try followed(path)
        var old = stat()
        let isThere = stat(target, &old) == 0
        // Until it has the rights of what it replaces, the draft is its owner's alone.
        let (descriptor, draft) = try open(beside: target, mode: isThere ? 0o600 : mode, suffix)
        do throws(SystemError) {
            try write(bytes, to: descriptor)
            if isThere { try handOn(old, to: descriptor) }
            guard fsync(descriptor) == 0 else { throw SystemError("fsync") }
            guard rename(draft, target) == 0 else { throw SystemError("rename") }
        } catch {
            close(descriptor)
            unlink(draft)
            throw error
        }
        close(descriptor)
    }

    /// Where a path leads over symbolic links, also when nothing is there yet.
    private static func followed(_ path: String) throws(SystemError) -> String {
        var path = path
        for _ in 0..<maxLinks {
            if let resolved = realpath(path, nil) {
                defer { free(resolved) }
                return String(cString: resolved)
            }
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0 else { return path }
            let link = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // Relative to the folder in which the link is.
            let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            path = link.hasPrefix("/") ? link : folder + link
        }
        throw SystemError("readlink", code: ELOOP)
    }

    /// Makes a file of its own: what somebody else has put at its name is never written to. It is beside the target, because a
    /// rename does not leave its file system.
    private static func open(
        beside target: String, mode: UInt32, _ suffix: () -> String
    ) throws(SystemError) -> (Int32, path: String) {
        var error = SystemError("open", code: EEXIST)
        for _ in 0..<maxDrafts where error.code == EEXIST {
            let draft = "\(target).\(suffix()).part"
            let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
            if descriptor >= 0 { return (descriptor, draft) }
            error = SystemError("open")
        }
        throw error
    }

    private static func handOn(_ old: stat, to descriptor: Int32) throws(SystemError) {
        var mode = old.st_mode & 0o777
        // To give a file away takes privileges, to give it to another group being in it. The rights of that group are not for ours.
        if fchown(descriptor, old.st_uid, old.st_gid) != 0, fchown(descriptor, .max, old.st_gid) != 0 {
            mode = mode & ~0o070 | (mode & 0o007) << 3 & mode
        }
        guard fchmod(descriptor, mode) == 0 else { throw SystemError("fchmod") }
    }
}
