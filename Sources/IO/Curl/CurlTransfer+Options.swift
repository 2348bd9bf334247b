import CCurl
import Glibc
import HTTP

/// What a transfer is set to. A failure is kept in `failure`, so that one look at the end will do.
extension CurlTransfer {
    /// Where to connect to. The path is not a part of it: see `setTarget`.
    func setOrigin(_ target: UpstreamURL) throws(TransportError) {
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
    func setTarget(_ target: UpstreamURL) {
        target.withTarget { note(lm_curl_set_string(easy, CURLOPT_REQUEST_TARGET, $0)) }
    }

    func setCallbacks() {
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

    func setConnection(_ target: UpstreamURL, _ settings: CurlTransport.Settings) {
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
        if let resolved = settings.resolved { setResolved(resolved) }
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

    private func setResolved(_ text: String) {
        curl_slist_free_all(resolved)
        resolved = curl_slist_append(nil, text)
        guard resolved != nil else { return note(CURLE_OUT_OF_MEMORY) }
        note(lm_curl_set_list(easy, CURLOPT_RESOLVE, resolved))
    }

    /// Method and fields.
    func setFields(_ request: OutboundRequest, _ settings: CurlTransport.Settings) {
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

    func setBody(_ body: [UInt8]) {
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

    func set(_ option: CURLoption, _ value: Int) { note(lm_curl_set_long(easy, option, value)) }
    private func set(_ option: CURLoption, _ value: String?) { note(lm_curl_set_string(easy, option, value)) }
    func setOffset(_ option: CURLoption, _ value: Int) {
        note(lm_curl_set_offset(easy, option, curl_off_t(value)))
    }

    /// Keeps the first failure: a transfer whose options are not all set must not start.
    private func note(_ code: CURLcode) { if failure == CURLE_OK { failure = code } }
}
