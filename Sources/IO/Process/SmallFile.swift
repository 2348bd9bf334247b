import Glibc

/// Reads files that are small and needed before anything is served. Blocks: never on a loop.
public enum SmallFile {
    /// Whoever gives a secret through a pipe writes it when it is read, perhaps after having asked a person.
    private static let writerMilliseconds: Int32 = 5000

    /// Why a file cannot be read.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case system(SystemError)
        case tooLarge(limit: Int)
        case notUTF8
        /// What it is instead of a file that may be used, and what to do.
        case unfit(String)

        public var description: String {
            switch self {
            case .system(let error): error.description
            case .tooLarge(let limit): "is larger than \(limit) bytes"
            case .notUTF8: "is not UTF-8 text"
            case .unfit(let words): words
            }
        }
    }

    /// The text of a file, nil when there is no such file.
    public static func read(_ path: String, limit: Int) throws(Failure) -> String? {
        guard let bytes = try bytes(path, limit: limit) else { return nil }
        return try text(bytes)
    }

    static func text(_ bytes: [UInt8]) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// The bytes of a file, nil when there is no such file.
    public static func bytes(_ path: String, limit: Int) throws(Failure) -> [UInt8]? {
        guard let descriptor = try opened(path) else { return nil }
        defer { close(descriptor) }
        return try bytes(of: descriptor, limit: limit)
    }

    /// The file open for reading, which the caller closes; nil when there is no such file.
    static func opened(_ path: String) throws(Failure) -> Int32? {
        // Without O_NONBLOCK a pipe would hold the start up until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor >= 0 { return descriptor }
        let error = SystemError("open")
        if error.code == ENOENT { return nil }
        throw .system(error)
    }

    /// Waits until a pipe has something, or its writer is gone. Before there is a writer it looks like an end.
    private static func awaitWriter(_ descriptor: Int32) throws(Failure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, writerMilliseconds) > 0 else { throw .unfit("is a pipe without a writer") }
    }

    /// The rest of what an open descriptor gives.
    package static func bytes(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            try awaitWriter(descriptor)
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(SystemError("read"))
            }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit { throw .tooLarge(limit: limit) }
        }
        return bytes
    }

    /// The names in a directory that end with `suffix`, sorted; hidden files are left out.
    public static func names(in directory: String, suffix: String) throws(Failure) -> [String] {
        guard let stream = opendir(directory) else { throw .system(SystemError("opendir")) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

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
