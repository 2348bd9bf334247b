import Glibc
public import IO

/// Reads files that are small and needed before anything is served. Blocks: never on a loop.
public enum SmallFile {
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
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// The bytes of a file, nil when there is no such file.
    public static func bytes(_ path: String, limit: Int) throws(Failure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            let error = SystemError("open")
            if error.code == ENOENT { return nil }
            throw .system(error)
        }
        defer { close(descriptor) }
        return try bytes(of: descriptor, limit: limit)
    }

    /// The rest of what an open descriptor gives.
    static func bytes(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
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
