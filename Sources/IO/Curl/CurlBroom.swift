import CCurl
import Core

/// Makes libcurl close idle connections that their peers have closed.
///
/// libcurl looks through its idle connections when a transfer asks for one, at most once a second. So a transfer is given to
/// it that ends right after that: its socket is refused, and nothing leaves the machine.
final class CurlBroom: TimerHandler {
    /// A little more than libcurl's own pause.
    private static let pause = 1.1

    /// It outlives this: it lets go of it in `close()`.
    private unowned let multi: CurlMulti
    private let easy: OpaquePointer
    @exclusivity(unchecked) private var timer: TimerQueue.Token?
    @exclusivity(unchecked) private var isSweeping = false

    /// - Returns: nil when libcurl has no memory for it: connections are then closed with the next request.
    init?(_ multi: CurlMulti) {
        guard let easy = curl_easy_init() else { return nil }
        let codes = [
            lm_curl_set_string(easy, CURLOPT_URL, "http://127.0.0.1/"), lm_curl_set_string(easy, CURLOPT_PROXY, ""),
            lm_curl_set_string(easy, CURLOPT_NOPROXY, ""), lm_curl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            lm_curl_set_open_socket(easy) { _, _, _ in -1 },
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            curl_easy_cleanup(easy)
            return nil
        }
        self.multi = multi
        self.easy = easy
    }

    deinit { curl_easy_cleanup(easy) }

    /// Sweeps for all that hang up within the next second.
    func sweepSoon() {
        guard timer == nil else { return }
        timer = multi.reactor.schedule(at: Reactor.readClock().advanced(seconds: Self.pause), self)
    }

    func timerFired() {
        timer = nil
        guard !isSweeping else { return sweepSoon() }
        isSweeping = multi.add(easy) == CURLM_OK
    }

    /// Whether this transfer, which has ended, was the broom's.
    func took(_ ended: OpaquePointer) -> Bool {
        guard ended == easy else { return false }
        multi.remove(easy)
        isSweeping = false
        return true
    }

    /// Before the multi handle is closed.
    func close() {
        if let timer { multi.reactor.cancel(timer) }
        timer = nil
        if isSweeping { multi.remove(easy) }
        isSweeping = false
    }
}
