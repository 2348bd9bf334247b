import Glibc

/// Whether somebody else than root and this process's user could change what is run, as sshd asks of its files (`StrictModes`).
enum TrustedPath {
    /// Why what is there cannot be trusted; nil when it can. Blocks its thread.
    /// - Parameter path: absolute and without links (`realpath`).
    static func problem(_ path: String) -> String? {
        var part = path
        while true {
            let isAbove = part != path
            var status = stat()
            guard lstat(part, &status) == 0 else { return "cannot be inspected" }
            let subject = isAbove ? "a directory above it " : ""
            guard status.st_uid == 0 || status.st_uid == geteuid() else {
                return subject + "belongs to another user; chown it to root or to the user of luma-mcp"
            }
            // In a sticky directory, such as /tmp, nobody changes what is another's.
            let isSticky = isAbove && status.st_mode & S_ISVTX != 0
            guard status.st_mode & 0o022 == 0 || isSticky else {
                return subject + "can be written by other users; chmod go-w it"
            }
            guard part != "/", let slash = part.lastIndex(of: "/") else { return nil }
            part = slash == part.startIndex ? "/" : String(part[..<slash])
        }
    }

    /// Where a path leads, without links; nil when nothing is there.
    static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// What tells two states of a file apart, without reading it.
struct FileMark: Hashable, Sendable {
    let name: String
    let device: UInt
    let inode: UInt
    let size: Int
    let mode: UInt32
    let modified: [Int]

    /// Nil when there is no such file.
    /// - Parameter name: how it is called among other marks.
    init?(_ path: String, name: String = "") {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status, name: name)
    }

    private init(_ status: stat, name: String) {
        self.name = name
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        mode = status.st_mode
        // The second time cannot be set by hand.
        modified = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }

    /// It is a directory, a regular file, or one that may be executed.
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var isFile: Bool { mode & S_IFMT == S_IFREG }
    var isExecutable: Bool { isFile && mode & 0o111 != 0 }
}
