import CLinux
public import Core
public import Crypto
import Glibc
public import HTTP

/// An HTTP/1.1 server on one loop: it accepts, keeps the connections, and shares its memory among them.
///
/// Everything is read into one scratch and answered out of one buffer, so that a connection between two requests
/// costs little more than its object. Not `Sendable`: every call is made on the loop.
public final class HTTPServer {
    /// Octets read at once.
    static let scratchSize = 64 << 10
    /// Octets of the output buffer that are kept between two turns.
    private static let maxKept = 256 << 10
    /// Connections taken in one report of a listener.
    private static let acceptsPerBatch = 64
    /// How long a listener rests when the process has no descriptors left.
    private static let pauseSeconds = 0.1
    /// How long a handshake that had begun before the drain may take to end.
    private static let lastHandshakesSeconds = 0.1
    /// How long before the deadline of the drain what still runs is cancelled, to leave it time for an answer.
    private static let lastAnswersSeconds = 0.2
    /// Connections beyond the limit that are told so and closed with care; more are closed at once.
    private static let maxTurnedAway = 64

    let reactor: Reactor
    private let limits: ServerLimits
    let wire: WireLimits
    let spans: ConnectionSpans
    let handler: any RequestHandler
    private let counter: ConnectionCounter
    private var listeners: [Listener]
    private var started = false

    /// Told of an answer that could not be written because of a fault in this program; the peer got a 500.
    public var onResponseError: ((ResponseError) -> Void)?
    /// Told of a TLS handshake that failed, with the peer's address.
    public var onHandshakeFailure: ((TLSFailure, String) -> Void)?
    /// Asked for each new connection that is to speak TLS: true resets it in the handshake. For a server that plays
    /// faults.
    public var cutsHandshake: (() -> Bool)?
    /// Called when the drain's deadline is near, to cancel what works for connections but is not theirs.
    public var onInterruption: (() -> Void)?
    /// What new connections speak TLS with; nil for plain HTTP. To exchange it leaves those that are open alone.
    public var tls: TLSServerContext?

    let scratch: UnsafeMutableRawBufferPointer
    /// What the connection whose turn it is answers; empty between two turns.
    @exclusivity(unchecked) var out = ByteBuffer()
    /// The descriptor of the connection whose requests are being handled, or -1.
    @exclusivity(unchecked) var current: Int32 = -1
    /// For heads that are whole when they are read; one that is not takes it along.
    @exclusivity(unchecked) private(set) var table: FieldTable
    private var spareTables: [FieldTable] = []
    private let openingText: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var openingUntil = MonotonicTime(nanoseconds: .min)

    /// By descriptor.
    private var connections: [SocketConnection?] = []
    /// Open connections of this loop.
    public private(set) var connectionCount = 0
    private var turnedAway = 0
    @exclusivity(unchecked) private(set) var isDraining = false
    private var drained: CheckedContinuation<Void, Never>?

    /// Replaced by tests to play a kernel without descriptors.
    var acceptCall: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32 = {
        lm_accept4($0, $1, $2)
    }

    /// - Parameters:
    ///   - sockets: listening sockets of this loop, from `ListenSocket`; the server closes them.
    ///   - counter: shared by the servers of all loops.
    public init(
        reactor: Reactor, sockets: [BoundSocket], limits: ServerLimits, counter: ConnectionCounter,
        handler: any RequestHandler
    ) {
        self.reactor = reactor
        self.limits = limits
        wire = limits.wire
        spans = ConnectionSpans(limits)
        self.counter = counter
        self.handler = handler
        listeners = sockets.map(Listener.init)
        scratch = .allocate(byteCount: Self.scratchSize, alignment: 64)
        openingText = .allocate(byteCount: ResponseEncoder.openingLength, alignment: 8)
        table = FieldTable(limits: wire)
    }

    deinit {
        scratch.deallocate()
        openingText.deallocate()
        for listener in listeners { close(listener.descriptor) }
    }

    /// Starts to accept.
    public func start() throws(SystemError) {
        precondition(!started, "started twice")
        started = true
        for listener in listeners {
            listener.server = self
            try watch(listener)
        }
    }

    /// A connection in a queue that several loops accept from is to wake one of them.
    private func watch(_ listener: Listener) throws(SystemError) {
        let exclusive = listener.isShared ? UInt32(LM_EPOLLEXCLUSIVE) : 0
        try reactor.watch(listener.descriptor, UInt32(LM_EPOLLIN) | exclusive, listener)
    }

    // MARK: Accepting

    fileprivate func accept(from listener: Listener) {
        if accept(from: listener.descriptor, atMost: Self.acceptsPerBatch) == .exhausted { pause(listener) }
    }

    private enum Accepting { case done, exhausted }

