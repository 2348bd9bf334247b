public import Core
public import HTTP

/// What a server asks for answers. One object per loop, called on that loop only.
public protocol RequestHandler: AnyObject {
    /// Answers a request, now or later: exactly one `respond`, or one `beginStream` and its `endStream`.
    ///
    /// `request` is borrowed and must not be used after the return: copy what an operation needs before `perform`.
    func handle(_ request: RequestView, _ exchange: Exchange)

    /// The answer to bytes that are no request that can be served; the server closes the connection after it.
    ///
    /// - Parameter requestLine: what came of the first line, for the log; bounded, other octets than visible ASCII as `?`.
    func refusal(_ error: ProtocolError, requestLine: String?) -> Response
}

/// One request and its answer, as its handler holds it. On the loop only; cheap to copy and to keep.
///
/// A handle whose request has been answered, or whose peer is gone, does nothing. Behind it is a connection, or an
/// `ExchangeRecord`: both keep what is said here, and a test plays the same to both.
public struct Exchange {
    /// Two classes that the compiler knows: one word, and a branch for each call.
    private enum Way {
        case socket(SocketConnection)
        case recorded(Recorded)
    }

    /// Keeps a reference to any record within one word.
    private final class Recorded {
        let record: any ExchangeRecord
        init(_ record: any ExchangeRecord) { self.record = record }
    }

    private let way: Way
    private let sequence: UInt32
    /// When the request's first octet was read; for one that was pipelined, when its turn came.
    public let arrival: MonotonicTime

    init(connection: SocketConnection, sequence: UInt32, arrival: MonotonicTime) {
        way = .socket(connection)
        self.sequence = sequence
        self.arrival = arrival
    }

    /// The handle of a record's one request.
    package init(_ record: any ExchangeRecord) {
        way = .recorded(Recorded(record))
        sequence = 0
        arrival = record.arrival
    }

    /// The connection; nil for a record.
    var connection: SocketConnection? {
        switch way {
        case .socket(let connection): connection
        case .recorded: nil
        }
    }

    /// The loop's sockets and timers.
    public var reactor: Reactor {
        switch way {
        case .socket(let connection): connection.server.reactor
        case .recorded(let other): other.record.reactor
        }
    }

    /// The peer's address without its port.
    public var peerAddress: String {
        switch way {
        case .socket(let connection): connection.peerAddress
        case .recorded(let other): other.record.peerAddress
        }
    }

    /// A number for where the peer is: its IPv4 address, or the network (/64) of its IPv6 address.
    public var peerNetwork: UInt64 {
        switch way {
        case .socket(let connection): connection.peerNetwork
        case .recorded(let other): other.record.peerNetwork
        }
    }

    /// False once the answer has ended or the peer is gone.
    public var isOpen: Bool {
        switch way {
        case .socket(let connection): connection.isOpen(sequence)
        case .recorded(let other): other.record.isOpen
        }
    }

    /// Queues a whole answer. A second answer to one request is a fault that stops a debug build.
    ///
    /// - Parameter extra: one more field, without a copy of the answer's own.
    /// - Returns: octets queued, head included; 0 when the peer is gone.
    @discardableResult public func respond(_ response: Response, adding extra: Field? = nil) -> Int {
        switch way {
        case .socket(let connection): connection.respond(sequence, response, adding: extra)
        case .recorded(let other): other.record.respond(response, adding: extra)
        }
    }

    /// Starts `operation` as a task on the loop, up to its first suspension at once.
    ///
    /// It is cancelled when the peer goes away, and shortly before the drain's deadline, with time for a last answer. When
    /// the last operation of a request ends and has left no answer, the server answers 500, or 503 while it drains: a
    /// peer never waits for a handler that forgot it.
    public func perform(_ operation: @escaping () async -> Void) {
        switch way {
        case .socket(let connection): connection.perform(sequence, operation)
        case .recorded(let other): other.record.perform(operation)
        }
    }

    /// Begins an answer whose length is not known: in chunks, or for HTTP/1.0 up to the close. Its body is ignored.
    public func beginStream(_ head: Response) {
        switch way {
        case .socket(let connection): connection.beginStream(sequence, head)
        case .recorded(let other): other.record.beginStream(head, length: nil)
        }
    }

    /// Begins an answer whose length is known before its body is. Nobody counts: a peer believes `length`, so that one
    /// who writes more or less desynchronizes the connection, which only a server that plays faults may want.
    public func beginStream(_ head: Response, length: Int) {
        switch way {
        case .socket(let connection): connection.beginStream(sequence, head, length: length)
        case .recorded(let other): other.record.beginStream(head, length: length)
        }
    }

    /// Sends a part of the body. One call at a time.
    ///
    /// Returns when the kernel, or a bounded buffer, has taken it.
    /// - Throws: `CancellationError` once the peer is gone.
    public func write(_ bytes: [UInt8]) async throws {
        switch way {
        case .socket(let connection): try await connection.write(sequence, bytes)
        case .recorded(let other): try await other.record.write(bytes)
        }
    }

    /// Calls `action` on the loop, at once or later, when the peer of a stream that has begun ends its side.
    ///
    /// It may still read; it may also be gone. Whoever writes something then finds out: a peer that is gone answers
    /// with a reset, which ends the operations.
    public func whenPeerEnds(_ action: @escaping () -> Void) {
        switch way {
        case .socket(let connection): connection.whenPeerEnds(sequence, action)
        case .recorded(let other): other.record.whenPeerEnds(action)
        }
    }

    /// Calls `action` on the loop when the peer goes away before its answer has ended; at once when it is gone. Never when the
    /// answer has ended.
    public func whenGone(_ action: @escaping () -> Void) {
        switch way {
        case .socket(let connection): connection.whenGone(sequence, action)
        case .recorded(let other): other.record.whenGone(action)
        }
    }

    /// Ends the body of a stream.
    public func endStream() {
        switch way {
        case .socket(let connection): connection.endStream(sequence)
        case .recorded(let other): other.record.endStream()
        }
    }

    /// Ends the connection without ending the stream's body: what was written still arrives, and the peer sees that
    /// the body is not complete. For HTTP/1.0, whose bodies end with the connection, that takes a reset.
    public func breakStream() {
        switch way {
        case .socket(let connection): connection.breakStream(sequence)
        case .recorded(let other): other.record.breakStream()
        }
    }

    /// Resets the connection; what was written may be lost.
    public func abort() {
        switch way {
        case .socket(let connection): connection.abort(sequence)
        case .recorded(let other): other.record.abort()
        }
    }
}

/// What is behind an `Exchange` in place of a connection, for who wants to see without one what a handler does. It keeps the
/// promises of `Exchange`, on one loop.
package protocol ExchangeRecord: AnyObject {
    var reactor: Reactor { get }
    var arrival: MonotonicTime { get }
    var peerAddress: String { get }
    var peerNetwork: UInt64 { get }
    var isOpen: Bool { get }

    func respond(_ response: Response, adding extra: Field?) -> Int
    func perform(_ operation: @escaping () async -> Void)
    /// - Parameter length: nil for a body that is not counted.
    func beginStream(_ head: Response, length: Int?)
    func write(_ bytes: [UInt8]) async throws
    func whenPeerEnds(_ action: @escaping () -> Void)
    func whenGone(_ action: @escaping () -> Void)
    func endStream()
    func breakStream()
    func abort()
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
