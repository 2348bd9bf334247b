import Core
import IO
import LumaClient
import MCP
import Synchronization

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

/// Bounds the calls that no connection holds: those of the handshake era go on when the request that brought them has ended.
///
/// Shared by all loops. A call takes some 20 kB while it waits for Luma.
final class CallShares: Sendable {
    /// Calls of one caller that may be under way.
    static let maxOfOne = 500
    /// Calls of all callers together.
    static let most = 2000

    private struct State {
        var all = 0
        var byCaller: [CallerKey: Int] = [:]
    }
    private let state = Mutex(State())

    /// Takes the room for `count` calls.
    ///
    /// Nobody gets more than is left for everybody else, so a few callers that want all leave room for others.
    /// - Returns: false when there is none.
    func take(_ count: Int, for caller: CallerKey) -> Bool {
        if count == 0 { return true }
        return state.withLock { state in
            let own = state.byCaller[caller, default: 0] + count
            guard own <= min(Self.maxOfOne, Self.most - state.all) else { return false }
            state.byCaller[caller] = own
            state.all += count
            return true
        }
    }

    /// The calls have ended.
    func giveBack(_ count: Int, of caller: CallerKey) {
        if count == 0 { return }
        state.withLock { state in
            let left = state.byCaller[caller, default: 0] - count
            state.byCaller[caller] = left > 0 ? left : nil
            state.all -= count
        }
    }

    /// Calls that are under way.
    var count: Int { state.withLock { $0.all } }
}

/// Where a message of MCP comes from, as far as its calls to Luma are concerned: they count for whoever asks, and go on with
/// the caller's trace, as those of REST do.
struct CallOrigin: Sendable {
    let caller: CallerKey
    let traceparent: String?
    /// Of the request that has brought the message; nil when none has.
    let requestID: String?
    /// Counts them for the log line of what has brought the message; nil when there is none.
    let calls: CallTotal?

    /// The only client of a program that was started for it.
    static let alone = CallOrigin(caller: .none, traceparent: nil, requestID: nil, calls: nil)

    private init(caller: CallerKey, traceparent: String?, requestID: String?, calls: CallTotal?) {
        self.caller = caller
        self.traceparent = traceparent
        self.requestID = requestID
        self.calls = calls
    }

    /// That of a request over HTTP, of which `counting()` was asked.
    /// - Parameter calls: where they are counted instead.
    init(_ context: RequestContext, calls: CallTotal? = nil) {
        self.init(
            caller: context.sender(.interactive).caller, traceparent: context.admission?.trace?.traceparent,
            requestID: context.id, calls: calls ?? context.admission?.calls)
    }

    /// The calls that one call of a tool, a prompt or a resource makes.
    /// - Parameter isGone: nobody waits for it any more; asked while it waits.
    static func context(of call: Call, isGone: @escaping () -> Bool = { false }) -> CallContext {
        let origin = call.caller.origin as? CallOrigin ?? .alone
        let context = CallContext(Sender(origin.caller), isCallerGone: isGone)
        context.total = origin.calls
        context.requestID = origin.requestID
        // What the message itself says stands nearer than the request that has carried it.
        context.traceparent = call.meta?["traceparent"]?.stringValue.flatMap(Self.continued) ?? origin.traceparent
        return context
    }

    /// The trace of a message, with this gateway as the parent; nil when it is not well-formed.
    private static func continued(_ traceparent: String) -> String? {
        var random = SystemRandomNumberGenerator()
        return Array(traceparent.utf8).withUnsafeBytes { octets in
            TraceContext.parse(octets).map { _ in TraceContext(continuing: octets, &random).traceparent }
        }
    }
}
