import CCurl
import HTTP

/// What a CURLcode means to the caller.
enum CurlFailure {
    /// The error for a transfer that ended with `code`.
    ///
    /// - Parameter sent: whether libcurl had begun to send the request. Only the pre-request callback knows that, so
    ///   `neverSent` is its opposite whatever the code says.
    static func error(_ code: CURLcode, sent: Bool) -> TransportError { error(number: code.rawValue, sent: sent) }

    /// The same by libcurl's number, which is part of its ABI.
    static func error(number: UInt32, sent: Bool) -> TransportError {
        let code = CURLcode(number)
        let detail = String(cString: curl_easy_strerror(code))
        return TransportError(cause(code, sent: sent), neverSent: !sent, detail: detail)
    }

    private static func cause(_ code: CURLcode, sent: Bool) -> TransportError.Cause {
        switch code {
        case CURLE_URL_MALFORMAT: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
        // Also "no route" and "network is unreachable": libcurl tells them apart in its verbose text only.
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: .connectionRefused
        case CURLE_OPERATION_TIMEDOUT: sent ? .timeout : .connectTimeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED:
            .tlsFailed
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND, CURLE_AGAIN, CURLE_ABORTED_BY_CALLBACK:
            .connectionLost
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformedResponse
        // An answer without a status line (HTTP/0.9) is reported as a protocol that is not supported.
        case CURLE_UNSUPPORTED_PROTOCOL: sent ? .malformedResponse : .invalidRequest
        default: .other
        }
    }
}
