import Core
import Crypto
import IO
import Keys
import Settings
import Synchronization

/// The tokens that open the gateway, for all loops. Replaced as a whole when their file is read again.
final class TokenTable: Sendable {
    private let tokens: Mutex<[AccessToken]>
    /// Those that tokens name.
    let toolsets: ToolsetTable

    init(_ tokens: [AccessToken], _ toolsets: ToolsetTable = ToolsetTable()) {
        self.tokens = Mutex(tokens)
        self.toolsets = toolsets
    }

    var count: Int { tokens.withLock(\.count) }

    func replace(_ new: [AccessToken]) { tokens.withLock { $0 = new } }

    /// Everybody who has one.
    var principals: [Principal] { tokens.withLock { $0 }.map { $0.principal { toolsets[$0] } } }

    /// Whose token this is; nil when it is nobody's. The time does not tell which of the tokens it is like.
    func principal(of token: String) -> Principal? {
        guard let digest = TokenList.digest(token) else { return nil }
        var found: AccessToken?
        for known in tokens.withLock({ $0 }) where constantTimeEqual(known.digest, digest) { found = known }
        return found?.principal { toolsets[$0] }
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

extension Configuration.Keys {
    private static let longestSecret = 4096

    /// How digests of API keys are made. Reads the file of the secret, so it blocks.
    func hashing() throws(StartFailure) -> KeyHashing {
        func failure(_ problem: String) -> StartFailure {
            StartFailure(.configuration, "LUMA_KEYS_SECRET: \(problem).")
        }
        guard var text = secret?.reveal() else { return .plain }
        if text.first == "@" {
            let path = String(text.dropFirst())
            let read: String?
            do throws(SmallFile.Failure) {
                read = try SmallFile.readPrivate(path, limit: Self.longestSecret)
            } catch {
                throw failure("\(path): \(error)")
            }
            guard let read else { throw failure("\(path): does not exist") }
            text = read.filter { !$0.isNewline }
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        var peppers: [KeyPepper] = []
        do throws(CryptoError) {
            for part in parts {
                guard let pepper = try KeyPepper(Secret(String(part).trimmingBlanks)) else { break }
                peppers.append(pepper)
            }
        } catch {
            throw failure("OpenSSL cannot make digests")
        }
        guard peppers.count == parts.count else {
            throw failure("each secret needs at least \(KeyPepper.leastBytes) characters")
        }
        guard let hashing = KeyHashing(peppers, acceptsPlain: false) else {
            throw failure("there are more than \(KeyHashing.maxWays) secrets")
        }
        return hashing
    }
}

extension Configuration {
    /// The tokens that open the gateway, with the toolsets that they name; nil when nobody is asked for one. Reads their files,
    /// so it blocks.
    func tokens() throws(StartFailure) -> TokenTable? {
        let (tokens, toolsets) = try readAccess()
        return tokens.map { TokenTable($0, ToolsetTable(toolsets)) }
    }

    /// The tokens as they are now; nil when nobody is asked for one.
    func readTokens() throws(StartFailure) -> [AccessToken]? {
        switch access.tokens {
        case nil: nil
        case .listed(let tokens): tokens
        case .file(let path): try TokenFile.read(path, key: apiKey)
        }
    }
}
