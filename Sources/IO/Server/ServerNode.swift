package import Core
package import Crypto
package import HTTP
import Synchronization

/// What a node serves requests with, and how that ends.
package protocol NodeHandler: RequestHandler, SendableMetatype {
    /// Told of an answer that could not be written because of a fault in this program; the peer got a 500.
    func couldNotAnswer(_ error: ResponseError)

    /// Told of a TLS handshake that failed, with the peer's address.
    func handshakeFailed(_ failure: TLSFailure, from peer: String)

    /// Called on the loop shortly before the time for the drain is over: what still works for a connection should be
    /// cancelled, so that its last answer can be sent.
    func interrupt()

    /// Called once, on the loop, before the connections are drained: ends the answers that would not end by themselves.
    func willEnd()

    /// Brings to an end what outlives the connections, at the latest by `deadline`, and gives back what the loop holds.
    /// Called once, on the loop, after the last connection is gone.
    func end(by deadline: MonotonicTime) async
}

extension NodeHandler {
    package func handshakeFailed(_ failure: TLSFailure, from peer: String) {}
    package func interrupt() {}
    package func willEnd() {}
}

/// One loop with its listener and its handler: started and ended as a unit, from any thread.
package struct ServerNode<Handler: NodeHandler>: Sendable {
    /// The loop that serves.
    package let loop: Loop
    /// Made on the loop, and to be touched there alone.
    package let handler: LoopBound<Handler>
    private let server: LoopBound<HTTPServer>

    /// Starts a loop and serves `sockets` on it; `makeHandler` builds the loop's own handler there.
    package static func start(
        label: String, sockets: [BoundSocket], limits: ServerLimits, counter: ConnectionCounter,
        tls: TLSServerContext? = nil, cutsHandshake: (@Sendable () -> Bool)? = nil,
        makeHandler: @escaping @Sendable (Reactor) throws -> Handler
    ) async throws -> ServerNode {
        let loop = try Loop(label: label)
        loop.start()
        return try await loop.perform { loop in
            let handler = try makeHandler(loop.reactor)
            let server = HTTPServer(
                reactor: loop.reactor, sockets: sockets, limits: limits, counter: counter,
                handler: handler)
            server.onResponseError = { handler.couldNotAnswer($0) }
            server.onHandshakeFailure = { handler.handshakeFailed($0, from: $1) }
            server.onInterruption = { handler.interrupt() }
            server.tls = tls
            server.cutsHandshake = cutsHandshake
            try server.start()
            return ServerNode(
                loop: loop, handler: LoopBound(handler, on: loop.executor), server: LoopBound(server, on: loop.executor)
            )
        }
    }

    /// Lets new connections speak TLS with another certificate.
    package func renew(_ context: TLSServerContext) async {
        let server = server
        await loop.perform { _ in server.value.tls = context }
    }

    /// Does something with the loop's handler, on its loop.
    package func perform(_ action: @escaping @Sendable (Handler) -> Void) async {
        let handler = handler
        await loop.perform { _ in action(handler.value) }
    }

    /// Stops accepting, and lets every accepted request and what it has begun come to its end within `seconds`. The loop
    /// goes on, so that who watches over all loops is answered until the last of them is at its end.
    package func end(seconds: Double) async { await loop.end(server, handler, seconds: seconds) }

    /// Stops the loop, after `end`. Nothing runs on it afterwards: who waits for it waits for ever.
    package func stop() async { await loop.stop() }
}

extension Loop {
    fileprivate func end(
        _ server: LoopBound<HTTPServer>, _ handler: LoopBound<some NodeHandler>, seconds: Double
    ) async {
        let deadline = LoopClock(reactor).now.advanced(seconds: seconds)
        handler.value.willEnd()
        await server.value.drain(deadline: deadline)
        await handler.value.end(by: deadline)
    }
}

/// What one server gives to its peers at most. Times in seconds.
public struct ServerLimits: Sendable {
    /// Octets of a decoded request body; beyond it 413. At most 1 GiB counts.
    public var maxBodyBytes: Int
    /// Octets of a request head; beyond it 431. At most 16 MiB count.
    public var maxHeadBytes: Int
    /// Octets of a request line; beyond it 414.
    public var maxRequestLine: Int
    /// Field lines of a head; beyond it 431.
    public var maxFields: Int
    /// Open connections of all loops together; beyond it 503 and a close.
    public var maxConnections: Int
    /// From the first octet of a request to the end of its head; then 408.
    public var headerTimeout: Double
    /// From the end of a head to the end of its body; then 408.
    public var bodyTimeout: Double
    /// Between two requests, and before the first; then a silent close.
    public var idleTimeout: Double
    /// Without one octet that the peer took while some are unsent; then a reset.
    public var writeTimeout: Double

    public init(
        maxBodyBytes: Int = 1 << 20, maxHeadBytes: Int = 32 << 10, maxRequestLine: Int = 8192, maxFields: Int = 100,
        maxConnections: Int = 10_000, headerTimeout: Double = 10, bodyTimeout: Double = 30, idleTimeout: Double = 75,
        writeTimeout: Double = 30
    ) {
        self.maxBodyBytes = maxBodyBytes
        self.maxHeadBytes = maxHeadBytes
        self.maxRequestLine = maxRequestLine
        self.maxFields = maxFields
        self.maxConnections = maxConnections
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
    }

    var wire: WireLimits {
        WireLimits(
            requestLine: maxRequestLine, headBytes: min(maxHeadBytes, WireLimits.maxHeadBytes), fields: maxFields,
            bodyBytes: min(maxBodyBytes, WireLimits.maxBodyBytes))
    }
}

/// Counts the open connections of all loops together.
public final class ConnectionCounter: Sendable {
    private let open = Atomic<Int>(0)

    public init() {}

    /// Open connections by now. Safe from any thread.
    public var count: Int { open.load(ordering: .relaxed) }

    /// Takes a place if fewer than `limit` are taken.
    func acquire(limit: Int) -> Bool {
        if open.add(1, ordering: .relaxed).newValue <= limit { return true }
        open.subtract(1, ordering: .relaxed)
        return false
    }

    func release() { open.subtract(1, ordering: .relaxed) }
}
