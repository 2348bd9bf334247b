import COpenSSL

/// SHA-256 over many short messages, one after the other: OpenSSL's state is kept, so that a message costs no allocation.
///
/// Belongs to one loop or thread.
public final class DigestContext {
    private let context: OpaquePointer

    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids SHA-256.
    public init() throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError.fromQueue("EVP_MD_CTX_new") }
        self.context = context
        try checked("EVP_DigestInit_ex2") { EVP_DigestInit_ex2(context, Digest.implementation, nil) }
    }

    deinit { EVP_MD_CTX_free(context) }

    /// The 32 octets of SHA-256 over `message`.
    /// - Throws: `CryptoError` when OpenSSL fails; then nothing may be made of `output`.
    public func sha256(
        _ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        precondition(output.count >= Int(SHA256_DIGEST_LENGTH), "a digest has 32 octets")
        let start = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try checked("EVP_DigestInit_ex2") { EVP_DigestInit_ex2(context, nil, nil) }
        try checked("EVP_DigestUpdate") { EVP_DigestUpdate(context, message.baseAddress, message.count) }
        try checked("EVP_DigestFinal_ex") { EVP_DigestFinal_ex(context, start, nil) }
    }
}

/// HMAC-SHA-256 with one key over many short messages, as `DigestContext` is for SHA-256 (RFC 2104).
///
/// Belongs to one loop or thread.
public final class HMACContext {
    private let context: OpaquePointer

    /// - Parameter key: one octet at least.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids HMAC or SHA-256.
    public init(key: [UInt8]) throws(CryptoError) {
        precondition(!key.isEmpty, "OpenSSL takes a key without octets for none")
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { throw CryptoError.fromQueue("EVP_MAC_fetch") }
        // The context keeps what it needs of it.
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { throw CryptoError.fromQueue("EVP_MAC_CTX_new") }
        self.context = context
        var name = Array("SHA2-256".utf8CString)
        try checked("EVP_MAC_init") {
            name.withUnsafeMutableBufferPointer { name in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_init(context, key, key.count, parameters)
            }
        }
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The 32 octets of HMAC-SHA-256 over `message`.
    /// - Throws: `CryptoError` when OpenSSL fails; then nothing may be made of `output`.
    public func sha256(
        _ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        precondition(output.count >= Int(SHA256_DIGEST_LENGTH), "a digest has 32 octets")
        let start = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var length = 0
        // Without a key it begins anew with the one that it has.
        try checked("EVP_MAC_init") { EVP_MAC_init(context, nil, 0, nil) }
        try checked("EVP_MAC_update") {
            EVP_MAC_update(context, message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count)
        }
        try checked("EVP_MAC_final") { EVP_MAC_final(context, start, &length, output.count) }
    }
}
