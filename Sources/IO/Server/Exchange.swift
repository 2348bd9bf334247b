public import Core
public import HTTP

/// One request and its answer, as its handler holds it. On the loop only; cheap to copy and to keep.
///
/// A handle whose request has been answered, or whose peer is gone, does nothing.
public struct Exchange {
    let connection: SocketConnection
    let sequence: UInt32
    /// When the request's first octet was read; for one that was pipelined, when its turn came.
    public let arrival: MonotonicTime

    /// The loop's sockets and timers.
    public var reactor: Reactor { connection.server.reactor }

    /// The peer's address without its port.
    public var peerAddress: String { connection.peerAddress }

    /// A number for where the peer is: its IPv4 address, or the network (/64) of its IPv6 address.
    public var peerNetwork: UInt64 { connection.peerNetwork }

    /// False once the answer has ended or the peer is gone.
    public var isOpen: Bool { connection.isOpen(sequence) }

    /// Queues a whole answer. A second answer to one request is a fault that stops a debug build.
    ///
    /// - Parameter extra: one more field, without a copy of the answer's own.
    /// - Returns: octets queued, head included; 0 when the peer is gone.
    @discardableResult public func respond(_ response: Response, adding extra: Field? = nil) -> Int {
        connection.respond(sequence, response, adding: extra)
    }

    /// Starts `operation` as a task on the loop, up to its first suspension at once.
    ///
    /// It is cancelled when the peer goes away, and shortly before the drain's deadline, with time for a last answer. When
    /// the last operation of a request ends and has left no answer, the server answers 500, or 503 while it drains: a
    /// peer never waits for a handler that forgot it.
    public func perform(_ operation: @escaping () async -> Void) {
        connection.perform(sequence, operation)
    }

    /// Begins an answer whose length is not known: in chunks, or for HTTP/1.0 up to the close. Its body is ignored.
    public func beginStream(_ head: Response) { connection.beginStream(sequence, head) }

    /// Begins an answer whose length is known before its body is. Nobody counts: a peer believes `length`, so that one
    /// who writes more or less desynchronizes the connection, which only a server that plays faults may want.
    public func beginStream(_ head: Response, length: Int) { connection.beginStream(sequence, head, length: length) }

    /// Sends a part of the body. One call at a time.
    ///
    /// Returns when the kernel, or a bounded buffer, has taken it.
    /// - Throws: `CancellationError` once the peer is gone.
    public func write(_ bytes: [UInt8]) async throws { try await connection.write(sequence, bytes) }

    /// Calls `action` on the loop, at once or later, when the peer of a stream that has begun ends its side.
    ///
    /// It may still read; it may also be gone. Whoever writes something then finds out: a peer that is gone answers
    /// with a reset, which ends the operations.
    public func whenPeerEnds(_ action: @escaping () -> Void) { connection.whenPeerEnds(sequence, action) }

    /// Calls `action` on the loop when the peer goes away before its answer has ended; at once when it is gone. Never when the
    /// answer has ended.
    public func whenGone(_ action: @escaping () -> Void) { connection.whenGone(sequence, action) }

    /// Ends the body of a stream.
    public func endStream() { connection.endStream(sequence) }

    /// Ends the connection without ending the stream's body: what was written still arrives, and the peer sees that
    /// the body is not complete. For HTTP/1.0, whose bodies end with the connection, that takes a reset.
    public func breakStream() { connection.breakStream(sequence) }

    /// Resets the connection; what was written may be lost.
    public func abort() { connection.abort(sequence) }
}

/// What an answer needs that is not given at once. Only such answers pay for it.
final class PendingAnswer {
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
