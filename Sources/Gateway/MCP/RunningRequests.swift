import IO
import LumaClient
import MCP

/// Makes the requests of one message or batch known to their session while they are served, so that each can be cancelled,
/// and holds their caller's room for them. On one loop.
final class RunningRequests {
    private let session: Session?
    private let ids: [JSONRPCID]
    private let reactor: Reactor
    private let room: (shares: CallShares, caller: CallerKey)?
    private var isOver = false

    /// - Parameter room: where their caller has room for them; nil when something else bounds them.
    /// - Throws: what the requests are answered with when they cannot begin.
    init(
        _ session: Session?, _ parts: [JSONRPCPayload.Part], on reactor: Reactor,
        within room: (shares: CallShares, caller: CallerKey)? = nil
    ) throws(JSONRPCError) {
        self.session = session
        self.reactor = reactor
        self.room = room
        ids = parts.compactMap(\.requestID)
        if let room, !room.shares.take(ids.count, for: room.caller) { throw .tooManyRequests }
        do throws(JSONRPCError) {
            try session?.reserve(ids)
        } catch {
            giveBack()
            throw error
        }
    }

    /// After the task of a message was started; it may have ended already. Not for a batch, whose requests have their own tasks.
    func began(_ task: Task<Void, Never>) {
        guard !isOver, let session, let id = ids.first else { return }
        session.began(id) { task.cancel() }
    }

    private func giveBack() {
        if let room { room.shares.giveBack(ids.count, of: room.caller) }
    }

    /// All of them have ended; called once.
    func ended() {
        isOver = true
        giveBack()
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
