import CCurl
import CLinux
import Core
import Glibc
import HTTP

/// libcurl's multi handle on a loop: tells libcurl when its sockets are ready and when its time has come.
///
/// libcurl says what it wants through two callbacks. SOCKETFUNCTION names the readiness that it waits for on a descriptor;
/// TIMERFUNCTION the one instant at which it wants to be called. Both are called from inside libcurl, which must
/// not be entered again from there: they only note, and `act` is called from the reactor.
///
/// A descriptor's registration is kept while libcurl does not wait for it (CURL_POLL_REMOVE), because the next request on a
/// kept connection wants the same again: two system calls less per request. It ends when the socket is closed, or when the peer
/// closes an idle connection. libcurl would close its end only when it next looks for a connection, which on a quiet loop may be
/// never; so it is made to look.
///
/// Ownership: libcurl has a plain pointer to this object, so the object holds itself from `init` to `close()`.
final class CurlMulti: BatchFollower, TimerHandler {
    let handle: OpaquePointer
    let reactor: Reactor
    /// Called for each transfer that has ended, outside of libcurl. It must remove the handle.
    @exclusivity(unchecked) var completed: ((OpaquePointer, CURLcode) -> Void)?

    /// By descriptor.
    @exclusivity(unchecked) private var sockets: [CurlSocket?] = []
    /// When libcurl wants to be called; nil for never.
    @exclusivity(unchecked) private var wanted: MonotonicTime?
    /// The reactor's timer that stands for `wanted`. It may stand at an earlier instant: then it is set anew when it
    /// fires, which is cheaper than to set it anew at each change.
    @exclusivity(unchecked) private var armed: (at: MonotonicTime, token: TimerQueue.Token)?
    @exclusivity(unchecked) private var isTurnNoted = false
    private var broom: CurlBroom?
    @exclusivity(unchecked) private var isClosed = false
    /// Transfers that change something and are under way.
    @exclusivity(unchecked) var writesInFlight = 0

    /// - Throws: `.other` when libcurl cannot start.
    init(reactor: Reactor, maxConnections: Int) throws(TransportError) {
        guard CurlLibrary.started == CURLE_OK else { throw CurlFailure.error(CurlLibrary.started, sent: false) }
        guard let handle = curl_multi_init() else { throw CurlFailure.error(CURLE_FAILED_INIT, sent: false) }
        self.handle = handle
        self.reactor = reactor
        // Given back by close().
        let context = Unmanaged.passRetained(self).toOpaque()
        lm_curlm_set_pointer(handle, CURLMOPT_SOCKETDATA, context)
        lm_curlm_set_pointer(handle, CURLMOPT_TIMERDATA, context)
        lm_curlm_set_socket(handle) { _, fd, what, context, _ in
            CurlMulti.from(context)?.interestChanged(fd, what)
            return 0
        }
        lm_curlm_set_timer(handle) { _, milliseconds, context in
            CurlMulti.from(context)?.timeoutChanged(milliseconds)
            return 0
        }
        // The default is four times the transfers in progress, and it shrinks: idle connections would be closed after a burst.
        lm_curlm_set_long(handle, CURLMOPT_MAXCONNECTS, maxConnections)
        lm_curlm_set_long(handle, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX)
        broom = CurlBroom(self)
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> CurlMulti? {
        context.map { Unmanaged<CurlMulti>.fromOpaque($0).takeUnretainedValue() }
    }

    func add(_ easy: OpaquePointer) -> CURLMcode { curl_multi_add_handle(handle, easy) }

    /// Takes a transfer out. One that is in progress is abandoned and its connection closed.
    func remove(_ easy: OpaquePointer) {
        let code = curl_multi_remove_handle(handle, easy)
        precondition(code == CURLM_OK, "libcurl did not let go of a transfer")
    }

    /// Closes all connections. All transfers must have been removed. Nothing may be called afterwards.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        completed = nil
        broom?.close()
        broom = nil
        // Still calls back, to close the sockets.
        curl_multi_cleanup(handle)
        for fd in sockets.indices { dropped(Int32(fd)) }
        if let armed { reactor.cancel(armed.token) }
        armed = nil
        Unmanaged.passUnretained(self).release()
    }

    // MARK: Sockets

    /// Opens a socket for libcurl, so that it is known which descriptors are closed through `closeSocket`.
    /// - Parameter userTimeout: milliseconds that octets may stay unacknowledged before the kernel gives the connection up.
    func openSocket(family: Int32, type: Int32, protocol number: Int32, userTimeout: Int) -> Int32 {
        let fd = Glibc.socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard fd >= 0 else { return fd }
        guard UnsentOctets.bound(fd, milliseconds: userTimeout) else {
            _ = Glibc.close(fd)
            return -1
        }
        keep(CurlSocket(fd, isConnection: true, self))
        return fd
    }

    func closeSocket(_ fd: Int32) -> Int32 {
        dropped(fd)
        // What may be part of a write is not delivered any more.
        if writesInFlight == 0 || !UnsentOctets.has(fd) { UnsentOctets.closeOrderly(fd) }
        return Glibc.close(fd)
    }

    /// Ends a connection on which a write has ended, if the peer does not take what was sent: a part of the write may be in it, and
    /// nobody may send the write again while it can still arrive. libcurl sees the connection as lost.
    func giveUp(_ fd: Int32) {
        if socket(fd)?.isConnection == true, UnsentOctets.areStuck(fd) { UnsentOctets.discard(fd) }
    }

