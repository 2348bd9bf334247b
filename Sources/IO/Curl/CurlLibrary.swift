import CCurl
import Glibc
import HTTP

/// libcurl's process-wide part: its start, and where this system keeps the certificates that it trusts.
enum CurlLibrary {
    /// The result of `curl_global_init`, which runs once, on first use.
    ///
    /// CURLOPT_NOSIGNAL keeps libcurl from ignoring SIGPIPE around its own writes, and OpenSSL writes to sockets with
    /// plain write(2): a peer that resets would kill the process, so SIGPIPE is ignored here for good.
    static let started: CURLcode = {
        signal(SIGPIPE, SIG_IGN)
        #if NO_LOOP_MEMORY
            return curl_global_init(Int(CURL_GLOBAL_ALL))
        #else
            return curl_global_init_mem(
                Int(CURL_GLOBAL_ALL), LoopMemory.malloc, LoopMemory.free, LoopMemory.realloc, LoopMemory.strdup,
                LoopMemory.calloc)
        #endif
    }()

    /// Where the trusted certificates are.
    ///
    /// Debian compiles both a bundle and a directory into libcurl. With both set, the bundle's 140 certificates are
    /// parsed anew for each TLS connection, 20–35 ms on the loop's thread. From the hashed directory alone it is about 1 ms;
    /// from the bundle alone libcurl keeps what it has parsed.
    enum Trust: Equatable {
        case directory(String)
        case bundle
    }

    static let trust: Trust = findTrust(in: "/etc/ssl/certs")

    /// A directory counts when `c_rehash` has been over it: it holds an entry like `4a6481c9.0`.
    static func findTrust(in path: String) -> Trust {
        guard let directory = opendir(path) else { return .bundle }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if isSubjectHash(name) { return .directory(path) }
        }
        return .bundle
    }

    private static func isSubjectHash(_ name: [UInt8]) -> Bool {
        name.count >= 10 && name[8] == UInt8(ascii: ".")
            && name[..<8].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && name[9...].allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Whether the libcurl that the program was started with can do what the program asks of it.
///
/// A shared library is chosen at start, not at build: with one that is too old every transfer would end with "unknown option".
public enum CurlVersion {
    /// 7.87.0 brought CURLOPT_QUICK_EXIT; CURLOPT_PROTOCOLS_STR came with 7.85.0. Two digits of hexadecimal for each part.
    static let oldest: UInt32 = 0x07_57_00

    /// What is wrong with the libcurl that is loaded, and what to do; nil when it is new enough.
    public static var problem: String? {
        guard let version = curl_version_info(CURLVERSION_FIRST) else { return "libcurl reports no version" }
        return problem(of: version.pointee.version_num)
    }

    /// - Parameter version: as libcurl has it in `LIBCURL_VERSION_NUM`, 0xXXYYZZ.
    static func problem(of version: UInt32) -> String? {
        guard version < oldest else { return nil }
        let systems = "as in Debian 12 and Ubuntu 24.04"
        return "libcurl \(text(version)) is too old: \(text(oldest)) or newer is needed, \(systems)"
    }

    private static func text(_ version: UInt32) -> String {
        "\(version >> 16 & 0xFF).\(version >> 8 & 0xFF).\(version & 0xFF)"
    }
}

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
        // What undoes an encoding refuses what follows its end as a write; what this program refuses is told apart before.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR: .malformedResponse
        // An answer without a status line (HTTP/0.9) is reported as a protocol that is not supported.
        case CURLE_UNSUPPORTED_PROTOCOL: sent ? .malformedResponse : .invalidRequest
        default: .other
        }
    }
}
