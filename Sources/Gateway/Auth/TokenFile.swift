import Core
import Glibc
import IO

/// Reads the file that `LUMA_AUTH_TOKENS=@file` names.
enum TokenFile {
    private static let mostBytes = 128 << 10

    /// - Throws: what is wrong and what to do; nothing of the file's text.
    static func read(_ path: String, key: Secret?) throws(StartFailure) -> [AccessToken] {
        let text: String?
        do throws(SmallFile.Failure) {
            text = try SmallFile.readPrivate(path, limit: mostBytes)
        } catch {
            throw failure(path, "\(error)")
        }
        guard let text else { throw failure(path, "does not exist") }
        let reading = TokenList.read(text, key: key)
        guard reading.problems.isEmpty else { throw failure(path, reading.problems.joined(separator: "; ")) }
        return reading.tokens
    }

    private static func failure(_ path: String, _ problem: String) -> StartFailure {
        StartFailure(.configuration, "LUMA_AUTH_TOKENS: \(path): \(problem).")
    }
}

extension SmallFile {
    /// The text of a file that holds secrets, nil when there is no such file.
    ///
    /// Its owner and its group may read it and its owner may write it; for anybody else it must be closed.
    static func readPrivate(_ path: String, limit: Int) throws(Failure) -> String? {
        // Without O_NONBLOCK a pipe would hold the start up until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            let error = SystemError("open")
            if error.code == ENOENT { return nil }
            throw .system(error)
        }
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
        let bytes = try bytes(of: descriptor, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }
}
