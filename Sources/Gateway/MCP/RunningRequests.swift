import IO
import MCP

/// Makes the requests of one message or batch known to their session while they are served, so that each can be cancelled.
/// On one loop.
final class RunningRequests {
    private let session: Session?
    private let ids: [JSONRPCID]
    private let reactor: Reactor
    private var isOver = false

    /// - Throws: what the requests are answered with when they cannot begin.
    init(_ session: Session?, _ parts: [JSONRPCPayload.Part], on reactor: Reactor) throws(JSONRPCError) {
        self.session = session
        self.reactor = reactor
        ids = parts.compactMap(\.requestID)
        try session?.reserve(ids)
    }

    /// After the task of a message was started; it may have ended already. Not for a batch, whose requests have their own tasks.
    func began(_ task: Task<Void, Never>) {
        guard !isOver, let session, let id = ids.first else { return }
        session.began(id) { task.cancel() }
    }

    func ended() {
        isOver = true
        guard let session else { return }
        for id in ids { session.ended(id) }
    }

    /// Serves the parts of a batch one after another. The answers are in the order of the requests; none when nothing asked for
    /// one.
    ///
    /// A request that is cancelled before its turn does not begin, nor does any once the session is over or the task cancelled.
    func answers(
        to parts: [JSONRPCPayload.Part], by dispatcher: Dispatcher, from caller: Caller, to sink: any Sink
    ) async -> [JSONRPCMessage] {
        var answers: [JSONRPCMessage] = []
        for part in parts {
            let answer: JSONRPCMessage?
            if let id = part.requestID, let session {
                answer = await self.answer(id, of: session) {
                    await dispatcher.answer(to: part, from: caller, to: sink)
                }
            } else {
                answer = await dispatcher.answer(to: part, from: caller, to: sink)
            }
            if let answer { answers.append(answer) }
        }
        return answers
    }

    /// In a task of its own, which the request's id cancels and nothing else of the batch.
    private func answer(
        _ id: JSONRPCID, of session: Session, _ serve: @escaping () async -> JSONRPCMessage?
    ) async -> JSONRPCMessage? {
        guard session.isReserved(id), !Task.isCancelled else { return nil }
        let answer = Answer()
        let task = reactor.start { answer.message = await serve() }
        session.began(id) { task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return answer.message
    }

    private final class Answer {
        var message: JSONRPCMessage?
    }
}

extension JSONRPCPayload.Part {
    /// The id of a request; nil for what is none.
    fileprivate var requestID: JSONRPCID? { if case .message(.request(let id, _, _)) = self { id } else { nil } }
}
