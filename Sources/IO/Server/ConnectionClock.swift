import Core
import Crypto
import HTTP

/// The server's time limits in nanoseconds, reckoned once.
struct ConnectionSpans {
    let header: Int64
    let body: Int64
    let idle: Int64
    let write: Int64
    /// How long the bytes of a peer that was refused are read and dropped.
    let linger: Int64
    /// How long an answer may take before it is checked whether a peer that has ended its side is still there.
    let probe: Int64
    /// For a connection that has not asked anything yet when the server shuts down, or whose question is not whole.
    let drainGrace: Int64
    /// For one that has, and is idle then.
    let drainIdle: Int64

    init(_ limits: ServerLimits) {
        header = Self.nanoseconds(limits.headerTimeout)
        body = Self.nanoseconds(limits.bodyTimeout)
        idle = Self.nanoseconds(limits.idleTimeout)
        write = Self.nanoseconds(limits.writeTimeout)
        linger = Self.nanoseconds(2)
        probe = Self.nanoseconds(2)
        drainGrace = Self.nanoseconds(1)
        drainIdle = Self.nanoseconds(0.25)
    }

    private static func nanoseconds(_ seconds: Double) -> Int64 {
        MonotonicTime(nanoseconds: 0).advanced(seconds: max(seconds, 0.001)).nanoseconds
    }
}

/// The instants that one connection's deadlines are reckoned from, and where its timer stands.
struct ConnectionClock {
    /// When the first octet of the current request was read.
    var arrival: MonotonicTime
    /// When the current phase began.
    private(set) var since: MonotonicTime
    /// When the peer last took octets that were waiting.
    var progress: MonotonicTime
    private var phase = ServerConnection.Phase.idle
    /// Interim answers sent since the peer ended its side; counted to five.
    private(set) var probes: UInt8 = 0
    /// The instant at which something must have happened.
    var deadline = MonotonicTime(nanoseconds: .max)
    /// When the timer fires: never later than `deadline`.
    var armed = MonotonicTime(nanoseconds: .max)
    var timer: TimerQueue.Token?

    init(_ now: MonotonicTime) {
        arrival = now
        since = now
        progress = now
    }

    /// Takes note of the phase; a new one begins now.
    mutating func note(_ phase: ServerConnection.Phase, _ now: MonotonicTime) {
        guard phase != self.phase else { return }
        self.phase = phase
        restart(now)
    }

    /// Begins the current phase anew.
    mutating func restart(_ now: MonotonicTime) {
        since = now
        probes = 0
    }

    mutating func probed(_ now: MonotonicTime) {
        since = now
        probes = min(probes + 1, 5)
    }
}

extension SocketConnection {
    private static let interimProcessing: StaticString = "HTTP/1.1 102 Processing\r\n\r\n"

    /// Sets the one deadline of the connection's state.
    ///
    /// It is only a field: the timer is touched when a deadline is earlier than where the timer stands, which no
    /// request does that comes and is answered whole.
    func updateDeadline() {
        clock.note(machine.phase, now)
        let (origin, span) = currentSpan
        clock.deadline =
            span == .max ? MonotonicTime(nanoseconds: .max) : MonotonicTime(nanoseconds: origin.nanoseconds &+ span)
        arm()
    }

    private var currentSpan: (MonotonicTime, Int64) {
        let spans = server.spans
        if life == .lingering { return (clock.since, spans.linger) }
        if !outbox.isEmpty { return (clock.progress, spans.write) }
        switch machine.phase {
        case .idle where machine.isDraining: return (clock.since, sequence > 0 ? spans.drainIdle : spans.drainGrace)
        case .idle: return (clock.since, spans.idle)
        case .head where machine.isDraining:
            // Since the drain has begun, or the request after that; what has come of it before does not matter.
            let left = clock.arrival.nanoseconds &+ spans.header - clock.since.nanoseconds
            return (clock.since, min(left, spans.drainGrace))
        case .head: return (clock.arrival, spans.header)
        case .body: return (clock.since, spans.body)
        case .answering where mayProbe: return (clock.since, spans.probe << Int64(clock.probes))
        case .answering, .closing: return (clock.since, .max)
        }
    }

    /// The peer may be gone, and may be told something before its answer.
    private var mayProbe: Bool {
        (readEnded || hangupSeen) && machine.allowsInterim && pending?.framing == nil
    }

    func arm() {
        guard clock.deadline < clock.armed else { return }
        if let timer = clock.timer { reactor.cancel(timer) }
        clock.armed = clock.deadline
        clock.timer = reactor.schedule(at: clock.deadline, self)
    }

    func disarm() {
        if let timer = clock.timer { reactor.cancel(timer) }
        clock.timer = nil
    }

    func timerFired() {
        clock.timer = nil
        clock.armed = MonotonicTime(nanoseconds: .max)
        guard life != .closed else { return }
        guard now >= clock.deadline else { return arm() }
        if life == .handshaking, !server.isDraining { handshakeFailed(.timeout) }
        if life != .open { return close() }
        if !outbox.isEmpty { return close(resetting: true) }
        switch machine.phase {
        case .idle: return closeIdle()
        case .head: refuse(late: .headTimeout)
        case .body: refuse(late: .bodyTimeout)
        case .answering:
            clock.probed(now)
            server.out.append(Self.interimProcessing)
            flush()
        case .closing: break
        }
        settle()
    }
}
