import Core
import Crypto
import HTTP
import IO

/// What a node serves requests with, and how that ends.
protocol NodeHandler: RequestHandler, SendableMetatype {
    /// Told of an answer that could not be written because of a fault in this program; the peer got a 500.
    func couldNotAnswer(_ error: ResponseError)

    /// Brings to an end what outlives the connections, at the latest by `deadline`, and gives back what the loop holds.
    /// Called once, on the loop, after the last connection is gone.
    func end(by deadline: MonotonicTime) async
}

/// One loop with its listener and its handler: started and ended as a unit, from any thread.
struct ServerNode<Handler: NodeHandler>: Sendable {
    let loop: Loop
    let handler: LoopBound<Handler>
    private let server: LoopBound<HTTPServer>

    /// Starts a loop and serves `sockets` on it; `makeHandler` builds the loop's own handler there.
    static func start(
        label: String, sockets: [BoundSocket], limits: ServerLimits, counter: ConnectionCounter,
        tls: TLSServerContext? = nil, makeHandler: @escaping @Sendable (Reactor) throws -> Handler
    ) async throws -> ServerNode {
        let loop = try Loop(label: label)
        loop.start()
        return try await loop.perform { loop in
            let handler = try makeHandler(loop.reactor)
            let server = HTTPServer(
                reactor: loop.reactor, sockets: sockets, limits: limits, counter: counter,
                handler: handler)
            server.onResponseError = { handler.couldNotAnswer($0) }
            server.tls = tls
            try server.start()
            return ServerNode(
                loop: loop, handler: LoopBound(handler, on: loop.executor), server: LoopBound(server, on: loop.executor)
            )
        }
    }

    /// Lets new connections speak TLS with another certificate.
    func renew(_ context: TLSServerContext) async {
        let server = server
        await loop.perform { _ in server.value.tls = context }
    }

    /// Stops accepting, lets every accepted request and what it has begun come to its end within `seconds`, and stops
    /// the loop. Nothing runs on the loop afterwards.
    func end(seconds: Double) async {
        await loop.end(server, handler, seconds: seconds)
        await loop.stop()
    }
}

extension Loop {
    fileprivate func end(
        _ server: LoopBound<HTTPServer>, _ handler: LoopBound<some NodeHandler>, seconds: Double
    ) async {
        let deadline = LoopClock(reactor).now.advanced(seconds: seconds)
        await server.value.drain(deadline: deadline)
        await handler.value.end(by: deadline)
    }
}
