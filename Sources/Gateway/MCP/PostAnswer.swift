import Core
import GatewayAPI
import HTTP
import IO
import MCP

/// The answer to one POST: a JSON body, which becomes a stream when there is something to say before the answer, or
/// when the answer is long in coming.
final class PostAnswer {
    private let server: MCPServer
    private let context: RequestContext
    private let headers: MCPHeaders
    private var stream: EventStream?
    private var timer: TimerQueue.Token?
    private var isOver = false
    /// Called once the stream has ended, by us or because the client is gone.
    var onStreamEnd: (() -> Void)?

    /// - Parameter quietSeconds: after how long without an answer a stream is begun; nil for never.
    init(_ server: MCPServer, _ context: RequestContext, _ headers: MCPHeaders, quietSeconds: Double?) {
        self.server = server
        self.context = context
        self.headers = headers
        guard let quietSeconds, headers.acceptsStream else { return }
        let reactor = server.reactor
        timer = reactor.schedule(at: reactor.now.advanced(seconds: quietSeconds)) { [weak self] in
            _ = self?.openStream()
        }
    }

    /// Begins the stream, unless it is there; nil when the client takes none or is gone.
    func openStream() -> EventStream? {
        if let stream { return stream.isOpen ? stream : nil }
        guard !isOver, headers.acceptsStream, context.exchange.isOpen else { return nil }
        stopTimer()
        let stream = EventStream(context.exchange, fields: context.streamFields)
        self.stream = stream
        stream.whenClosed { [weak self] in self?.onStreamEnd?() }
        server.log(stream, .mcpPost, context)
        return stream
    }

    /// Sends a message before the answer; false when it cannot go anywhere.
    func send(_ message: JSONRPCMessage) -> Bool {
        guard !isOver, let stream = openStream() else { return false }
        stream.send(message)
        return true
    }

    /// Sends the answer and ends.
    func finish(_ body: [UInt8]?, status: Int = 200) {
        guard !isOver else { return }
        // Who takes streams only gets one.
        if body != nil, status == 200, !headers.acceptsJSON { _ = openStream() }
        isOver = true
        stopTimer()
        if let stream {
            if let body { stream.send(event: "message", body) }
            stream.end()
        } else {
            let response = body.map { Response.json(status: status, $0) } ?? Response(status: status)
            context.finish(.mcpPost, response)
        }
    }

    /// Ends without an answer, as a request that was cancelled has none: an empty stream.
    func abandon() {
        guard !isOver else { return }
        _ = openStream()
        isOver = true
        stopTimer()
        if let stream { stream.end() } else { context.finish(.mcpPost, Response(status: 202)) }
    }

    func refuse(_ error: APIError, message: JSONRPCID) {
        guard !isOver else { return }
        isOver = true
        stopTimer()
        context.finish(.mcpPost, error, message: message)
    }

    private func stopTimer() {
        if let timer { server.reactor.cancel(timer) }
        timer = nil
    }
}

/// Takes what a request sends on its way to wherever its transport wants it, and waits for what a client is asked.
final class MessageSink: Sink {
    /// The longest that a client's user may take to answer, in seconds.
    static let patience = 600.0

    private let session: Session?
    private let reactor: Reactor
    /// Sends one message; false when there is no way to the client any more.
    private let transmit: (JSONRPCMessage) -> Bool
    /// Whoever waits for the client's answer.
    private var waiting: Suspension<Result<JSON, JSONRPCError>>?
    /// What it was asked.
    private var asked: JSONRPCID?

    private struct Withdrawn: Error {}

    init(session: Session?, reactor: Reactor, transmit: @escaping (JSONRPCMessage) -> Bool) {
        self.session = session
        self.reactor = reactor
        self.transmit = transmit
    }

    /// The client can hear no question any more, so no answer will come.
    func clientIsGone() {
        waiting?.resume(throwing: CancellationError())
        waiting = nil
    }

    func send(_ message: JSONRPCMessage) { _ = transmit(message) }

    func withdraw() {
        guard let waiting, waiting.isWaiting, let asked else { return }
        let params: JSONObject = ["requestId": asked.json, "reason": "The answer is not needed any more"]
        send(.notification(method: "notifications/cancelled", params: params))
        waiting.resume(throwing: Withdrawn())
    }

    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON {
        guard let session else { throw .error(.internalError("There is no session to ask in")) }
        let executor = reactor.executor
        var id: JSONRPCID?
        var timer: TimerQueue.Token?
        defer {
            if let id { session.abandon(id) }
            if let timer { reactor.cancel(timer) }
            (waiting, asked) = (nil, nil)
        }
        let answer: Result<JSON, JSONRPCError>
        do {
            answer = try await reactor.suspend { suspension in
                let bound = LoopBound(suspension, on: executor)
                let own = session.expect { result in
                    executor.execute { bound.value.resume(returning: result) }
                }
                id = own
                (waiting, asked) = (suspension, own)
                timer = reactor.schedule(at: reactor.now.advanced(seconds: Self.patience)) {
                    suspension.resume(throwing: CancellationError())
                }
                if !transmit(.request(id: own, method: method, params: params)) {
                    suspension.resume(throwing: CancellationError())
                }
            }
        } catch is Withdrawn {
            throw .withdrawn
        } catch {
            throw .cancelled
        }
        switch answer {
        case .success(let result): return result
        case .failure(let error): throw .error(error)
        }
    }
}
