import Glibc

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
        files = ["", "-wal", "-shm"].compactMap { ending in
            FileIdentity(of: database + ending).map { (database + ending, $0) }
        }
        guard let first = files.first, first.path == database else { return nil }
        main = first.identity
    }

    /// Whether each is still found under its name: some microseconds.
    var areInPlace: Bool { files.allSatisfy { FileIdentity(of: $0.path) == $0.identity } }
}
