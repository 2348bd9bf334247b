import Core
import Dispatch
import Glibc
import HTTP
import Synchronization

@testable import IO

/// A server on a loop of its own, on a port of 127.0.0.1 that the kernel picked.
final class TestServer: Sendable {
    typealias Handler = @Sendable (RequestView, Exchange) -> Void

    let loop: Loop
    let port: Int
    let server: LoopBound<HTTPServer>
    let counter: ConnectionCounter
    /// The labels of refusals, with the first line that came.
    let refusals: Refusals

    final class Refusals: Sendable {
        private let list = Mutex<[(error: ProtocolError, line: String?)]>([])
        var all: [(error: ProtocolError, line: String?)] { list.withLock { $0 } }
        fileprivate func add(_ error: ProtocolError, _ line: String?) { list.withLock { $0.append((error, line)) } }
    }

    /// - Parameter prepare: changes the server before it starts.
    init(
        _ limits: ServerLimits = ServerLimits(), prepare: @escaping @Sendable (HTTPServer) -> Void = { _ in },
        handler: @escaping Handler
    ) async throws {
        let loop = try Loop(label: "server")
        loop.start()
        let sockets = try ListenSocket.open(host: "127.0.0.1", port: 0)[0]
        let counter = ConnectionCounter()
        let refusals = Refusals()
        server = try await loop.perform { loop in
            let server = HTTPServer(
                reactor: loop.reactor, sockets: sockets, limits: limits, counter: counter,
                handler: ClosureHandler(handler, refusals))
            prepare(server)
            try server.start()
            return LoopBound(server, on: loop.executor)
        }
        self.loop = loop
        self.counter = counter
        self.refusals = refusals
        port = sockets[0].address.port
    }

    func drain(seconds: Double) async { await loop.drain(server, seconds: seconds) }

    /// Ends the server; what still runs is cut off.
    func stop() async {
        await drain(seconds: 0)
        await loop.stop()
    }

    func connectionCount() async -> Int {
        let server = server
        return await loop.perform { _ in server.value.connectionCount }
    }

    func connect(_ prepare: (Int32) -> Void = { _ in }) throws -> Client { try Client(port: port, prepare) }

    private final class ClosureHandler: RequestHandler {
        let closure: Handler
        let refusals: Refusals
        init(_ closure: @escaping Handler, _ refusals: Refusals) {
            self.closure = closure
            self.refusals = refusals
        }
        func handle(_ request: RequestView, _ exchange: Exchange) { closure(request, exchange) }
        func refusal(_ error: ProtocolError, requestLine: String?) -> Response {
            refusals.add(error, requestLine)
            return Response(status: error.status, body: Array(error.label.utf8))
        }
    }
}

extension Loop {
    fileprivate func drain(_ server: LoopBound<HTTPServer>, seconds: Double) async {
        await server.value.drain(deadline: LoopClock(reactor).now.advanced(seconds: seconds))
    }
}

/// Runs blocking code on a thread of its own, for the tests' threads are few, but as a part of the calling test.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await Task(executorPreference: OwnThread()) { try body() }.value
}

private final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "blocking")
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

func noDelay(_ descriptor: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
}

extension RequestView {
    var pathText: String { String(decoding: path, as: UTF8.self) }
    var bodyText: String { String(decoding: body, as: UTF8.self) }
}

extension Response {
    init(_ text: String) { self.init(status: 200, body: Array(text.utf8)) }
}
