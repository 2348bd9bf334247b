import Glibc

extension SmallFile {
    /// The text of a file that holds secrets, nil when there is no such file.
    ///
    /// Its owner and its group may read it and its owner may write it; for anybody else it must be closed.
    package static func readPrivate(_ path: String, limit: Int) throws(Failure) -> String? {
        guard let descriptor = try opened(path) else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(SystemError("fstat")) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unfit("is not a regular file") }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .unfit("belongs to another user; chown it to the user of luma-mcp")
        }
        guard status.st_mode & 0o027 == 0 else {
            throw .unfit("can be read or written by others; chmod 600 it")
        }
        return try text(bytes(of: descriptor, limit: limit))
    }
}
