import Core
import GatewayAPI
import IO
import LumaClient

/// The work behind every surface, on one loop: REST, tools and commands ask it, and only it asks Luma for them.
final class OperationService {
    let events: EventsService
    let desk: WriteDesk
    /// Writes that have begun, whether or not somebody waits for them.
    let writes: WritesInProgress
    let clock: LoopClock
    let reactor: Reactor
    private let changes: ChangeAnnouncer
    /// The longest that one request may take towards Luma, all its calls and waits together, in seconds.
    private let patience: Double

    /// Tells whoever follows an event that it is new, other, or gone.
    typealias ChangeAnnouncer = (_ eventID: String) -> Void

    init(
        events: EventsService, desk: WriteDesk, reactor: Reactor, clock: LoopClock, patience: Double,
        announcing changes: @escaping ChangeAnnouncer
    ) {
        self.events = events
        self.desk = desk
        self.reactor = reactor
        self.clock = clock
        self.patience = patience
        self.changes = changes
        writes = WritesInProgress(reactor)
    }

    /// - Parameter timeout: the longest that the caller waits, in seconds; it makes the time shorter, never longer.
    func upstreamCall(_ context: CallContext, timeout: Double? = nil) -> UpstreamCall {
        UpstreamCall(deadline: clock.now.advanced(seconds: min(timeout ?? patience, patience)), context: context)
    }

    /// Answers a read.
    /// - Parameter wish: what the caller says about kept answers.
    func read(
        _ request: ReadRequest, _ wish: ReadWish, _ call: UpstreamCall
    ) async throws(APIError) -> ReadResult {
        switch request {
        case .event(let id): .shared(try await events.get(id, wish, call))
        case .list(let query): .shared(try await events.list(query, wish, call))
        case .lookUp(let address): .own(try await events.lookUp(address, call))
        case .operation(let passed): .shared(try await passRead(passed, wish, call))
        }
    }

    /// Does what may change something. It goes by the desk, which sees to it that it is done once.
    func write(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        try await desk.answer(request, call) { () throws(APIError) in
            let written = try await perform(request, call)
            if written.isChange, let id = written.eventID { announce(id) }
            return written
        }
    }

    private func perform(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        let terms = request.terms
        return switch request.wanted {
        case .create(let event, let isMinimal):
            try await events.create(event, isMinimal: isMinimal, terms, call)
        case .createFromTemplate(let event, let isMinimal):
            try await events.createFromTemplate(event, isMinimal: isMinimal, terms, call)
        case .update(let id, let change): try await events.update(id, change, terms, call)
        case .cancel(let id, let cancel): try await events.cancel(id, cancel, terms, call)
        case .operation(let passed): try await passWrite(passed, terms, call)
        }
    }

    /// Tells clients of MCP that an event is new, other, or gone.
    func announce(_ eventID: String) { changes(eventID) }

    /// Carries a write to its end whether or not its caller waits for it.
    /// - Throws: `APIError` when it failed, or when the caller is gone before it has ended.
    func carryThrough(
        _ request: WriteRequest, _ context: CallContext
    ) async throws(APIError) -> Written {
        // What was cancelled before it began has not begun.
        guard !Task.isCancelled else { throw APIError(LumaError.cancelled, subject: nil) }
        let outcome = Outcome()
        writes.start { [self] in
            do throws(APIError) {
                outcome.result = .success(try await write(request, upstreamCall(context)))
            } catch {
                outcome.result = .failure(await explained(error))
            }
            outcome.waiter?.resume(returning: ())
        }
        // A caller that is gone does not wait, and hears nothing.
        try? await reactor.suspend { suspension in
            if outcome.result == nil { outcome.waiter = suspension } else { suspension.resume(returning: ()) }
        }
        guard let result = outcome.result else { throw APIError(.shuttingDown) }
        return try result.get()
    }

    private final class Outcome {
        var result: Result<Written, APIError>?
        var waiter: Suspension<Void>?
    }
}
