import Core
import Crypto
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
