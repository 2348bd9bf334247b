import Core
import IO
import MCP

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

    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON {
        guard let session else { throw .error(.internalError("There is no session to ask in")) }
        let executor = reactor.executor
        var id: JSONRPCID?
        var timer: TimerQueue.Token?
        defer {
            if let id { session.abandon(id) }
            if let timer { reactor.cancel(timer) }
            waiting = nil
        }
        let answer: Result<JSON, JSONRPCError>
        do {
            answer = try await reactor.suspend { suspension in
                let bound = LoopBound(suspension, on: executor)
                let own = session.expect { result in
                    executor.execute { bound.value.resume(returning: result) }
                }
                id = own
                waiting = suspension
                timer = reactor.schedule(at: reactor.now.advanced(seconds: Self.patience)) {
                    suspension.resume(throwing: CancellationError())
                }
                if !transmit(.request(id: own, method: method, params: params)) {
                    suspension.resume(throwing: CancellationError())
                }
            }
        } catch {
            throw .cancelled
        }
        switch answer {
        case .success(let result): return result
        case .failure(let error): throw .error(error)
        }
    }
}
