import Core
import HTTP
import Synchronization

@testable import IO

/// A transport on a loop of its own, for tests that run elsewhere.
actor CurlClient {
    typealias Outcome = Result<OutboundResponse, TransportError>

    private let loop: Loop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }
    private var transport: CurlTransport?

    private init(_ loop: Loop) { self.loop = loop }

    static func make(_ change: (inout CurlTransport.Settings) -> Void = { _ in }) async throws -> CurlClient {
        let loop = try Loop(label: "curl")
        loop.start()
        let client = CurlClient(loop)
        var settings = CurlTransport.Settings()
        change(&settings)
        try await client.open(settings)
        return client
    }

    private var reactor: Reactor { loop.assumeIsolated { LoopBound($0.reactor, on: $0.executor) }.value }

    private func open(_ settings: CurlTransport.Settings) throws {
        transport = try CurlTransport(reactor: reactor, settings: settings)
    }

    func send(
        _ method: OutboundRequest.Method, _ url: String, fields: [Field], body: String, seconds: Double,
        idle: Double? = nil
    ) async -> Outcome {
        guard let transport else { return .failure(TransportError(.shuttingDown, neverSent: true)) }
        var request = OutboundRequest(
            method: method, url: url, fields: fields, body: Array(body.utf8),
            deadline: LoopClock(reactor).now.advanced(seconds: seconds))
        request.idleSeconds = idle
        do throws(TransportError) {
            let response = try await transport.send(request)
            precondition(loop.executor.isCurrent, "resumed off the loop")
            return .success(response)
        } catch {
            precondition(loop.executor.isCurrent, "resumed off the loop")
            return .failure(error)
        }
    }

    func get(_ url: String, fields: [Field] = [], seconds: Double = 20, idle: Double? = nil) async -> Outcome {
        await send(.get, url, fields: fields, body: "", seconds: seconds, idle: idle)
    }

    func post(_ url: String, _ body: String, fields: [Field] = [], seconds: Double = 20) async -> Outcome {
        await send(.post, url, fields: fields, body: body, seconds: seconds)
    }

    /// The second at once when the first has its answer, without leaving the loop in between.
    func getTwo(_ first: String, _ second: String) async -> Outcome {
        _ = await get(first)
        return await get(second)
    }

    /// Places of the transport's queue, those of calls that have ended included.
    var places: Int { transport?.queue.count ?? 0 }

    var statistics: CurlTransport.Statistics { transport?.statistics ?? .init() }

    /// Shuts the transport down but keeps the loop.
    func shutdown() { transport?.shutdown() }

    func stop() async {
        transport?.shutdown()
        transport = nil
        await loop.stop()
    }
}

extension Result where Success == OutboundResponse, Failure == TransportError {
    var text: String? { (try? get()).map { String(decoding: $0.body, as: UTF8.self) } }

    var failure: TransportError? {
        if case .failure(let error) = self { return error }
        return nil
    }

    /// The cause and `neverSent`, without the library's words.
    var outcome: TransportError? { failure.map { TransportError($0.cause, neverSent: $0.neverSent) } }
}