    private func socket(_ fd: Int32) -> CurlSocket? { Int(fd) < sockets.count ? sockets[Int(fd)] : nil }

    @discardableResult private func keep(_ socket: CurlSocket) -> CurlSocket {
        while sockets.count <= Int(socket.fd) { sockets.append(nil) }
        sockets[Int(socket.fd)] = socket
        return socket
    }

    private func dropped(_ fd: Int32) {
        guard let socket = socket(fd) else { return }
        sockets[Int(fd)] = nil
        if socket.registered != 0 { reactor.forget(fd) }
        socket.registered = 0
    }

    private func interestChanged(_ fd: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            guard let socket = socket(fd) else { return }
            socket.interest = 0
            // A descriptor of the resolver's: libcurl closes it by itself, right after this call.
            if !socket.isConnection { dropped(fd) }
            return
        }
        let socket = socket(fd) ?? keep(CurlSocket(fd, isConnection: false, self))
        socket.interest =
            switch what {
            case CURL_POLL_IN: UInt32(LM_EPOLLIN)
            case CURL_POLL_OUT: UInt32(LM_EPOLLOUT)
            default: UInt32(LM_EPOLLIN | LM_EPOLLOUT)
            }
        guard socket.registered != socket.interest else { return }
        do {
            if socket.registered == 0 {
                try reactor.watch(fd, socket.interest, socket)
            } else {
                try reactor.rewatch(fd, socket.interest)
            }
            socket.registered = socket.interest
        } catch {
            // Out of kernel memory or watches. The transfer ends by its own deadline, whose timer needs no descriptor.
            socket.registered = 0
        }
    }

    fileprivate func ready(_ socket: CurlSocket, _ events: UInt32) {
        guard socket.interest != 0 else { return readyWhileIdle(socket, events) }
        var bits = events
        // An error or hang-up is left to the read or write that libcurl waits to do: it tells what has happened.
        if events & UInt32(LM_EPOLLERR | LM_EPOLLHUP) != 0 { bits |= socket.interest }
        var mask: Int32 = 0
        if bits & UInt32(LM_EPOLLIN) != 0 { mask |= CURL_CSELECT_IN }
        if bits & UInt32(LM_EPOLLOUT) != 0 { mask |= CURL_CSELECT_OUT }
        act(socket.fd, mask)
    }

    /// The peer has sent something on a connection that nobody uses, or has closed it.
    private func readyWhileIdle(_ socket: CurlSocket, _ events: UInt32) {
        // What it has sent, such as a session ticket or a ping, libcurl reads before it uses the connection again.
        if events & UInt32(LM_EPOLLERR | LM_EPOLLHUP | LM_EPOLLRDHUP) == 0,
            (try? reactor.rewatch(socket.fd, UInt32(LM_EPOLLRDHUP))) != nil
        {
            socket.registered = UInt32(LM_EPOLLRDHUP)
            return
        }
        reactor.forget(socket.fd)
        socket.registered = 0
        broom?.sweepSoon()
    }

    // MARK: Time

    private func timeoutChanged(_ milliseconds: Int) {
        switch milliseconds {
        case ..<0: wanted = nil
        case 0:
            wanted = MonotonicTime(nanoseconds: .min)
            guard !isTurnNoted else { return }
            isTurnNoted = true
            reactor.afterBatch(self)
        default:
            let due = Reactor.readClock().advanced(seconds: Double(milliseconds) / 1000)
            wanted = due
            if let armed, armed.at <= due { return }
            arm(due)
        }
    }

    func batchEnded() {
        isTurnNoted = false
        actIfDue()
    }

    private func arm(_ due: MonotonicTime) {
        if let armed { reactor.cancel(armed.token) }
        armed = (due, reactor.schedule(at: due, self))
    }

    func timerFired() {
        armed = nil
        actIfDue()
    }

    private func actIfDue() {
        guard !isClosed, let wanted else { return }
        if wanted.nanoseconds == .min || wanted <= Reactor.readClock() {
            self.wanted = nil
            act(CURL_SOCKET_TIMEOUT, 0)
        } else if armed == nil {
            arm(wanted)
        }
    }

    // MARK: The action

    /// Lets libcurl work, then reports what has ended. Called by the reactor only, never from a callback of libcurl.
    private func act(_ fd: Int32, _ mask: Int32) {
        guard !isClosed else { return }
        var running: Int32 = 0
        curl_multi_socket_action(handle, fd, mask, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            if broom?.took(easy) == true { continue }
            // The message is gone once the handle has been removed.
            completed?(easy, lm_curl_message_result(message))
        }
    }
}

/// One descriptor of libcurl's in the reactor.
private final class CurlSocket: ReadinessHandler {
    let fd: Int32
    /// True for a connection's socket, which is closed through `CurlMulti.closeSocket`.
    let isConnection: Bool
    /// What libcurl waits for now.
    @exclusivity(unchecked) var interest: UInt32 = 0
    /// What stands in the epoll set; 0 for nothing.
    @exclusivity(unchecked) var registered: UInt32 = 0
    /// It outlives its sockets: `close()` drops them all.
    private unowned let multi: CurlMulti

    init(_ fd: Int32, isConnection: Bool, _ multi: CurlMulti) {
        self.fd = fd
        self.isConnection = isConnection
        self.multi = multi
    }

    func ready(_ events: UInt32) { multi.ready(self, events) }
}
