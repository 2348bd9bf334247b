import COpenSSL

/// A call to OpenSSL that failed: its name and OpenSSL's reason. Holds no key, no message and no digest.
public struct CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    public let call: String
    /// OpenSSL's words for the first cause; empty when it gave none.
    public let reason: String

    public init(_ call: String, reason: String = "") {
        self.call = call
        self.reason = reason
    }

    /// Takes the reason from this thread's error queue and empties it.
    static func fromQueue(_ call: String) -> CryptoError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return CryptoError(call) }
        return CryptoError(call, reason: String(cString: text))
    }

    public var description: String { reason.isEmpty ? "\(call) failed" : "\(call): \(reason)" }
}

/// Runs one call to OpenSSL that answers 1 for success.
///
/// The thread's error queue is emptied first: an entry that some other code has left behind (libcurl uses the same
/// OpenSSL on the same thread) would be taken for this call's, and later for that of an innocent TLS connection.
func checked(_ call: String, _ body: () -> Int32) throws(CryptoError) {
    ERR_clear_error()
    guard body() == 1 else { throw CryptoError.fromQueue(call) }
}
