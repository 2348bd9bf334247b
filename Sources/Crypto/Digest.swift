import COpenSSL
package import Core

/// Message digests (FIPS 180-4).
public enum Digest {
    /// The implementation, looked up once: `EVP_sha256()` stands for a look-up at each use, behind locks. Never written
    /// and never freed, so every thread may read it.
    nonisolated(unsafe) static let implementation: OpaquePointer? =
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
    /// Octets of a block of SHA-256.
    private static let blockBytes = 64

    /// The 32 bytes of HMAC-SHA-256 over `message`. Compare them with `constantTimeEqual` only.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids SHA-256.
    public static func sha256(key: [UInt8], _ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        // Not OpenSSL's HMAC, which looks everything up that it is made of for each message: RFC 2104 section 2.
        var block = key.count > blockBytes ? try Digest.sha256(key) : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        let inner = try Digest.sha256(block.map { $0 ^ 0x36 } + message)
        return try Digest.sha256(block.map { $0 ^ 0x5c } + inner)
    }
}

/// Whether `a` and `b` are the same bytes, in a time that does not depend on where they differ.
///
/// Different lengths are told apart at once: compare digests of secrets whose length is itself a secret.
public func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return a.withUnsafeBytes { left in
        b.withUnsafeBytes { right in
            left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}

/// Digests that are the same for what means the same: a body written with other spaces, or its members in another order.
package enum Fingerprint {
    /// What a caller has sent to Luma. Texts that look the same are the same: white space, what cannot be seen and the form of an
    /// accented letter say nothing, nor does a member without a value.
    package static func of(_ body: JSONObject, _ operation: String, principal: String) -> [UInt8]? {
        digest(JSON.object(body).loose, operation, principal)
    }

    /// The same of texts exactly as they are, for what is kept outside of the program and must stay what it is: the keys of an
    /// import's rows stand in its report.
    package static func exact(_ body: JSONObject, _ operation: String, principal: String) -> [UInt8]? {
        digest(JSON.object(body), operation, principal)
    }

    private static func digest(_ body: JSON, _ operation: String, _ principal: String) -> [UInt8]? {
        var bytes = Array(operation.utf8)
        append(principal, to: &bytes)
        bytes.append(0)
        body.canonical.write(to: &bytes)
        return try? Digest.sha256(bytes)
    }

    /// With its length in front, so that no two lists of texts make the same bytes.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: " \(text.utf8.count):".utf8)
        bytes.append(contentsOf: text.utf8)
    }
}

extension JSON {
    /// The same value as a reader sees it.
    fileprivate var loose: JSON {
        switch self {
        case .object(let object):
            .object(
                JSONObject(object.members.filter { !$0.value.isNull }.map { (name: $0.name, value: $0.value.loose) }))
        case .array(let items): .array(items.map(\.loose))
        case .string(let text):
            .string(Neutral.line(text).normalized)
        default: self
        }
    }
}
