public import Core
public import Crypto

/// What is kept of a key's text: 32 octets that say nothing of it, for it has 178 bits that nobody guesses.
public struct KeyDigest: Sendable, Hashable {
    /// How many octets it has.
    public static let length = 32

    /// The octets, eight in a word, in the order of the machine.
    let words: (UInt64, UInt64, UInt64, UInt64)

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Nil for another number of octets.
    public init?(_ octets: [UInt8]) {
        guard octets.count == Self.length else { return nil }
        words = octets.withUnsafeBytes { octets in
            (
                octets.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                octets.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                octets.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    /// The octets, as the store keeps them.
    public var octets: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    // Nobody steers the bits of a digest, so the time of a comparison tells nothing.
    public static func == (a: KeyDigest, b: KeyDigest) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// A secret of the operator's, the same at all gateways, without which no digest of a key can be made: who can write the store
/// alone cannot add a key of his own.
public struct KeyPepper: Sendable, Equatable {
    /// Octets of the shortest one that is any good.
    public static let leastBytes = 16

    let secret: Secret
    /// Which one it is, the same at all gateways; says nothing of it.
    public let number: Int

    /// Nil for one that is too short.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids SHA-256.
    public init?(_ secret: Secret) throws(CryptoError) {
        guard secret.reveal().utf8.count >= Self.leastBytes else { return nil }
        self.secret = secret
        // By the secret alone, so that nobody has to number them: a digest of it with a use of its own, cut to 15 bits.
        let digest = try HMAC.sha256(key: Array(secret.reveal().utf8), Array("luma-mcp: number of a pepper".utf8))
        number = Int(digest[0] & 0x7f) << 8 | Int(digest[1])
    }
}

/// How digests of keys are made here: the first way for new ones, the others for those that were made before.
public struct KeyHashing: Sendable {
    /// Ways that are tried for one text.
    public static let maxWays = 4

    enum Way: Sendable {
        case plain
        case peppered(KeyPepper)

        var kind: KeyHashKind {
            switch self {
            case .plain: .plain
            case .peppered(let pepper): .peppered(number: pepper.number)
            }
        }
    }

    let ways: [Way]

    /// Without a pepper.
    public static let plain = KeyHashing(ways: [.plain])

    private init(ways: [Way]) { self.ways = ways }

    /// With these, of which the first is for new keys; nil for too many.
    /// - Parameter acceptsPlain: also keys that were made without any are good, until they are rotated. While that is so, who can
    ///   write the store can add keys.
    public init?(_ peppers: [KeyPepper], acceptsPlain: Bool) {
        let ways = peppers.map { Way.peppered($0) } + (acceptsPlain || peppers.isEmpty ? [.plain] : [])
        guard ways.count <= Self.maxWays else { return nil }
        self.init(ways: ways)
    }

    /// The kinds of secrets that can be used here.
    public var kinds: [KeyHashKind] { ways.map(\.kind) }
}

/// Makes digests of keys, one after the other, without an allocation. Belongs to one loop or thread.
public final class KeyHasher {
    private let plain: DigestContext
    /// Nil where no pepper is needed.
    private let ways: [HMACContext?]
    /// Of each way, in the order in which they are tried.
    public let kinds: [KeyHashKind]

    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids what is needed.
    public init(_ hashing: KeyHashing) throws(CryptoError) {
        plain = try DigestContext()
        var ways: [HMACContext?] = []
        for way in hashing.ways {
            switch way {
            case .plain: ways.append(nil)
            case .peppered(let pepper): ways.append(try HMACContext(key: Array(pepper.secret.reveal().utf8)))
            }
        }
        self.ways = ways
        kinds = hashing.kinds
    }

    /// The digest of a text by the way of this place in `kinds`; nil when OpenSSL fails.
    public func digest(_ text: UnsafeRawBufferPointer, way: Int) -> KeyDigest? {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        do throws(CryptoError) {
            try withUnsafeMutableBytes(of: &words) { (output) throws(CryptoError) in
                if let keyed = ways[way] {
                    try keyed.sha256(text, into: output)
                } else {
                    try plain.sha256(text, into: output)
                }
            }
        } catch {
            return nil
        }
        return KeyDigest(words: words)
    }

    /// A new secret of a key, by the first of the ways; nil when OpenSSL fails.
    public func secret(_ text: KeyText, at now: Timestamp) -> KeySecret? {
        let digest = text.secret.reveal().utf8.span.bytes.withUnsafeBytes { self.digest($0, way: 0) }
        return digest.map { KeySecret(digest: $0, hash: kinds[0], hint: text.hint, createdAt: now) }
    }
}
