package import Core
package import HTTP
package import IO

/// An `Exchange` without a connection: what a handler answers goes to memory, in the very octets that a peer would read.
///
/// It lives on a loop and starts its operations there, as a connection does; the part of the peer is played by whoever has made it
/// (`stopReading`, `endSide`, `goAway`). So a whole server can be asked without a socket, with many requests at once.
package final class RecordedExchange: ExchangeRecord {
    /// How an answer came to its end.
    package enum End: Sendable, Equatable {
        /// All of it was given.
        case whole
        /// The connection ends within the body.
        case broken
        /// The server resets the connection.
        case aborted
        /// The peer has gone first.
        case gone
    }

    package let reactor: Reactor
    package let arrival: MonotonicTime
    package let peerAddress: String
    package let peerNetwork: UInt64
    /// Octets of a stream that are written at once, as on a connection.
    private static let pieceSize = 64 << 10
    /// Octets that wait for a peer that does not read, beyond which a writer waits, too.
    private static let roomBound = 64 << 10
    /// Octets after which a writer that need not wait lets others run.
    private static let burstBound = 256 << 10
    /// Frames the answer by what the request has asked.
    private var machine: ServerConnection
    private var pending: Pending?
    private var isClosed = false
    private var sideEnded = false
    private var reads = true
    private var isDraining = false
    /// What an answer begins with.
    private var opening = ByteBuffer()
    /// What is being written; empty between two calls.
    private var out = ByteBuffer()
    /// What waits until the peer reads on.
    private var unsent: [UInt8] = []

    /// The status of the answer; nil before its head.
    package private(set) var status: Int?
    /// The fields of the answer, without those that the server adds.
    package private(set) var fields: [Field] = []
    /// The body, in the parts in which it was given.
    package private(set) var pieces: [[UInt8]] = []
    /// Nil until the answer has ended, or can never.
    package private(set) var end: End?
    /// All octets that the peer has read.
    package private(set) var received: [UInt8] = []
    /// Called on the loop after the head, each piece and the end.
    package var onChange: (() -> Void)?
    /// Told of an answer that could not be written; the peer got a 500.
    package var onResponseError: ((ResponseError) -> Void)?

    /// - Parameters:
    ///   - machine: it has just read the request that is to be answered.
    ///   - peer: its address, without a port.
    ///   - network: a number for where the peer is.
    package init(
        _ machine: ServerConnection, on reactor: Reactor, peer: String = "127.0.0.1", network: UInt64 = 0x0100_007F
    ) {
        precondition(machine.phase == .answering, "no request to answer")
        self.machine = machine
        self.reactor = reactor
        arrival = reactor.now
        peerAddress = peer
        peerNetwork = network
        opening.append(ResponseEncoder.opening(at: WallClock.now))
    }

    // MARK: The peer, and the server

    /// The peer takes nothing more for now: a writer waits as soon as the buffer is full.
    package func stopReading() { reads = false }

    /// The peer takes what has waited, and what comes.
    package func readOn() {
        reads = true
        received += unsent
        unsent = []
        pending?.resumeWriter()
        onChange?()
    }

    /// The peer ends its side; it may still read.
    package func endSide() {
        sideEnded = true
        pending?.onPeerEnd?()
    }

    /// The peer goes away, as it shows by a reset.
    package func goAway() { close(.gone) }

    /// The server drains: this request is the last one of its connection.
    package func drain() {
        isDraining = true
        machine.isDraining = true
    }

    /// The deadline of the drain is near.
    package func interrupt() {
        guard let pending else { return }
        for task in pending.tasks { task.cancel() }
    }

    // MARK: What an exchange does

    package var isOpen: Bool { !isClosed && machine.phase == .answering }

    private func mayBegin() -> Bool {
        guard !isClosed else { return false }
        let may = isOpen && pending?.framing == nil
        assert(may, "a request is answered once")
        return may
    }

    package func respond(_ response: Response, adding extra: Field?) -> Int {
        guard mayBegin() else { return 0 }
        let framing = machine.beginAnswer(status: response.status, closes: response.closes)
        if appendHead(response, framing, adding: extra), framing.sendsBody, framing.body == .length {
            out.append(response.body)
            if !response.body.isEmpty { pieces.append(response.body) }
        }
        let queued = out.count
        deliver()
        finish(.whole)
        return queued
    }

    package func beginStream(_ head: Response, length: Int?) {
        guard mayBegin() else { return }
        let framing = machine.beginAnswer(status: head.status, streams: length == nil, closes: head.closes)
        let begun = appendHead(head, framing, length: length)
        if begun { pendingAnswer().framing = framing }
        deliver()
        if !begun { finish(.whole) }
    }

    package func write(_ bytes: [UInt8]) async throws {
        var offset = 0
        repeat {
            guard isOpen, let pending, let framing = pending.framing else { throw CancellationError() }
            let length = min(bytes.count - offset, Self.pieceSize)
            guard framing.sendsBody, length > 0 else { return }
            let piece = Array(bytes[offset..<(offset + length)])
            pieces.append(piece)
            piece.withUnsafeBytes { bytes in
                if framing.body == .chunked { ResponseEncoder.appendChunk(bytes, to: &out) } else { out.append(bytes) }
            }
            deliver()
            offset += length
            try await giveWay(pending, length)
        } while offset < bytes.count
    }

    private func giveWay(_ pending: Pending, _ length: Int) async throws {
        if unsent.count > Self.roomBound {
            pending.burst = 0
            precondition(pending.writer?.isWaiting != true, "one write at a time")
            try await reactor.suspend { (suspension: Suspension<Void>) in
                if isClosed {
                    suspension.resume(throwing: CancellationError())
                } else if reads {
                    suspension.resume(returning: ())
                } else {
                    pending.writer = suspension
                }
            }
        } else {
            pending.burst += length
            if pending.burst > Self.burstBound {
                pending.burst = 0
                await Task.yield()
            }
        }
    }

    package func whenPeerEnds(_ action: @escaping () -> Void) {
        guard isOpen, let pending else { return }
        pending.onPeerEnd = action
        if sideEnded { action() }
    }

    package func whenGone(_ action: @escaping () -> Void) {
        guard machine.phase == .answering else { return }
        if isClosed { action() } else { pendingAnswer().onGone.append(action) }
    }

    package func endStream() {
        guard isOpen, let framing = pending?.framing else { return }
        if framing.body == .chunked, framing.sendsBody {
            ResponseEncoder.appendLastChunk(to: &out)
            deliver()
        }
        finish(.whole)
    }

    package func breakStream() {
        guard isOpen, let framing = pending?.framing else { return }
        if framing.body == .untilClose { return close(.aborted) }
        machine.refuse()
        finish(.broken)
    }

    package func abort() {
        guard isOpen else { return }
        close(.aborted)
    }

    // MARK: Operations

    package func perform(_ operation: @escaping () async -> Void) {
        guard isOpen else { return }
        let pending = pendingAnswer()
        pending.running += 1
        let task = reactor.start { [self] in
            await operation()
            pending.running -= 1
            if pending.running == 0 { answerForgotten() }
        }
        // It may have ended already, or the peer may be gone by now.
        if isClosed { task.cancel() }
        if self.pending === pending { pending.tasks.append(task) }
    }

    private func answerForgotten() {
        guard isOpen else { return }
        if pending?.framing != nil { return close(.aborted) }
        var response = Response(status: isDraining ? 503 : 500)
        response.closes = true
        _ = respond(response, adding: nil)
    }

    private func pendingAnswer() -> Pending {
        if let pending { return pending }
        let made = Pending()
        pending = made
        return made
    }

    // MARK: Output

    /// False when the head could not be written and a 500 stands in its place.
    private func appendHead(
        _ response: Response, _ framing: AnswerFraming, adding extra: Field? = nil, length: Int? = nil
    ) -> Bool {
        do throws(ResponseError) {
            try ResponseEncoder.appendHead(
                status: response.status, prepared: response.prepared, fields: response.fields, extra: extra,
                framing: framing, length: length ?? response.body.count,
                opening: UnsafeRawBufferPointer(opening.bytes), to: &out)
            status = response.status
            fields = response.allFields + (extra.map { [$0] } ?? [])
            return true
        } catch {
            onResponseError?(error)
            let closing = machine.beginAnswer(status: 500, closes: true)
            try? ResponseEncoder.appendHead(
                status: 500, fields: [], framing: closing, length: 0,
                opening: UnsafeRawBufferPointer(opening.bytes), to: &out)
            status = 500
            return false
        }
    }

    private func deliver() {
        if reads { received += Array(out.bytes) } else { unsent += Array(out.bytes) }
        out.removeAll()
        onChange?()
    }

    /// The handler has given all that it gives.
    private func finish(_ end: End) {
        pending = nil
        machine.endAnswer()
        self.end = end
        onChange?()
    }

    /// The connection is gone. Whoever works for it is cancelled.
    private func close(_ end: End) {
        guard !isClosed else { return }
        isClosed = true
        if self.end == nil { self.end = end }
        let abandoned = pending
        pending = nil
        abandoned?.abandon()
        onChange?()
    }
}

/// What an answer needs that is not given at once.
private final class Pending {
    var tasks: [Task<Void, Never>] = []
    /// Operations that have not ended.
    var running = 0
    /// Set once the head of a stream is written.
    var framing: AnswerFraming?
    /// The stream's writer, while it waits for room.
    var writer: Suspension<Void>?
    /// Called when the peer ends its side.
    var onPeerEnd: (() -> Void)?
    /// Called when the peer is gone.
    var onGone: [() -> Void] = []
    /// Octets written since the writer last let others run.
    var burst = 0

    func resumeWriter() {
        writer?.resume(returning: ())
        writer = nil
    }

    func abandon() {
        for task in tasks { task.cancel() }
        writer?.resume(throwing: CancellationError())
        for action in onGone { action() }
    }
}
