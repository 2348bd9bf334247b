import Core
import Crypto
import HTTP
import IO

/// One loop with its listener and its handler: started, drained and stopped as a unit, from any thread.
struct ServerNode<Handler: RequestHandler & SendableMetatype>: Sendable {
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

    /// Stops accepting and returns when every accepted request is answered, or after `seconds`.
    func drain(seconds: Double) async {
        await loop.drain(server, seconds: seconds)
    }
}

extension Loop {
    fileprivate func drain(_ server: LoopBound<HTTPServer>, seconds: Double) async {
        await server.value.drain(deadline: LoopClock(reactor).now.advanced(seconds: seconds))
    }
}
