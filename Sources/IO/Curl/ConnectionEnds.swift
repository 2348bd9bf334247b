import CCurl
import CLinux
import Core
import Glibc

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

/// What the kernel still has to deliver on a connection.
///
/// A write whose answer was lost is looked for, and made again when it is not to be seen: what the kernel goes on to deliver
/// after that makes it twice. Left alone the kernel tries for up to 15 minutes, also for a program that was killed. So nothing
/// outlives its transfer: a connection that is closed with octets left is reset and they are dropped, whoever closes it (the
/// kernel itself, when the program is killed), and one that the peer does not acknowledge ends after a bounded time.
enum UnsentOctets {
    /// Bounds the time of unacknowledged octets (TCP_USER_TIMEOUT, RFC 5482), and lets a close drop them (SO_LINGER with no time).
    /// - Returns: false when the kernel does not do it; such a socket is not to be used.
    static func bound(_ descriptor: Int32, milliseconds: Int) -> Bool {
        var time = UInt32(clamping: max(1, milliseconds))
        guard
            setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &time, socklen_t(MemoryLayout<UInt32>.size)) == 0
        else { return false }
        return setLinger(descriptor, linger(l_onoff: 1, l_linger: 0))
    }

    /// Whether something that was sent is not acknowledged.
    static func has(_ descriptor: Int32) -> Bool { lm_unacknowledged(descriptor) > 0 }

    /// Whether something waits for the peer to make room, or had to be sent again. What has just left is not stuck.
    static func areStuck(_ descriptor: Int32) -> Bool { lm_is_stuck(descriptor) == 1 }

    /// Lets the coming close deliver what is left, and end with a FIN.
    static func closeOrderly(_ descriptor: Int32) { _ = setLinger(descriptor, linger(l_onoff: 0, l_linger: 0)) }

    /// Drops what is left and resets the connection; the descriptor stays open and tells an error.
    static func discard(_ descriptor: Int32) { _ = lm_disconnect(descriptor) }

    private static func setLinger(_ descriptor: Int32, _ value: linger) -> Bool {
        var value = value
        return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size)) == 0
    }
}
