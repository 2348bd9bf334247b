import Glibc

/// Writes what must be there whole or not at all. Blocks its thread: not for a loop.
public enum WholeFile {
    /// Writes all octets, however few the system takes at a time.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("write")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts a file with these octets in the place of what is there, once they are on the disk. Until then, and when it fails, the
    /// old one stays. What a symbolic link leads to is replaced, not the link.
    /// - Parameter mode: of a new file, less the process's mask; one that is replaced hands on its own.
    public static func replace(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(SystemError) {
        let resolved = realpath(path, nil)
        defer { free(resolved) }
        let target = resolved.map { String(cString: $0) } ?? path
        // Beside the target, because a rename does not leave its file system.
        let draft = "\(target).\(getpid()).part"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw SystemError("open") }
        do throws(SystemError) {
            var status = stat()
            if stat(target, &status) == 0, fchmod(descriptor, status.st_mode & 0o777) != 0 {
                throw SystemError("fchmod")
            }
            try write(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw SystemError("fsync") }
            guard rename(draft, target) == 0 else { throw SystemError("rename") }
        } catch {
            close(descriptor)
            unlink(draft)
            throw error
        }
        close(descriptor)
    }
}
