import Core
import Crypto
import IO
import MCP

/// Signs what this server hands to clients and wants back unchanged, such as sessions, and encrypts what they must not read:
/// confirmations, and states of calls.
///
/// The key is derived from the Luma key, so that what was signed is good after a restart and behind a balancer, and
/// nothing is stored. Each use has a name of its own in what is signed: one kind can never pass for another.
struct Seal: StateSeal, Sendable {
    private let key: [UInt8]
    /// For what its bearer must not read.
    private let cipherKey: [UInt8]
    private let time: @Sendable () -> Timestamp

    /// - Parameter secret: the same for every process that must know what another has signed.
    init(secret: Secret, time: @escaping @Sendable () -> Timestamp = { WallClock.now }) {
        self.time = time
        let label = Array("luma-mcp seal 1".utf8)
        // Without OpenSSL's digest nothing here could be trusted, and TLS to Luma would not work either.
        guard let key = try? HMAC.sha256(key: Array(secret.reveal().utf8), label),
            let cipherKey = try? HMAC.sha256(key: Array(secret.reveal().utf8), Array("luma-mcp cipher 1".utf8))
        else { fatalError("OpenSSL has no SHA-256") }
        self.key = key
        self.cipherKey = cipherKey
    }

    private func tag(_ payload: [UInt8], _ use: StaticString) -> [UInt8] {
        guard let tag = try? HMAC.sha256(key: key, Array(use.description.utf8) + [0] + payload) else {
            // `init` has made one with the same digest, so this cannot be met; to go on unsigned would be worse.
            fatalError("OpenSSL has no SHA-256")
        }
        return tag
    }

    /// The payload and its tag in base 64: visible ASCII without spaces.
    func seal(_ payload: [UInt8], for use: StaticString) -> String {
        Base64URL.encode(tag(payload, use) + payload)
    }

    /// The payload of such a text; nil for any other.
    func open(_ text: String, for use: StaticString) -> [UInt8]? {
        guard text.utf8.count <= 64 << 10, let bytes = try? Base64URL.decode(text), bytes.count >= 32 else {
            return nil
        }
        let payload = Array(bytes[32...])
        return constantTimeEqual(Array(bytes[..<32]), tag(payload, use)) ? payload : nil
    }

    /// The payload encrypted, as visible ASCII without spaces: whoever carries it cannot read it.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids AES.
    func encrypt(_ payload: [UInt8], for use: StaticString) throws(CryptoError) -> String {
        Base64URL.encode(try AEAD.seal(payload, key: cipherKey, context: Array(use.description.utf8)))
    }

    /// The payload of such a text; nil for any other.
    func decrypt(_ text: String, for use: StaticString) -> [UInt8]? {
        guard text.utf8.count <= 64 << 10, let bytes = try? Base64URL.decode(text) else { return nil }
        return try? AEAD.open(bytes, key: cipherKey, context: Array(use.description.utf8))
    }

    // MARK: StateSeal

    func seal(_ payload: [UInt8]) -> String { seal(payload, for: "state") }
    func open(_ text: String) -> [UInt8]? { open(text, for: "state") }
    func encrypt(_ payload: [UInt8]) -> String? { try? encrypt(payload, for: "round") }
    func decrypt(_ text: String) -> [UInt8]? { decrypt(text, for: "round") }
    func digest(_ bytes: [UInt8]) -> String { Base64URL.encode(Array(tag(bytes, "digest").prefix(16))) }
    var now: Timestamp { time() }

    func nonce() -> String {
        guard let bytes = try? Random.bytes(12) else {
            // Without randomness there is no TLS either; a name that could be guessed would be worse than the end.
            fatalError("OpenSSL has no random numbers")
        }
        return Base64URL.encode(bytes)
    }
}
