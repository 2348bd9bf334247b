import CCurl
import Core
import Glibc
import HTTP

/// One place for a transfer: a pooled easy handle, what it is set to, and what has come back so far.
///
/// libcurl has plain pointers to this object while it is in the multi handle. `CurlTransport` holds every transfer
/// that it has made until it has shut down, which is after the handle has left the multi handle for good.
///
/// ## A POST must not be sent twice
/// libcurl repeats a request by itself when a kept connection ends before the first byte of the answer, whatever the
/// method (`Curl_retry_request`), and when an HTTP/2 stream was refused or wants HTTP/1.1. The upstream may have acted on the
/// first copy. Each attempt, also a repeated one, passes the pre-request callback before its first byte is
/// written, and a refusal there ends the transfer: so the second attempt of a POST is refused, and kept connections
/// stay usable for POSTs. The same callback tells exactly whether anything has left: before its first call
/// nothing has.
///
/// `@exclusivity(unchecked)`, here and in the classes around it, stands where a transfer touches a property at each step
/// and no access can overlap another: each is a load, a store, or a call into a value that knows nothing outside of itself.
final class CurlTransfer {
    let easy: OpaquePointer
    /// Who waits for it; nil while the transfer is in the pool.
    @exclusivity(unchecked) var call: CurlTransport.Call?
    /// Who hears of each piece of the body.
    private var arrived: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    /// True once libcurl has begun to write the request.
    var wasSent: Bool { attempts > 0 }
    /// True when libcurl wanted to send a POST again.
    @exclusivity(unchecked) private(set) var isRepeatRefused = false
    @exclusivity(unchecked) private(set) var isTooLarge = false

    private let multi: CurlMulti
    /// Scheme, host and port, parsed.
    private let url: OpaquePointer
    private var origin: UpstreamURL.Origin?
    private var lines: UnsafeMutablePointer<curl_slist>?
    @exclusivity(unchecked) private var body: [UInt8] = []
    @exclusivity(unchecked) private var bodyLimit = 0
    @exclusivity(unchecked) private var attempts = 0
    @exclusivity(unchecked) private var head: CurlResponseHead
    /// What the handle's options are set for, nil when that is not sure.
    @exclusivity(unchecked) private var kind: Kind?
    @exclusivity(unchecked) private var mayRepeat = false
    private var isLoopbackOnly = false
    private var userTimeout = 0
    @exclusivity(unchecked) private var failure = CURLE_OK

    /// Two requests of one kind differ in path, query, body and deadline only.
    private struct Kind: Equatable {
        let method: OutboundRequest.Method
        let origin: UpstreamURL.Origin
        let fields: [Field]

        static func == (a: Kind, b: Kind) -> Bool {
            a.method == b.method && a.origin === b.origin && a.fields == b.fields
        }
    }

    init?(_ multi: CurlMulti, keeping names: [String]) {
        guard let easy = curl_easy_init() else { return nil }
        guard let url = curl_url() else {
            curl_easy_cleanup(easy)
            return nil
        }
        head = CurlResponseHead(keeping: names)
        self.easy = easy
        self.url = url
        self.multi = multi
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_url_cleanup(url)
        curl_slist_free_all(lines)
    }

    // MARK: Before

