import Core
import MCP
import Synchronization
import Testing

/// What becomes of a message or a batch whose requests cannot begin.
@Suite struct RefusalTests {
    private let dispatcher = Fixture.dispatcher()
    private let session = Session(revision: .march2025, capabilities: ClientCapabilities(), principal: .local)

    @Test func eachRequestIsAnsweredAndWhatIsNoneIsNot() {
        let parts: [JSONRPCPayload.Part] = [
            .message(.request(id: .string("a"), method: "ping", params: nil)),
            .message(.notification(method: "notifications/x", params: nil)),
            .invalid(id: nil, .invalidRequest("no message")),
            .message(.request(id: .string("b"), method: "ping", params: nil)),
        ]
        let answers = dispatcher.refuse(parts, with: .sessionNotFound, from: Caller(session))
        #expect(
            answers == [
                .failure(id: .string("a"), error: .sessionNotFound),
                .failure(id: nil, error: .invalidRequest("no message")),
                .failure(id: .string("b"), error: .sessionNotFound),
            ])
    }

    /// Whoever has asked waits for them, whatever they came with.
    @Test func theClientsOwnAnswersArrive() {
        let heard = Mutex<[Result<JSON, JSONRPCError>]>([])
        let ids = (0..<2).map { _ in session.expect { result in heard.withLock { $0.append(result) } } }
        let parts: [JSONRPCPayload.Part] = [
            .message(.response(id: ids[0], result: 7)), .message(.failure(id: ids[1], error: .internalError())),
        ]
        #expect(dispatcher.refuse(parts, with: .sessionNotFound, from: Caller(session)).isEmpty)
        #expect(heard.withLock { $0 } == [.success(7), .failure(.internalError())])
    }
}
