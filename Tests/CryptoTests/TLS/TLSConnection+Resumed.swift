import COpenSSL

@testable import Crypto

extension TLSConnection {
    /// The handshake has taken up an earlier session.
    var isResumed: Bool { SSL_session_reused(pointer) == 1 }
}