    @discardableResult
    private func accept(from listening: Int32, atMost most: Int) -> Accepting {
        for _ in 0..<most {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    acceptCall(listening, $0, &length)
                }
            }
            if descriptor >= 0 {
                adopt(descriptor, PeerAddress(address))
                continue
            }
            switch errno {
            case EAGAIN: return .done
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            // The others are about one connection that failed before it was taken (accept(2)).
            default: continue
            }
        }
        return .done
    }

    /// Leaves who comes in the kernel's queue for a while: the descriptor stays readable, so it must not be watched.
    private func pause(_ listener: Listener) {
        guard !isDraining else { return }
        reactor.forget(listener.descriptor)
        reactor.schedule(at: reactor.now.advanced(seconds: Self.pauseSeconds)) { [weak self] in
            guard let self, !self.isDraining else { return }
            do throws(SystemError) {
                try watch(listener)
            } catch {
                pause(listener)
            }
        }
    }

    private func adopt(_ descriptor: Int32, _ address: PeerAddress) {
        let counted = counter.acquire(limit: limits.maxConnections)
        guard counted || turnedAway < Self.maxTurnedAway else {
            close(descriptor)
            return
        }
        let connection = SocketConnection(self, descriptor, address, counted: counted)
        do throws(SystemError) {
            try reactor.watch(descriptor, UInt32(LM_EPOLLIN), connection)
        } catch {
            if counted { counter.release() }
            close(descriptor)
            return
        }
        while connections.count <= Int(descriptor) { connections.append(nil) }
        connections[Int(descriptor)] = connection
        connectionCount += 1
        if !counted { turnedAway += 1 }
        connection.begin()
    }

    /// Called by a connection as it closes, once.
    func removed(_ connection: SocketConnection) {
        connections[Int(connection.descriptor)] = nil
        connectionCount -= 1
        if connection.counted { counter.release() } else { turnedAway -= 1 }
        finishDrain()
    }

    // MARK: Draining

    /// Stops to accept, serves who is already in the kernel's queue, closes connections that stay idle, lets what runs
    /// be answered with `Connection: close`, and returns when no connection is left or at `deadline`. Shortly before that
    /// what still runs is cancelled, so that it can say what is known.
    ///
    /// New handshakes are given to another process, if one has joined the port; without one they are served here, until
    /// those that had begun were given time to end (`ListenerGroup`). A queue that others serve too is just left to them.
    public func drain(deadline: MonotonicTime) async {
        guard !isDraining else { return }
        isDraining = true
        for listener in listeners where started && !listener.isShared {
            if listener.group?.steerAway(listener.descriptor) != true {
                _ = lm_refuse_new_handshakes(listener.descriptor)
            }
            accept(from: listener.descriptor, atMost: limits.maxConnections)
        }
        let end = reactor.now.advanced(seconds: Self.lastHandshakesSeconds)
        let closesNow = !started || listeners.allSatisfy(\.isShared) || deadline < end
        if closesNow { closeListeners() } else { reactor.schedule(at: end) { [self] in closeListeners() } }
        for connection in connections { connection?.drain() }
        if isDrained { return }
        let interruption = reactor.schedule(at: deadline.advanced(seconds: -Self.lastAnswersSeconds)) { [self] in
            onInterruption?()
            for connection in connections { connection?.interrupt() }
        }
        let timer = reactor.schedule(at: deadline) { [self] in
            closeListeners()
            for connection in connections { connection?.close() }
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if isDrained { continuation.resume() } else { drained = continuation }
        }
        reactor.cancel(interruption)
        reactor.cancel(timer)
    }

    private var isDrained: Bool { connectionCount == 0 && listeners.isEmpty }

    private func closeListeners() {
        for listener in listeners {
            if started {
                if !listener.isShared { accept(from: listener.descriptor, atMost: limits.maxConnections) }
                reactor.forget(listener.descriptor)
            }
            let closing = listener.group?.letGo(listener.descriptor) ?? [listener.descriptor]
            if !listener.isShared, started {
                // Whoever came to a loop that had let go already; from here on it is a matter of microseconds, in which
                // a new handshake is rather ignored, for its client tries again, than begun.
                for descriptor in closing {
                    _ = lm_refuse_new_handshakes(descriptor)
                    accept(from: descriptor, atMost: limits.maxConnections)
                }
                if let last = closing.last { ListenerGroup.stopSteering(last) }
            }
            for descriptor in closing { close(descriptor) }
        }
        listeners = []
        finishDrain()
    }

    private func finishDrain() {
        guard isDrained, let drained else { return }
        self.drained = nil
        drained.resume()
    }

    // MARK: What connections share

    /// What answers begin with, their Date included; the clock is asked once a second.
    func opening() -> UnsafeRawBufferPointer {
        if reactor.now >= openingUntil {
            let time = WallClock.now
            openingText.copyBytes(from: ResponseEncoder.opening(at: time))
            openingUntil = reactor.now.advanced(
                seconds: 1 - time.seconds(since: Timestamp(milliseconds: time.seconds * 1000)))
        }
        return UnsafeRawBufferPointer(openingText)
    }

    /// Empties `out`; memory that one large answer took is given back.
    func emptyOut() {
        if out.reserved > Self.maxKept { out.release() } else { out.removeAll() }
    }

    /// Gives the shared field table away to a connection whose request is not whole.
    func takeTable() -> FieldTable {
        let taken = table
        table = spareTables.popLast() ?? FieldTable(limits: wire)
        return taken
    }

    func giveBack(_ table: FieldTable) {
        if spareTables.count < 64 { spareTables.append(table) }
    }
}

/// One listening socket among the reactor's descriptors.
private final class Listener: ReadinessHandler {
    let descriptor: Int32
    let isShared: Bool
    let group: ListenerGroup?
    weak var server: HTTPServer?

    init(_ socket: BoundSocket) {
        descriptor = socket.descriptor
        isShared = socket.isShared
        group = socket.group
    }

    func ready(_ events: UInt32) { server?.accept(from: self) }
}
