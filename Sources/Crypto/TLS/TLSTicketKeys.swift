import COpenSSL
import Synchronization

/// The secrets that session tickets are sealed with (RFC 5077 §4, RFC 8446 §4.6.1).
///
/// One object for the life of the process, shared by all loops and carried over from one certificate to the next: a client
/// may then resume on any of them. A key seals for an hour, and opens what it has sealed for as long as a ticket lives;
/// then it is overwritten and forgotten, and with it what was recorded of TLS 1.2 sessions that it sealed. In
/// TLS 1.3 a resumed session agrees on fresh keys all the same (psk_dhe_ke).
///
/// Any thread: the keys are behind a lock that is held for a copy.
public final class TLSTicketKeys: Sendable {
    /// How long a ticket may be used.
    static let ticketLifetime = Duration.seconds(2 * 3600)
    /// How long a key seals.
    static let sealingTime = Duration.seconds(3600)

    static let nameLength = 16
    private static let secretLength = 32

    struct Key {
        var name: [UInt8]
        /// For AES-256-CBC.
        var encryption: [UInt8]
        /// For HMAC with SHA-256.
        var authentication: [UInt8]
        let born: ContinuousClock.Instant

        init(_ born: ContinuousClock.Instant) throws(CryptoError) {
            name = try Random.bytes(TLSTicketKeys.nameLength)
            encryption = try Random.bytes(TLSTicketKeys.secretLength)
            authentication = try Random.bytes(TLSTicketKeys.secretLength)
            self.born = born
        }

        mutating func erase() {
            encryption.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
            authentication.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        }
    }

    /// The newest first; never empty.
    private let keys: Mutex<[Key]>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: the clock that the keys grow old by.
    public init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws(CryptoError) {
        self.now = now
        keys = Mutex([try Key(now())])
    }

    /// How many keys are accepted now.
    var count: Int { keys.withLock { $0.count } }

    /// The key to seal with. Without randomness for a new one the old one goes on.
    func sealing() -> Key {
        let now = now()
        return keys.withLock { keys in
            if now - keys[0].born >= Self.sealingTime, let fresh = try? Key(now) { keys.insert(fresh, at: 0) }
            while keys.count > 1, Self.isOver(keys[keys.count - 1], now) {
                keys[keys.count - 1].erase()
                keys.removeLast()
            }
            return keys[0]
        }
    }

    /// The key of this name, and whether what it has sealed should be sealed anew; nil when it is unknown or too old.
    func opening(_ name: UnsafeBufferPointer<UInt8>) -> (key: Key, renew: Bool)? {
        let now = now()
        return keys.withLock { keys in
            guard let index = keys.firstIndex(where: { $0.name.elementsEqual(name) }), !Self.isOver(keys[index], now)
            else { return nil }
            return (keys[index], index > 0 || now - keys[index].born >= Self.sealingTime)
        }
    }

    private static func isOver(_ key: Key, _ now: ContinuousClock.Instant) -> Bool {
        now - key.born >= sealingTime + ticketLifetime
    }

    // MARK: OpenSSL's side

    /// Makes `context` use these keys. It holds them unretained: its owner keeps them.
    func install(in context: OpaquePointer) throws(CryptoError) {
        ERR_clear_error()
        guard SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque()) == 1 else {
            throw CryptoError.fromQueue("SSL_CTX_set_ex_data")
        }
        guard lm_SSL_CTX_set_tlsext_ticket_key_evp_cb(context, Self.callback) == 1 else {
            throw CryptoError.fromQueue("SSL_CTX_set_tlsext_ticket_key_evp_cb")
        }
        SSL_CTX_set_timeout(context, Int(Self.ticketLifetime.components.seconds))
    }

    /// SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 done, 2 done and to be sealed anew, 0 a ticket that is not ours, -1 failed.
    private static let callback: lm_ticket_key_callback = { ssl, name, vector, cipher, mac, seals in
        guard let ssl, let name, let vector, let context = SSL_get_SSL_CTX(ssl),
            let owner = SSL_CTX_get_ex_data(context, 0)
        else { return -1 }
        let keys = Unmanaged<TLSTicketKeys>.fromOpaque(owner).takeUnretainedValue()
        if seals == 1 {
            let key = keys.sealing()
            guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 else { return -1 }
            name.update(from: key.name, count: nameLength)
            guard EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.encryption, vector, nil) == 1 else { return -1 }
            return lm_EVP_MAC_set_hmac_sha256(mac, key.authentication, key.authentication.count) == 1 ? 1 : -1
        }
        guard let (key, renew) = keys.opening(UnsafeBufferPointer(start: name, count: nameLength)) else { return 0 }
        guard lm_EVP_MAC_set_hmac_sha256(mac, key.authentication, key.authentication.count) == 1,
            EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.encryption, vector, nil) == 1
        else { return -1 }
        return renew ? 2 : 1
    }
}
