import Core
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
        makeHandler: @escaping @Sendable (Reactor) throws -> Handler
    ) async throws -> ServerNode {
        let loop = try Loop(label: label)
        loop.start()
        return try await loop.perform { loop in
            let handler = try makeHandler(loop.reactor)
            let server = HTTPServer(
                reactor: loop.reactor, sockets: sockets.map(\.descriptor), limits: limits, counter: counter,
                handler: handler)
            try server.start()
            return ServerNode(
                loop: loop, handler: LoopBound(handler, on: loop.executor), server: LoopBound(server, on: loop.executor)
            )
        }
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
