import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import LumaClient
import Store

/// The work behind every surface, on one loop: REST, tools and commands ask it, and only it asks Luma for them.
final class OperationService {
    let events: EventsService
    let coordinator: WriteCoordinator
    /// Writes that have begun, whether or not somebody waits for them.
    let writes: WritesInProgress
    let clock: LoopClock
    let reactor: Reactor
    private let changes: ChangeAnnouncer
    /// The longest that one request may take towards Luma, all its calls and waits together, in seconds.
    private let patience: Double

    /// Tells whoever follows what a write has changed that it is new, other, or gone.
    typealias ChangeAnnouncer = (Touched) -> Void

    init(
        events: EventsService, coordinator: WriteCoordinator, reactor: Reactor, clock: LoopClock, patience: Double,
        announcing changes: @escaping ChangeAnnouncer
    ) {
        self.events = events
        self.coordinator = coordinator
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
    /// - Parameter wish: what the caller says about cached responses.
    func read(
        _ request: ReadRequest, _ wish: ReadWish, _ call: UpstreamCall
    ) async throws(APIError) -> ReadResult {
        switch request {
        case .event(let id):
            .shared(
                try await events.reads.read(.event(id.text), wish, call) { () throws(APIError) in
                    try await events.fetch(id, call)
                })
        case .list(let query):
            .shared(
                try await events.reads.read(ReadKey(query), wish, call) { () throws(APIError) in
                    try await events.fetch(query, call)
                })
        case .lookUp(let address): .own(try await events.lookUp(address, call))
        case .operation(let passed): .shared(try await passRead(passed, wish, call))
        }
    }

    /// Does what may change something. It goes by the coordinator, which sees to it that it is done once.
    func write(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        try await coordinator.answer(request, call) { () throws(APIError) in try await serve(request, call) }
    }

    private func serve(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        try requireAgreement(request, call)
        let written = try await perform(request, call)
        if written.isChange {
            let wanted = request.wanted
            announce(wanted.row.operation.touched(by: wanted.input).naming(new: written.eventID))
        }
        return written
    }

    private func perform(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        let terms = request.terms
        return switch request.wanted {
        case .create(let event, let isMinimal):
            try await events.create(event, isMinimal: isMinimal, terms, call)
        case .createFromTemplate(let event, let isMinimal):
            try await events.createFromTemplate(event, isMinimal: isMinimal, terms, call)
        case .update(let id, let change): try await events.update(id, change, terms, call)
        case .cancel(let id, let refund): try await events.cancel(id, refund: refund, terms, call)
        case .operation(let passed): try await passWrite(passed, terms, call)
        }
    }

    /// Tells clients of MCP which of the things that they follow a write has changed.
    func announce(_ touched: Touched) { changes(touched) }

    /// Carries a write to its end whether or not its caller waits for it.
    /// - Throws: `APIError` when it failed, or when the caller is gone before it has ended.
    func carryThrough(
        _ request: WriteRequest, _ context: CallContext
    ) async throws(APIError) -> Written {
        try await carryThrough(context) { [self] () throws(APIError) in
            try await write(request, upstreamCall(context))
        }
    }

    /// What an earlier request with this one's key has come to, and is told again though nobody agrees this time.
    /// - Returns: nil when nothing was done under the key, or there is none.
    /// - Throws: as `carryThrough`.
    func repeated(_ request: WriteRequest, _ context: CallContext) async throws(APIError) -> Written? {
        if request.keyed == nil { return nil }
        return try await carryThrough(context) { [self] () throws(APIError) in
            let call = upstreamCall(context)
            return try await coordinator.repeated(request, call) { () throws(APIError) in try await serve(request, call)
            }
        }
    }

    private func carryThrough<Value>(
        _ context: CallContext, _ work: @escaping () async throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        // What was cancelled before it began has not begun.
        guard !Task.isCancelled else { throw APIError(LumaError.cancelled, subject: nil) }
        let outcome = Outcome<Value>()
        writes.start { [self] in
            do throws(APIError) {
                outcome.result = .success(try await work())
            } catch {
                outcome.result = .failure(await explained(error.described(after: context)))
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

    private final class Outcome<Value> {
        var result: Result<Value, APIError>?
        var waiter: Suspension<Void>?
    }
}

/// Operations of Luma's that are passed on by their rows: nothing here knows one of them.
extension OperationService {
    /// A read, by the cache that all reads share.
    func passRead(
        _ passed: PassedOperation, _ wish: ReadWish, _ call: UpstreamCall
    ) async throws(APIError) -> ReadAnswer {
        let (surface, given) = (passed.surface, passed.input)
        return try await events.reads.read(ReadKey(surface.operation, given), wish, call) { () throws(APIError) in
            do throws(LumaError) {
                let answer = try await events.luma.read(
                    surface.operation, given, deadline: call.deadline, context: call.context)
                let asOf = call.context.lastSentAt
                guard surface.isRewritten else { return Fetched(body: answer.body, asOf: asOf) }
                guard let shown = surface.shown(try answer.json()) else { throw .malformedAnswer }
                return Fetched(body: shown.encoded, asOf: asOf, tree: shown)
            } catch {
                throw Self.error(error, surface, given)
            }
        }
    }

    /// A write, for which the coordinator keeps key and journal.
    func passWrite(
        _ passed: PassedOperation, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let (surface, given) = (passed.surface, passed.input)
        guard terms.conditions.verdict(tag: nil, isRead: false, exists: false) == .proceed else {
            throw APIError(.preconditionFailed, "This path has no ETag: remove the condition")
        }
        let event = given["event_id"]?.stringValue
        if terms.isDryRun { return .unchanged(try await preview(passed, terms, call), event) }
        let result = try await confirmed(passed, terms, call) { () throws(APIError) in
            do throws(LumaError) {
                return try await events.luma.write(
                    surface.operation, given, deadline: call.deadline, context: call.context)
            } catch {
                throw Self.error(error, surface, given)
            }
        }
        let isNew = surface.operation.makesThing
        var answer = surface.done(given)
        if surface.answer == .document {
            // An earlier attempt has made it, and it cannot be read now: of that only the id is sure.
            answer =
                result.answer.map(surface.withoutSecrets)?.objectValue ?? ["id": result.id.map { .string($0) } ?? .null]
        }
        return Written(
            kind: isNew ? .made : .done, document: Document(.object(answer)), eventID: event,
            isChange: call.context.hasSentWrite)
    }

    /// What a caller is told of a call that gave no result. Luma's 404 does not say which of several ids it means.
    static func error(_ error: LumaError, _ surface: Surface, _ given: JSONObject) -> APIError {
        if case .notRecorded(.duplicate(let id)) = error {
            return .duplicate(of: surface.operation.subject?.kind ?? .event, id)
        }
        guard case .notFound(let words) = error else {
            return APIError(error, subject: given["event_id"]?.stringValue)
        }
        let subject = surface.operation.subject
        if let subject, let id = subject.member.flatMap({ given[$0]?.stringValue }) {
            return .notFound(subject.kind, id, words)
        }
        let others = given.members.filter { $0.name.hasSuffix("_id") && $0.name != subject?.parent?.member }
        guard let parent = subject?.parent, others.isEmpty, let id = given[parent.member]?.stringValue else {
            return APIError(lumaRefused: 404, words)
        }
        return .notFound(parent.kind, id, words)
    }
}

extension OperationService {
    /// How long an answer waits for what the journal knows, in seconds.
    private static let journalPatience = 1.0

    /// What is told of an event that is not there: also when it was cancelled here, while the journal knows that.
    func explained(_ error: APIError) async -> APIError {
        guard [.absent(.event), .eventNotAccessible].contains(error.reason),
            let id = error.details["event_id"]?.stringValue, !error.isReplayed
        else { return error }
        let (store, account) = (coordinator.store, coordinator.account)
        let deadline = clock.now.advanced(seconds: Self.journalPatience)
        let known = try? await reactor.ask(by: deadline) {
            store.settled(Operation.cancelEvent.name, of: id, account, then: $0)
        }
        guard let time = known?.rfc3339 else { return error }
        var described = error
        described.details["cancelled_at"] = .string(time)
        described.message += "; it was cancelled here at \(time.prefix(16).replacing("T", with: " ")) UTC"
        return described
    }
}
