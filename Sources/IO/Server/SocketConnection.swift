import CLinux
import Core
import Glibc
import HTTP

/// One accepted connection: it feeds the pure `ServerConnection` and does what that says.
///
/// Theory of operation. A readiness report is one batch: one `recv` into the server's scratch, every whole request in
/// it handled in order, the answers gathered in the server's buffer, one `send`. What is not used up is copied to
/// `inbox`, what the kernel does not take to `outbox`; both are empty, and hold no memory, between two requests.
/// An answer that comes later is sent when it comes; pipelined requests behind it wait in `inbox` and are taken up
/// after the batch, never from within the answer: no number of them can deepen the stack.
///
/// A peer that ends its side (FIN) may still read: it gets its answer. Whether it is still there shows only when
/// something is sent to it, so while its answer takes long it is sent an interim 102 after 2, 4, 8 … seconds
/// (RFC 9110 §15.2: every client must understand one): whoever is gone answers with a reset, and its tasks are cancelled.
///
/// `@exclusivity(unchecked)` stands where a request touches a property many times, and no access can overlap another:
/// each is a load, a store, or a call into a pure value that knows no connection. The checks were 3 % of a small request.
final class SocketConnection: ReadinessHandler, BatchFollower, TimerHandler {
    enum Life: UInt8 { case handshaking, open, lingering, closed }

    /// Requests handled in one batch; then other connections have their turn.
    static let requestsPerBatch = 128
    /// Octets gathered before they are sent within a batch.
    static let gatherBound = 64 << 10
    /// Unsent octets beyond which nothing more is read or handled.
    static let outboxBound = 256 << 10
    /// Unsent octets below which a waiting writer, or a stalled connection, goes on.
    static let lowWater = 32 << 10
    /// Octets of a stream that are written at once.
    static let pieceSize = 64 << 10
    /// Unread octets beyond which nothing more is read while a request is being answered.
    static let inboxBound = 64 << 10
    /// After a refusal the peer's bytes are read and dropped for a while, or the reset that follows unread bytes
    /// could overtake the answer (RFC 9112 §9.6).
    private static let lingerBytes = 4 << 20

    let server: HTTPServer
    let reactor: Reactor
    let descriptor: Int32
    private let address: PeerAddress
    /// False for one beyond the connection limit, which is only told so.
    let counted: Bool
    @exclusivity(unchecked) var life = Life.open
    @exclusivity(unchecked) var machine = ServerConnection()
    /// The number of the request that is handled; a handle with another one is stale.
    @exclusivity(unchecked) var sequence: UInt32 = 0
    /// Only while a request has operations or a stream.
    @exclusivity(unchecked) var pending: PendingAnswer?
    /// Unread octets of a request that is not whole, or of pipelined ones.
    @exclusivity(unchecked) var inbox = ByteBuffer()
    /// Answers that the kernel has not taken yet.
    @exclusivity(unchecked) var outbox = ByteBuffer()
    @exclusivity(unchecked) private var table: FieldTable?
    @exclusivity(unchecked) var interest = UInt32(LM_EPOLLIN)
    /// The peer has sent FIN, and everything before it was read.
    @exclusivity(unchecked) var readEnded = false
    /// The peer has sent FIN behind octets that were not read yet.
    @exclusivity(unchecked) var hangupSeen = false
    @exclusivity(unchecked) var refused = false
    @exclusivity(unchecked) var continuationScheduled = false
    /// Nothing more was handled because too much is unsent.
    @exclusivity(unchecked) var stalled = false
    private var lingered: UInt32 = 0
    @exclusivity(unchecked) var clock: ConnectionClock
    /// Only on a port that speaks TLS.
    @exclusivity(unchecked) var channel: TLSChannel?

    init(_ server: HTTPServer, _ descriptor: Int32, _ address: PeerAddress, counted: Bool) {
        self.server = server
        reactor = server.reactor
        self.descriptor = descriptor
        self.address = address
        self.counted = counted
        clock = ConnectionClock(server.reactor.now)
    }

    var peerAddress: String { address.text }
    var peerNetwork: UInt64 { address.network }
    var now: MonotonicTime { reactor.now }

    /// Called once it is watched.
    func begin() {
        machine.isDraining = server.isDraining
        if let context = server.tls { beginHandshake(context) } else { welcome() }
    }

    /// Called once it can be spoken to.
    func welcome() {
        if !counted {
            refuse(.tooManyConnections, nil)
            flush()
        }
        settle()
    }

    // MARK: Readiness

