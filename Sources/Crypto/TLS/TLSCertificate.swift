import COpenSSL

/// Why a certificate and a key cannot be served. Holds nothing of the key.
public enum TLSPairError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text holds no certificate that can be read or used; with OpenSSL's reason.
    case certificate(String)
    /// The text holds no private key that can be read or used; with OpenSSL's reason.
    case key(String)
    /// The key belongs to another certificate.
    case mismatch
    case expired
    case notYetValid
    /// OpenSSL itself refused a setting.
    case setup(CryptoError)

    /// Whether the certificate's file, rather than the key's, must be looked at.
    public var isAboutCertificate: Bool {
        switch self {
        case .certificate, .expired, .notYetValid: true
        case .key, .mismatch, .setup: false
        }
    }

    public var description: String {
        switch self {
        case .certificate(let reason): "contains no usable certificate (expected PEM): \(reason)"
        case .key(let reason): "contains no usable private key (expected PEM without a password): \(reason)"
        case .mismatch: "does not match the certificate"
        case .expired: "has expired"
        case .notYetValid: "is not valid yet"
        case .setup(let error): "cannot be used: \(error)"
        }
    }
}

/// A certificate with its chain and its private key, read from PEM and checked against each other.
///
/// Not `Sendable`: it lives as long as it takes to make a `TLSServerContext`.
final class TLSCertificate {
    /// A chain is a few certificates; more is a mistake or a bundle of authorities.
    private static let longestChain = 16

    private var certificates: [OpaquePointer] = []
    private var key: OpaquePointer?

    init(certificate: [UInt8], key: [UInt8]) throws(TLSPairError) {
        try readCertificates(certificate)
        try readKey(key)
        guard X509_check_private_key(certificates[0], self.key) == 1 else {
            ERR_clear_error()
            throw .mismatch
        }
        // 0 means that the time cannot be read, which the comparison with now then also fails.
        guard X509_cmp_current_time(X509_get0_notBefore(certificates[0])) < 0 else { throw .notYetValid }
        guard X509_cmp_current_time(X509_get0_notAfter(certificates[0])) > 0 else { throw .expired }
    }

    /// Whole days from now until it expires.
    var daysLeft: Int {
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificates[0])) == 1 else { return 0 }
        return Int(days)
    }

    deinit {
        for certificate in certificates { X509_free(certificate) }
        EVP_PKEY_free(key)
    }

    /// Gives everything to a context, which keeps references of its own.
    func install(in context: OpaquePointer) throws(TLSPairError) {
        ERR_clear_error()
        guard SSL_CTX_use_certificate(context, certificates[0]) == 1 else {
            throw .certificate(CryptoError.fromQueue("SSL_CTX_use_certificate").reason)
        }
        for issuer in certificates.dropFirst() {
            guard lm_SSL_CTX_add1_chain_cert(context, issuer) == 1 else {
                throw .certificate(CryptoError.fromQueue("SSL_CTX_add1_chain_cert").reason)
            }
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw .key(CryptoError.fromQueue("SSL_CTX_use_PrivateKey").reason)
        }
    }

    private func readCertificates(_ text: [UInt8]) throws(TLSPairError) {
        guard let bio = Self.bio(text) else { throw .setup(CryptoError("BIO_new_mem_buf")) }
        defer { BIO_free(bio) }
        ERR_clear_error()
        while let certificate = PEM_read_bio_X509(bio, nil, Self.noPassword, nil) {
            certificates.append(certificate)
            guard certificates.count <= Self.longestChain else {
                throw .certificate("more than \(Self.longestChain) certificates")
            }
        }
        // After the last one "no start line" is how PEM says that the text is at its end.
        let code = ERR_peek_last_error()
        let isAtEnd = reasonCode(code) == PEM_R_NO_START_LINE
        let reason = CryptoError.fromQueue("PEM_read_bio_X509").reason
        guard isAtEnd, !certificates.isEmpty else { throw .certificate(reason) }
    }

    private func readKey(_ text: [UInt8]) throws(TLSPairError) {
        guard let bio = Self.bio(text) else { throw .setup(CryptoError("BIO_new_mem_buf")) }
        defer { BIO_free(bio) }
        ERR_clear_error()
        key = PEM_read_bio_PrivateKey(bio, nil, Self.noPassword, nil)
        guard key != nil else { throw .key(CryptoError.fromQueue("PEM_read_bio_PrivateKey").reason) }
    }

    private func reasonCode(_ code: UInt) -> Int32 { Int32(code & UInt(ERR_REASON_MASK)) }

    /// A BIO over a copy of the text.
    private static func bio(_ text: [UInt8]) -> OpaquePointer? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        guard text.isEmpty || BIO_write(bio, text, Int32(clamping: text.count)) == text.count else {
            BIO_free(bio)
            return nil
        }
        return bio
    }

    /// Without it OpenSSL would ask on the terminal.
    private static let noPassword:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?)
            -> Int32 = { _, _, _, _ in -1 }
}
