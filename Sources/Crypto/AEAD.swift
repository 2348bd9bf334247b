import COpenSSL

/// Encryption that also shows every change: AES-256-GCM (NIST SP 800-38D), with a random nonce for each message.
public enum AEAD {
    /// In bytes.
    public static let keyLength = 32
    private static let nonceLength = 12
    private static let tagLength = 16

    /// The nonce, the encrypted message and its tag.
    /// - Parameters:
    ///   - key: `keyLength` octets.
    ///   - context: is not encrypted and not part of what is given; it must be the same when the message is opened.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids AES.
    public static func seal(
        _ message: [UInt8], key: [UInt8], context: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let nonce = try Random.bytes(nonceLength)
        let cipher = try makeCipher(key, message.count, context.count)
        defer { EVP_CIPHER_CTX_free(cipher) }
        var output = [UInt8](repeating: 0, count: message.count + tagLength)
        var tag = [UInt8](repeating: 0, count: tagLength)
        var length: Int32 = 0
        try checked("EVP_EncryptInit_ex2") { EVP_EncryptInit_ex2(cipher, EVP_aes_256_gcm(), key, nonce, nil) }
        try checked("EVP_EncryptUpdate") {
            EVP_EncryptUpdate(cipher, nil, &length, context, Int32(context.count))
        }
        try checked("EVP_EncryptUpdate") {
            EVP_EncryptUpdate(cipher, &output, &length, message, Int32(message.count))
        }
        // A stream cipher keeps nothing back: this writes no octet.
        try checked("EVP_EncryptFinal_ex") { EVP_EncryptFinal_ex(cipher, &tag, &length) }
        try checked("EVP_CIPHER_CTX_ctrl") {
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), &tag)
        }
        return nonce + output.dropLast(tagLength) + tag
    }

    /// The message; nil when this is not what `seal` has made of one with the same key and context.
    /// - Throws: `CryptoError` when OpenSSL has no memory or its configuration forbids AES.
    public static func open(
        _ box: [UInt8], key: [UInt8], context: [UInt8]
    ) throws(CryptoError) -> [UInt8]? {
        let count = box.count - nonceLength - tagLength
        guard count >= 0 else { return nil }
        let nonce = Array(box[..<nonceLength])
        let encrypted = Array(box[nonceLength..<nonceLength + count])
        var tag = Array(box[(nonceLength + count)...])
        let cipher = try makeCipher(key, count, context.count)
        defer { EVP_CIPHER_CTX_free(cipher) }
        var message = [UInt8](repeating: 0, count: count + tagLength)
        var length: Int32 = 0
        try checked("EVP_DecryptInit_ex2") { EVP_DecryptInit_ex2(cipher, EVP_aes_256_gcm(), key, nonce, nil) }
        try checked("EVP_DecryptUpdate") {
            EVP_DecryptUpdate(cipher, nil, &length, context, Int32(context.count))
        }
        try checked("EVP_DecryptUpdate") {
            EVP_DecryptUpdate(cipher, &message, &length, encrypted, Int32(encrypted.count))
        }
        try checked("EVP_CIPHER_CTX_ctrl") {
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag)
        }
        var rest = [UInt8](repeating: 0, count: tagLength)
        ERR_clear_error()
        let isWhole = EVP_DecryptFinal_ex(cipher, &rest, &length) == 1
        ERR_clear_error()
        return isWhole ? Array(message[..<count]) : nil
    }

    private static func makeCipher(_ key: [UInt8], _ counts: Int...) throws(CryptoError) -> OpaquePointer {
        precondition(key.count == keyLength, "a key of AES-256 has \(keyLength) octets")
        guard counts.allSatisfy({ Int32(exactly: $0) != nil }) else {
            throw CryptoError("AES-256-GCM", reason: "message too long")
        }
        guard let cipher = EVP_CIPHER_CTX_new() else { throw CryptoError.fromQueue("EVP_CIPHER_CTX_new") }
        return cipher
    }
}
