import COpenSSL

/// What all TLS connections with one certificate share: TLS 1.2 and 1.3, HTTP/1 by ALPN, tickets, no renegotiation.
///
/// `@unchecked Sendable`: the SSL_CTX is set up before `init` returns and never changed after it; what OpenSSL itself
/// changes in it is behind OpenSSL's own locks.
public final class TLSServerContext: @unchecked Sendable {
    /// AEAD ciphers with forward secrecy (RFC 9325 §4.2); those of TLS 1.3 are OpenSSL's defaults.
    private static let ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let groups = "X25519:P-256:P-384"
    /// Sessions are only resumed under the name of the application that made them (SSL_CTX_set_session_id_context(3)).
    private static let sessionContext = Array("luma-mcp".utf8)

    let pointer: OpaquePointer
    /// Whole days until the certificate expires, from when it was read.
    public let daysLeft: Int
    /// The context points to it.
    private let tickets: TLSTicketKeys

    /// - Parameters:
    ///   - certificate: PEM, the server's own certificate first, then its issuers.
    ///   - key: PEM, without a password.
    public init(certificate: [UInt8], key: [UInt8], tickets: TLSTicketKeys) throws(TLSPairError) {
        let pair = try TLSCertificate(certificate: certificate, key: key)
        daysLeft = pair.daysLeft
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw .setup(.fromQueue("SSL_CTX_new")) }
        pointer = context
        self.tickets = tickets
        do throws(CryptoError) { try configure(tickets) } catch { throw .setup(error) }
        try pair.install(in: context)
    }

    deinit { SSL_CTX_free(pointer) }

    private func configure(_ tickets: TLSTicketKeys) throws(CryptoError) {
        let context = pointer
        try checked("SSL_CTX_set_min_proto_version") {
            Int32(lm_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
        }
        try checked("SSL_CTX_set_cipher_list") { SSL_CTX_set_cipher_list(context, Self.ciphers) }
        try checked("SSL_CTX_set1_groups_list") { Int32(lm_SSL_CTX_set1_groups_list(context, Self.groups)) }
        SSL_CTX_set_options(
            context,
            LM_SSL_OP_NO_RENEGOTIATION | LM_SSL_OP_NO_COMPRESSION | LM_SSL_OP_CIPHER_SERVER_PREFERENCE
                | LM_SSL_OP_PRIORITIZE_CHACHA)
        // An idle connection keeps no record buffers.
        _ = lm_SSL_CTX_set_mode(context, LM_SSL_MODE_RELEASE_BUFFERS)
        // Tickets hold the sessions: nothing is kept here, and nothing can be filled up.
        _ = lm_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        try checked("SSL_CTX_set_session_id_context") {
            SSL_CTX_set_session_id_context(context, Self.sessionContext, UInt32(Self.sessionContext.count))
        }
        try tickets.install(in: context)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenLength, offered, length, _ in
                guard let offered, let chosen, let chosenLength,
                    let name = ALPN.choose(from: UnsafeBufferPointer(start: offered, count: Int(length)))
                else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                chosen.pointee = name.baseAddress
                chosenLength.pointee = UInt8(name.count)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }
}

/// The choice of a protocol (RFC 7301).
enum ALPN {
    /// What this server speaks, the best first.
    private static let spoken: [[UInt8]] = [Array("http/1.1".utf8), Array("http/1.0".utf8)]

    /// The part of a client's list that names the best protocol both speak; nil for `no_application_protocol`.
    static func choose(from list: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        for wanted in spoken {
            var position = 0
            while position < list.count {
                let start = position + 1
                let end = start + Int(list[position])
                guard end <= list.count else { return nil }
                if list[start..<end].elementsEqual(wanted) { return UnsafeBufferPointer(rebasing: list[start..<end]) }
                position = end
            }
        }
        return nil
    }
}