    /// Sets the options for `request`. For another kind of request than the last one they are all set, from nothing,
    /// so that no option of an earlier one survives; for the same kind those that differ.
    func prepare(
        _ request: OutboundRequest, to target: UpstreamURL, _ settings: CurlTransport.Settings, milliseconds: Int
    ) throws(TransportError) {
        failure = CURLE_OK
        (body, bodyLimit, attempts) = ([], settings.maxResponseBytes, 0)
        (isRepeatRefused, isTooLarge) = (false, false)
        arrived = request.arrived
        head.reset()
        // The fields of one kind are usually one array, which compares at once.
        let kind = Kind(method: request.method, origin: target.origin, fields: request.fields)
        if self.kind != kind {
            self.kind = nil
            curl_easy_reset(easy)
            mayRepeat = request.method == .get
            isLoopbackOnly = !target.origin.isSecure
            userTimeout = settings.userTimeoutMilliseconds
            setCallbacks()
            try setOrigin(target)
            setConnection(target, settings)
            setOffset(CURLOPT_MAXFILESIZE_LARGE, settings.maxResponseBytes)
            setFields(request, settings)
        }
        setTarget(target)
        set(CURLOPT_TIMEOUT_MS, milliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, max(1, settings.connectTimeoutMilliseconds)))
        if request.method.hasBody { setBody(request.body) }
        guard failure == CURLE_OK else {
            self.kind = nil
            throw CurlFailure.error(failure, sent: false)
        }
        self.kind = kind
    }

    /// Where to connect to. The path is not a part of it: see `setTarget`.
    private func setOrigin(_ target: UpstreamURL) throws(TransportError) {
        if origin !== target.origin {
            origin = nil
            let code = curl_url_set(url, CURLUPART_URL, target.origin.text + "/", 0)
            guard code == CURLUE_OK else { throw CurlFailure.error(CURLE_URL_MALFORMAT, sent: false) }
            origin = target.origin
        }
        // The parsed form spares libcurl to parse the text for each request. It still wants the text, for the connection on which
        // it repeats a request; without one it would write it anew for each request, letter by letter.
        set(CURLOPT_URL, target.origin.text + "/")
        note(lm_curl_set_url(easy, url))
    }

    /// What to ask for. As CURLOPT_REQUEST_TARGET it is copied into the request as it is, while a path and a query
    /// in the URL are parsed, printed three times letter by letter, and copied as often: a tenth of a request.
    private func setTarget(_ target: UpstreamURL) {
        target.withTarget { note(lm_curl_set_string(easy, CURLOPT_REQUEST_TARGET, $0)) }
    }

    private func setCallbacks() {
        let own = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        note(lm_curl_set_pointer(easy, CURLOPT_PRIVATE, own))
        note(lm_curl_set_pointer(easy, CURLOPT_WRITEDATA, own))
        note(
            lm_curl_set_write(easy) { bytes, size, count, context in
                CurlTransfer.from(context)?.received(bytes, size * count) ?? 0
            })
        note(lm_curl_set_pointer(easy, CURLOPT_HEADERDATA, own))
        note(
            lm_curl_set_header(easy) { bytes, size, count, context in
                CurlTransfer.from(context)?.receivedHead(bytes, size * count) ?? 0
            })
        note(lm_curl_set_pointer(easy, CURLOPT_PREREQDATA, own))
        note(
            lm_curl_set_prerequest(easy) { context, _, _, _, _ in
                CurlTransfer.from(context)?.isAllowedToSend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
        note(lm_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, own))
        note(
            lm_curl_set_open_socket(easy) { context, _, address in
                guard let address, let transfer = CurlTransfer.from(context) else { return -1 }
                return transfer.openSocket(address)
            })
        // A connection outlives the transfer that opened it, so its close goes to the multi handle's owner.
        note(lm_curl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(multi).toOpaque()))
        note(
            lm_curl_set_close_socket(easy) { context, fd in
                CurlMulti.from(context)?.closeSocket(fd) ?? -1
            })
    }

    private func setConnection(_ target: UpstreamURL, _ settings: CurlTransport.Settings) {
        set(CURLOPT_NOSIGNAL, 1)
        // Made for each transfer anew; an answer of Luma's is a few kilobytes. One octet more is asked for.
        set(CURLOPT_BUFFERSIZE, (8 << 10) - 1)
        // Without it, a transfer that ends while its name is looked up waits on this thread for the system's resolver.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, target.origin.isSecure ? "https" : "http")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // The empty texts also keep libcurl from reading http_proxy, no_proxy and the like.
        set(CURLOPT_PROXY, target.origin.isLoopback ? "" : settings.proxy ?? "")
        set(CURLOPT_NOPROXY, "")
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // So that a change in the DNS is seen.
        set(CURLOPT_MAXLIFETIME_CONN, 3600)
        guard target.origin.isSecure else {
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            return
        }
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // A burst on a cold start waits for the first connection and shares it, instead of opening one each.
        set(CURLOPT_PIPEWAIT, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        switch CurlLibrary.trust {
        case .directory(let path):
            set(CURLOPT_CAINFO, nil)
            set(CURLOPT_CAPATH, path)
        case .bundle: set(CURLOPT_CAPATH, nil)
        }
        if let file = settings.caFile { set(CURLOPT_CAINFO, file) }
    }

    /// Method and fields.
    private func setFields(_ request: OutboundRequest, _ settings: CurlTransport.Settings) {
        curl_slist_free_all(lines)
        lines = nil
        var (isTyped, isNamed) = (false, false)
        for field in request.fields {
            append(OutboundFields.line(field))
            switch field.name.lowercased() {
            case "content-type": isTyped = true
            case "user-agent": isNamed = true
            default: break
            }
        }
        if !isNamed { set(CURLOPT_USERAGENT, settings.userAgent) }
        if request.method.hasBody {
            // libcurl would wait a second for "100 Continue" before a large body, and call an untyped body a form.
            append("Expect:")
            if !isTyped { append("Content-Type:") }
            set(CURLOPT_POST, 1)
        } else {
            set(CURLOPT_HTTPGET, 1)
        }
        // The two kinds that libcurl knows stand for the others: with a body and without.
        if request.method != .get, request.method != .post { set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        note(lm_curl_set_list(easy, CURLOPT_HTTPHEADER, lines))
    }

    private func setBody(_ body: [UInt8]) {
        setOffset(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
        body.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress, !bytes.isEmpty {
                note(lm_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start))
            } else {
                set(CURLOPT_COPYPOSTFIELDS, "")
            }
        }
    }

    private func append(_ line: String) {
        guard let longer = curl_slist_append(lines, line) else { return note(CURLE_OUT_OF_MEMORY) }
        lines = longer
    }

    private func set(_ option: CURLoption, _ value: Int) { note(lm_curl_set_long(easy, option, value)) }
    private func set(_ option: CURLoption, _ value: String?) { note(lm_curl_set_string(easy, option, value)) }
    private func setOffset(_ option: CURLoption, _ value: Int) {
        note(lm_curl_set_offset(easy, option, curl_off_t(value)))
    }

    /// Keeps the first failure: a transfer whose options are not all set must not start.
    private func note(_ code: CURLcode) { if failure == CURLE_OK { failure = code } }

    // MARK: During (called by libcurl)

    static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func isAllowedToSend() -> Bool {
        attempts += 1
        if attempts == 1 || mayRepeat { return true }
        isRepeatRefused = true
        return false
    }

    private func receivedHead(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
        if head.accept(UnsafeRawBufferPointer(start: bytes, count: count)) { return count }
        isTooLarge = true
        return 0
    }

    private func received(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
        guard count > 0, let bytes else { return 0 }
        guard count <= bodyLimit - body.count else {
            isTooLarge = true
            return Int(CURL_WRITEFUNC_ERROR)
        }
        if body.isEmpty {
            var announced: curl_off_t = -1
            lm_curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced)
            if announced > count { body.reserveCapacity(min(Int(announced), bodyLimit)) }
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        arrived?(UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    /// Opens a socket to `address`; for plain http only when that is this machine, whatever the name resolved to.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        if isLoopbackOnly {
            let isLocal = withUnsafePointer(to: &address.pointee.addr) { Self.isLoopback($0, address.pointee.addrlen) }
            guard isLocal else { return -1 }
        }
        return multi.openSocket(
            family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol,
            userTimeout: userTimeout)
    }

    private static func isLoopback(_ address: UnsafePointer<sockaddr>, _ length: UInt32) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(length))
        switch Int32(address.pointee.sa_family) {
        case AF_INET: return bytes.count >= 8 && bytes[4] == 127
        case AF_INET6: return bytes.count >= 24 && bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
        default: return false
        }
    }

    // MARK: After

    /// The answer of a transfer that has ended well; nil when its head is not whole.
    func takeResponse() -> OutboundResponse? {
        var status = 0
        lm_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        guard head.isComplete, status >= 200 else { return nil }
        defer { body = [] }
        return OutboundResponse(status: status, fields: head.fields, body: body)
    }

    /// The connection that it used, as long as it is open; nil for none.
    var connection: Int32? {
        var descriptor: curl_socket_t = -1
        lm_curl_get_socket(easy, &descriptor)
        return descriptor >= 0 ? descriptor : nil
    }

    /// How many connections were opened for it.
    var connectionsOpened: Int {
        var count = 0
        lm_curl_get_long(easy, CURLINFO_NUM_CONNECTS, &count)
        return count
    }

    /// Lets go of what the last request held.
    func clear() {
        call = nil
        body = []
        head.reset()
    }
}
