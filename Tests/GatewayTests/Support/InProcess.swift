import Core
import GatewayAPI
import HTTP
import IO
import IOTestKit
import Settings
import Store
import Synchronization
import TestKit
import ToolHost

@testable import Gateway

/// One loop of a gateway without a socket: requests are read by HTTP's own parser, and what it answers is recorded.
///
/// Everything in between is what is served: router, gate, services, tools, transports of MCP, the store in memory, and the
/// client of Luma, behind which is the emulator. Tests run many of these at once.
final class InProcess: Sendable {
    let shared: Shared
    let luma: EmulatedLuma
    let loop: Loop
    private let application: LoopBound<Application>
    private let log: LogFile
    private let limits: WireLimits
    private let kept = Mutex<[OpenRequest]?>(nil)

    /// A gateway with these settings.
    /// - Parameter store: of several gateways, if it is to be shared.
    convenience init(
        _ settings: [Setting: String] = [:], luma: EmulatedLuma = EmulatedLuma(),
        store: any StateStore = SQLiteStateStore(.memory)
    ) async throws {
        let log = try LogFile(.json, threshold: settings[.debug] == "true" ? .debug : .info)
        try await self.init(try GatewayNode.shared(settings, log: log.sink, store: store), luma: luma, log: log)
        // What was ended before the start is known at once.
        await shared.mcp.sessions.readEnded()
        _ = await shared.access.keys?.read()
    }

    /// Another loop of the same gateway.
    convenience init(beside other: InProcess) async throws {
        try await self.init(other.shared, luma: other.luma, log: other.log)
    }

    private init(_ shared: Shared, luma: EmulatedLuma, log: LogFile) async throws {
        let loop = try Loop(label: "in process")
        loop.start()
        application = await loop.perform { loop in
            let transport = ScriptedTransport { request, _ in await luma.answer(request) }
            let loopContext = LoopContext(shared, reactor: loop.reactor, transport: transport)
            return LoopBound(Application(loopContext, shared, shutDownTransport: {}), on: loop.executor)
        }
        self.shared = shared
        self.luma = luma
        self.loop = loop
        self.log = log
        limits = WireLimits(bodyBytes: shared.configuration.limits.maxBodyBytes)
    }

    /// Lets `body` ask a gateway, and ends it.
    static func serve(
        _ settings: [Setting: String] = [:], luma: EmulatedLuma = EmulatedLuma(),
        store: any StateStore = SQLiteStateStore(.memory), _ body: (InProcess) async throws -> Void
    ) async throws {
        let gateway = try await InProcess(settings, luma: luma, store: store)
        do {
            try await body(gateway)
        } catch {
            await gateway.end()
            throw error
        }
        await gateway.end()
    }

    /// Brings to an end what was begun, as the end of the program does.
    func end() async {
        await loop.end(application)
        await shared.upstreams?.host.end()
        await loop.stop()
    }

    // MARK: Asking

    /// Sends a request and returns its answer when that has ended.
    ///
    /// - Parameters:
    ///   - line: method and target, such as `GET /events/`.
    ///   - fields: besides Host and Content-Length.
    ///   - body: of type JSON, unless the fields name another one.
    @discardableResult
    func ask(
        _ line: String, _ fields: [String] = [], _ body: JSON? = nil, from peer: String = "127.0.0.1"
    ) async throws -> Answer {
        try await open(line, fields, body, from: peer).answer()
    }

    /// The same for a request whose answer may take long, or is a stream.
    func open(
        _ line: String, _ fields: [String] = [], _ body: JSON? = nil, from peer: String = "127.0.0.1"
    ) async throws -> OpenRequest {
        var fields = fields
        if body != nil, !fields.contains(where: { $0.hasPrefix("Content-Type:") }) {
            fields.append("Content-Type: application/json")
        }
        let text = body.map { String(decoding: $0.encoded, as: UTF8.self) } ?? ""
        return try await send(Socket.request(line, fields, body: text), from: peer)
    }

    /// Sends a request as it stands on the wire.
    func send(_ text: String, from peer: String = "127.0.0.1") async throws -> OpenRequest {
        let (application, limits) = (application, limits)
        let request: OpenRequest = try await loop.perform { loop in
            let (handler, reactor) = (application.value, loop.reactor)
            let table = FieldTable(limits: limits)
            var machine = ServerConnection()
            var bytes = Array(text.utf8)
            return try bytes.withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) throws -> OpenRequest in
                var step = machine.advance(bytes, ended: false, limits: limits, table: table)
                if step == .sendContinue { step = machine.advance(bytes, ended: true, limits: limits, table: table) }
                switch step {
                case .request:
                    let record = RecordedExchange(machine, on: reactor, peer: peer)
                    handler.handle(
                        machine.request(in: UnsafeRawBufferPointer(bytes), table: table), Exchange(record))
                    return OpenRequest(record, on: loop)
                case .refuse(let error):
                    let line = String(text.prefix { !$0.isNewline })
                    return OpenRequest(refused: Answer(handler.refusal(error, requestLine: line)), on: loop)
                default: throw ProtocolError.incompleteRequest
                }
            }
        }
        kept.withLock { _ = $0?.append(request) }
        return request
    }

    /// Keeps what is asked from now on, for `answers`.
    func keepAnswers() { kept.withLock { $0 = [] } }

    /// All octets of the answers to what was kept.
    func answers() async -> [String] {
        var answers: [String] = []
        for request in kept.withLock({ $0 ?? [] }) { answers.append(await request.octets()) }
        return answers
    }

    // MARK: What else happens to a gateway

    /// Does something with what serves on the loop.
    func perform<T: Sendable>(_ body: @escaping @Sendable (Application) -> T) async -> T {
        let application = application
        return await loop.perform { _ in body(application.value) }
    }

    /// The same for what may wait.
    func work<T: Sendable>(_ body: @Sendable (Application) async throws -> T) async throws -> T {
        try await loop.work(application, body)
    }

    /// Fires the timers of the next `seconds` now.
    func leap(seconds: Double) async { await loop.perform { $0.reactor.leap(seconds: seconds) } }

    /// The lines of the log so far.
    func logLines() async -> [JSON] {
        await perform { $0.loopContext.recorder.flush() }
        log.sink.flush()
        return log.text.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
    }
}

extension Loop {
    fileprivate func work<T: Sendable>(
        _ application: LoopBound<Application>, _ body: @Sendable (Application) async throws -> T
    ) async throws -> T {
        try await body(application.value)
    }

    fileprivate func end(_ application: LoopBound<Application>) async {
        application.value.willEnd()
        await application.value.end(by: LoopClock(reactor).now.advanced(seconds: 1))
    }
}
