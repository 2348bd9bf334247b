import Core
import Crypto
import IO
import Settings
import Synchronization

/// The tokens that open the gateway, for all loops. Replaced as a whole when their file is read again.
final class TokenTable: Sendable {
    private let tokens: Mutex<[AccessToken]>

    init(_ tokens: [AccessToken]) { self.tokens = Mutex(tokens) }

    var count: Int { tokens.withLock(\.count) }

    func replace(_ new: [AccessToken]) { tokens.withLock { $0 = new } }

    /// Everybody who has one.
    var principals: [Principal] { tokens.withLock { $0.map(\.principal) } }

    /// Whose token this is; nil when it is nobody's. The time does not tell which of the tokens it is like.
    func principal(of token: String) -> Principal? {
        guard let digest = TokenList.digest(token) else { return nil }
        var found: AccessToken?
        for known in tokens.withLock({ $0 }) where constantTimeEqual(known.digest, digest) { found = known }
        return found?.principal
    }
}

/// Reads the file that `LUMA_AUTH_TOKENS=@file` names.
enum TokenFile {
    private static let maxBytes = 128 << 10

    /// - Throws: what is wrong and what to do; nothing of the file's text.
    static func read(_ path: String, key: Secret?) throws(StartFailure) -> [AccessToken] {
        let text: String?
        do throws(SmallFile.Failure) {
            text = try SmallFile.readPrivate(path, limit: maxBytes)
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

extension Configuration {
    /// The tokens that open the gateway; nil when nobody is asked for one. Reads their file, so it blocks.
    func tokens() throws(StartFailure) -> TokenTable? {
        switch access.tokens {
        case nil: nil
        case .listed(let tokens): TokenTable(tokens)
        case .file(let path): TokenTable(try TokenFile.read(path, key: apiKey))
        }
    }

    /// Reads the file of tokens again; one that cannot be used is told, and the tokens stay as they were.
    func renew(_ tokens: TokenTable?, _ log: LogSink) {
        guard let tokens, case .file(let path) = access.tokens else { return }
        do throws(StartFailure) {
            let new = try TokenFile.read(path, key: apiKey)
            tokens.replace(new)
            log.log(
                LogEvent(time: WallClock.now, .info, "Tokens reloaded", ["tokens": .integer(new.count)]))
        } catch {
            log.log(
                LogEvent(
                    time: WallClock.now, .error, "Cannot reload tokens; the old ones stay in use",
                    ["cause": .text(error.description)]))
        }
    }
}
