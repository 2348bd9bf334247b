import CLinux
import Glibc

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
