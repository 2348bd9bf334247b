import COpenSSL

/// Message digests (FIPS 180-4).
public enum Digest {
    /// The implementation, looked up once: `EVP_sha256()` stands for a look-up at each use, behind locks. Never written
    /// and never freed, so every thread may read it.
    private nonisolated(unsafe) static let implementation: OpaquePointer? =
        EVP_MD_fetch(nil, "SHA2-256", nil) ?? EVP_sha256()

    /// The 32 bytes of SHA-256 over `message`.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids SHA-256.
    public static func sha256(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        var length: UInt32 = 0
        try checked("EVP_Digest") {
            message.withUnsafeBytes { bytes in
                digest.withUnsafeMutableBufferPointer { out in
                    EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, &length, implementation, nil)
                }
            }
        }
        guard length == SHA256_DIGEST_LENGTH else { throw CryptoError("EVP_Digest", reason: "unexpected length") }
        return digest
    }
}

extension Digest {
    /// The first octets of SHA-256 over `message`, as many as `output` holds, 32 at most. Makes no array.
    /// - Throws: `CryptoError` like the other one; then `output` is as it was.
    public static func sha256(
        _ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        var length: UInt32 = 0
        try withUnsafeTemporaryAllocation(
            byteCount: Int(SHA256_DIGEST_LENGTH), alignment: 8
        ) { (digest) throws(CryptoError) in
            let start = digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            // Not SHA256(), which looks the implementation up for each message.
            try checked("EVP_Digest") {
                EVP_Digest(message.baseAddress, message.count, start, &length, implementation, nil)
            }
            guard length == SHA256_DIGEST_LENGTH else { throw CryptoError("EVP_Digest", reason: "unexpected length") }
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: digest[..<min(output.count, digest.count)]))
        }
    }
}

/// Keyed digests (RFC 2104).
public enum HMAC {
    /// The 32 bytes of HMAC-SHA-256 over `message`. Compare them with `constantTimeEqual` only.
    /// - Throws: `CryptoError` when OpenSSL has no memory, its configuration forbids SHA-256, or the key is 2 GiB or more.
    public static func sha256(key: [UInt8], _ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let keyLength = Int32(exactly: key.count) else { throw CryptoError("HMAC", reason: "key too long") }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        var length: UInt32 = 0
        try checked("HMAC") {
            key.withUnsafeBytes { keyBytes in
                message.withUnsafeBufferPointer { bytes in
                    digest.withUnsafeMutableBufferPointer { out in
                        let result = COpenSSL.HMAC(
                            EVP_sha256(), keyBytes.baseAddress, keyLength, bytes.baseAddress, bytes.count,
                            out.baseAddress, &length)
                        return result == nil ? 0 : 1
                    }
                }
            }
        }
        guard length == SHA256_DIGEST_LENGTH else { throw CryptoError("HMAC", reason: "unexpected length") }
        return digest
    }
}
