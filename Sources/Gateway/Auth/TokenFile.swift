import Core
import IO
import Settings

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
