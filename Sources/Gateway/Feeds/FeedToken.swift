import Crypto
import GatewayAPI

/// What stands in a feed's address: the feed's id, and a signature over it that only this gateway's key makes.
struct FeedToken: Equatable {
    private static let idBytes = 9
    private static let tagBytes = 24
    static let idLength = 12
    static let length = FeedInput.tokenLength

    let id: String
    private let tag: [UInt8]

    /// An id that nobody has.
    static func newID() throws(CryptoError) -> String { Base64URL.encode(try Random.bytes(idBytes)) }

    /// Reads what may be a token, which says nothing of whether it is one of ours; nil for what is of another form.
    init?(_ text: String) {
        guard text.utf8.count == Self.length, let bytes = try? Base64URL.decode(text) else { return nil }
        id = Base64URL.encode(Array(bytes.prefix(Self.idBytes)))
        tag = Array(bytes.dropFirst(Self.idBytes))
    }

    /// The token of a feed.
    init(id: String, account: String, key: [UInt8]) throws(CryptoError) {
        self.id = id
        tag = try Self.tag(id, account, key)
    }

    /// As it stands in the address. Nine octets are twelve letters without a rest, so the id is the beginning.
    var text: String { id + Base64URL.encode(tag) }

    /// Whether this key has signed it for this account, in a time that tells nothing about the right signature.
    func isSigned(for account: String, by key: [UInt8]) -> Bool {
        guard let right = try? Self.tag(id, account, key) else { return false }
        return constantTimeEqual(tag, right)
    }

    private static func tag(_ id: String, _ account: String, _ key: [UInt8]) throws(CryptoError) -> [UInt8] {
        let message = Array("luma-mcp feed 1".utf8) + [0] + Array(id.utf8) + [0] + Array(account.utf8)
        return Array(try HMAC.sha256(key: key, message).prefix(tagBytes))
    }
}