    func ready(_ events: UInt32) {
        if events & UInt32(LM_EPOLLERR | LM_EPOLLHUP) != 0 { return close() }
        if events & UInt32(LM_EPOLLOUT) != 0 { writable() }
        if events & UInt32(LM_EPOLLIN) != 0, life != .closed { return receive() }
        if events & UInt32(LM_EPOLLRDHUP) != 0 {
            hangupSeen = true
            clock.restart(now)
            pending?.onPeerEnd?()
        }
        settle()
    }

    func receive() {
        var count: Int
        repeat {
            count = recv(descriptor, server.scratch.baseAddress, HTTPServer.scratchSize, 0)
        } while count < 0
            && errno == EINTR
        if count < 0 {
            if errno == EAGAIN { settle() } else { close() }
            return
        }
        if life == .lingering {
            lingered += UInt32(count)
            if count == 0 || lingered > Self.lingerBytes { close() }
            return
        }
        if count == 0 {
            if life == .handshaking { return close() }
            noteEnd()
        } else if let channel {
            return unseal(count, channel)
        }
        take(count)
        settle()
    }

    /// The peer has ended its side.
    func noteEnd() {
        readEnded = true
        if machine.phase == .answering { clock.restart(now) }
        pending?.onPeerEnd?()
    }

    /// Handles the first `count` octets of the server's scratch.
    func take(_ count: Int) {
        let bytes = UnsafeMutableRawBufferPointer(start: server.scratch.baseAddress, count: count)
        if inbox.isEmpty {
            let left = batch(bytes)
            if !left.isEmpty, life == .open { inbox.append(UnsafeRawBufferPointer(rebasing: bytes[left])) }
        } else {
            inbox.append(UnsafeRawBufferPointer(bytes))
            serveInbox()
        }
    }

    func serveInbox() {
        let left = batch(inbox.bytes)
        inbox.truncate(to: left.upperBound)
        inbox.removeFirst(left.lowerBound)
        if inbox.isEmpty { inbox.release() }
    }

    // MARK: One batch

    /// Handles what is whole in `bytes` and sends the answers. Returns what must be kept.
    private func batch(_ bytes: UnsafeMutableRawBufferPointer) -> Range<Int> {
        server.current = descriptor
        let left = serve(bytes)
        server.current = -1
        flush()
        return left
    }

    private func serve(_ bytes: UnsafeMutableRawBufferPointer) -> Range<Int> {
        var start = 0
        var served = 0
        while life == .open {
            if server.out.count > Self.gatherBound { flush() }
            if outbox.count > Self.outboxBound {
                stalled = true
                return start..<bytes.count
            }
            if served == Self.requestsPerBatch, start < bytes.count {
                scheduleContinuation()
                return start..<bytes.count
            }
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            if machine.phase == .idle { clock.arrival = now }
            let table = self.table ?? server.table
            switch machine.advance(rest, ended: readEnded, limits: server.wire, table: table) {
            case .request(let consumed):
                served += 1
                sequence &+= 1
                clock.note(.answering, now)
                server.handler.handle(
                    machine.request(in: UnsafeRawBufferPointer(rest), table: table),
                    Exchange(connection: self, sequence: sequence, arrival: clock.arrival))
                start += consumed
                dropTable()
            case .needMore(let kept):
                if self.table == nil, machine.needsTable { self.table = server.takeTable() }
                return start..<(start + kept)
            case .sendContinue:
                server.out.append(ServerConnection.interimContinue)
            case .refuse(let error):
                refuse(error, Self.firstLine(UnsafeRawBufferPointer(rest)))
                dropTable()
            case .wait, .close:
                return start..<bytes.count
            }
        }
        return bytes.count..<bytes.count
    }

    private func dropTable() {
        guard let table else { return }
        self.table = nil
        server.giveBack(table)
    }

    /// Writes the answer to bytes that are no request.
    func refuse(_ error: ProtocolError, _ requestLine: String?) {
        machine.refuse()
        refused = true
        var response = server.handler.refusal(error, requestLine: requestLine)
        if error == .tooManyConnections, !response.fields.contains(where: { $0.name.lowercased() == "retry-after" }) {
            response.fields.append(Field("Retry-After", "1"))
        }
        _ = encode(response, machine.beginAnswer(status: response.status), to: &server.out)
    }

    /// Refuses a request that does not come to its end.
    func refuse(late error: ProtocolError) {
        refuse(error, Self.firstLine(UnsafeRawBufferPointer(inbox.bytes)))
        dropTable()
        flush()
    }

    static func firstLine(_ bytes: UnsafeRawBufferPointer) -> String? {
        var text: [UInt8] = []
        for octet in bytes.drop(while: { $0 == 0x0D || $0 == 0x0A }).prefix(200) {
            if octet == 0x0D || octet == 0x0A { break }
            text.append((0x20...0x7E).contains(octet) ? octet : 0x3F)
        }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
