import COpenSSL

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
