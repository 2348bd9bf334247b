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
    /// Who takes the body instead of `body`.
    private var sink: (@Sendable (OutboundResponse, UnsafeRawBufferPointer) -> Bool)?
    /// Octets that it was given.
    private var sunk = 0
    /// It wants no more.
    private(set) var isUnwanted = false
    /// True once libcurl has begun to write the request.
    var wasSent: Bool { attempts > 0 }
    /// True when libcurl wanted to send a POST again.
    @exclusivity(unchecked) private(set) var isRepeatRefused = false
    @exclusivity(unchecked) private(set) var isTooLarge = false
    /// An address of its host is none that may be connected to.
    private(set) var isAddressRefused = false

    let multi: CurlMulti
    /// Scheme, host and port, parsed.
    let url: OpaquePointer
    var origin: UpstreamURL.Origin?
    var lines: UnsafeMutablePointer<curl_slist>?
    var resolved: UnsafeMutablePointer<curl_slist>?
    @exclusivity(unchecked) private var body: [UInt8] = []
    @exclusivity(unchecked) private var bodyLimit = 0
    @exclusivity(unchecked) private var attempts = 0
    @exclusivity(unchecked) private var head: CurlResponseHead
    /// What the handle's options are set for, nil when that is not sure.
    @exclusivity(unchecked) private var kind: Kind?
    @exclusivity(unchecked) private var mayRepeat = false
    private var isLoopbackOnly = false
    private var addresses: AddressRule?
    private var userTimeout = 0
    @exclusivity(unchecked) var failure = CURLE_OK

    /// Two requests of one kind differ in path, query, body and deadline only.
    private struct Kind: Equatable {
        let method: OutboundRequest.Method
        let origin: UpstreamURL.Origin
        let fields: [Field]

        static func == (a: Kind, b: Kind) -> Bool {
            a.method == b.method && a.origin === b.origin && a.fields == b.fields
        }
    }

    init?(_ multi: CurlMulti, keeping names: CurlResponseHead.Names) {
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
        curl_slist_free_all(resolved)
    }

    // MARK: Before

    /// Sets the options for `request`. For another kind of request than the last one they are all set, from nothing,
    /// so that no option of an earlier one survives; for the same kind those that differ.
    func prepare(
        _ request: OutboundRequest, to target: UpstreamURL, _ settings: CurlTransport.Settings, milliseconds: Int
    ) throws(TransportError) {
        failure = CURLE_OK
        (body, bodyLimit, attempts) = ([], settings.maxResponseBytes, 0)
        (isRepeatRefused, isTooLarge, isAddressRefused) = (false, false, false)
        arrived = request.arrived
        (sink, sunk, isUnwanted) = (request.sink, 0, false)
        head.reset()
        // The fields of one kind are usually one array, which compares at once.
        let kind = Kind(method: request.method, origin: target.origin, fields: request.fields)
        if self.kind != kind {
            self.kind = nil
            curl_easy_reset(easy)
            mayRepeat = request.method == .get
            isLoopbackOnly = !target.origin.isSecure && !settings.allowsPlainText
            addresses = settings.addresses
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

    // MARK: During (called by libcurl)

    static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    func isAllowedToSend() -> Bool {
        // Of several addresses one was refused: nothing is sent to the others.
        if isAddressRefused { return false }
        attempts += 1
        if attempts == 1 || mayRepeat { return true }
        isRepeatRefused = true
        return false
    }

    func receivedHead(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
        if head.accept(UnsafeRawBufferPointer(start: bytes, count: count)) { return count }
        isTooLarge = true
        return 0
    }

    func received(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
        guard count > 0, let bytes else { return 0 }
        if let sink { return give(UnsafeRawBufferPointer(start: bytes, count: count), to: sink) }
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
        call?.pieceArrived()
        return count
    }

    private func give(
        _ piece: UnsafeRawBufferPointer, to sink: (OutboundResponse, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard piece.count <= bodyLimit - sunk else {
            isTooLarge = true
            return Int(CURL_WRITEFUNC_ERROR)
        }
        sunk += piece.count
        guard sink(OutboundResponse(status: status, fields: head.fields), piece) else {
            isUnwanted = true
            return Int(CURL_WRITEFUNC_ERROR)
        }
        call?.pieceArrived()
        return piece.count
    }

    /// Opens a socket to `address`, whatever the name was, if that is allowed; for plain http only when it is this machine, unless
    /// that is opened for others.
    func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        if isLoopbackOnly || addresses != nil {
            let reach = withUnsafePointer(to: &address.pointee.addr) {
                AddressReach($0, length: Int(address.pointee.addrlen))
            }
            // Nor is one of several taken when another is not allowed.
            guard !isAddressRefused, let reach, !isLoopbackOnly || reach == .loopback, addresses?.allows(reach) ?? true
            else {
                isAddressRefused = isAddressRefused || addresses != nil
                return -1
            }
        }
        return multi.openSocket(
            family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol,
            userTimeout: userTimeout)
    }

    // MARK: After

    /// The answer of a transfer that has ended well; nil when its head is not whole.
    func takeResponse() -> OutboundResponse? {
        let status = status
        guard head.isComplete, status >= 200 else { return nil }
        defer { body = [] }
        return OutboundResponse(status: status, fields: head.fields, body: body)
    }

    private var status: Int {
        var status = 0
        lm_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
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
        (arrived, sink) = (nil, nil)
        body = []
        head.reset()
    }
}
