import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Settings

/// What one loop has of its own: its way to Luma, its rendered answers, its part of the log.
final class Worker {
    let reactor: Reactor
    let clock: LoopClock
    let gate: Gatekeeper
    let health: HealthAnswer
    let reads: ReadService
    let events: EventsService
    let templates: TemplatesService
    let feeds: FeedsService
    private let openAPI: OpenAPIService
    let status: StatusService
    let luma: LumaClient
    let writes: WritesInProgress
    let desk: WriteDesk
    private let changes: ChangeFeed
    private let log: LoopLog
    let handshakes: HandshakeLog
    let metrics = LoopMetrics()
    /// The longest that one request may take towards Luma, all its calls and waits together, in seconds.
    private let patience: Double
    private let healthInterval: Double
    /// Of Luma, after the start, by whichever loop makes it.
    let firstCheck: Milestone
    let settlerSettings: Settler.Settings

    init(_ shared: Shared, reactor: Reactor, transport: any Transport) {
        self.reactor = reactor
        clock = LoopClock(reactor)
        writes = WritesInProgress(reactor)
        gate = Gatekeeper(shared.access, clock: clock)
        desk = WriteDesk(shared, reactor: reactor, clock: clock)
        firstCheck = shared.firstCheck
        health = HealthAnswer(shared, clock: clock)
        status = StatusService(shared, health: health, reactor: reactor, clock: clock)
        luma = shared.makeClient(transport: transport, time: clock)
        reads = ReadService(shared.reads, clock: clock, parking: LoopParking(reactor))
        events = EventsService(
            luma: luma, reads: reads, zones: shared.zones, templates: shared.templates, seal: shared.mcp.seal,
            clock: clock)
        templates = TemplatesService(catalog: shared.templates)
        feeds = FeedsService(shared, reactor: reactor, clock: clock, events: events)
        openAPI = OpenAPIService(shared.openAPI)
        changes = shared.mcp.changes
        log = LoopLog(shared.log, on: reactor)
        handshakes = HandshakeLog(log, on: reactor, clock)
        shared.metrics.add(metrics, on: reactor.executor)
        luma.observer = metrics
        reads.metrics = metrics
        patience = shared.patience
        settlerSettings = Settler.Settings(
            settleSeconds: shared.configuration.memory.settleSeconds,
            keepSeconds: max(60, shared.configuration.memory.duplicateWindowSeconds),
            patience: min(15, shared.patience))
        healthInterval = shared.configuration.calls.healthIntervalSeconds
    }

    /// Starts the background check of Luma on this loop; cancel the task to end it.
    func startMonitor() -> Task<Void, Never> {
        let monitor = HealthMonitor(
            luma: luma, clock: clock, interval: healthInterval, firstCheck: firstCheck, onLook: status.noteBudget
        ) { [self] in
            logReachability($0)
        }
        return reactor.start { await monitor.run() }
    }

    /// The answer that needs nobody else, nil when Luma must be asked.
    func localAnswer(
        _ input: RequestInput, _ representation: Representation, _ request: RequestView
    ) throws(APIError) -> Response? {
        switch input.endpoint {
        case .listTemplates: try templates.list(input)
        case .getTemplate: try templates.get(input)
        case .openAPI: try openAPI.answer(input)
        case .getEvent, .listEvents: try events.kept(input, representation, request)
        default: nil
        }
    }

    /// Serves `GET /events/{event_id}`, which is most of what there is to serve: a function of its own keeps its task small.
    func answerEvent(_ input: RequestInput, _ turn: Turn) async {
        let call = upstreamCall(input, .interactive, turn)
        do throws(APIError) {
            turn.finish(.getEvent, try await events.get(input, call), calls: call.context)
        } catch {
            let error = await explained(error)
            turn.finish(.getEvent, error.told(after: call.context), calls: call.context)
        }
    }

    func upstreamCall(_ input: RequestInput, _ priority: Priority, _ turn: Turn) -> UpstreamCall {
        let exchange = turn.exchange
        let call = upstreamCall(CallContext(turn.sender(priority)) { !exchange.isOpen }, timeout: input.timeout)
        call.context.traceparent = turn.admission?.trace?.traceparent
        if log.isEnabled(.debug) { call.context.onAttempt = { [self] in logAttempt($0, of: turn) } }
        return call
    }

    /// Serves an endpoint that needs Luma, to the end.
    func answer(_ input: RequestInput, _ representation: Representation, _ turn: Turn) async {
        // A list of everything waits behind who looks at one thing, and so does who says that there is no hurry.
        let isStream = input.endpoint.listsEvents && representation != .json
        let call = upstreamCall(input, isStream || input.isBackground ? .background : .interactive, turn)
        do throws(APIError) {
            if isStream {
                let query = try events.listQuery(input, isTable: representation == .csv)
                return try await streamList(query, as: representation, input, turn, call)
            }
            if representation == .calendar {
                return turn.finish(
                    input.endpoint, try await events.calendar(input, call), calls: call.context)
            }
            turn.finish(input.endpoint, try await response(to: input, call), calls: call.context)
        } catch {
            let error = await explained(error)
            turn.finish(input.endpoint, error.told(after: call.context), calls: call.context)
        }
    }

    /// The answer of an endpoint that needs Luma. What changes something goes by the desk.
    func response(to input: RequestInput, _ call: UpstreamCall) async throws(APIError) -> Response {
        switch input.endpoint {
        case .getEvent: return try await events.get(input, call)
        case .lookupEvent: return try await events.lookUp(input, call)
        case .listEvents, .eventsJSON: return try await events.list(input, call)
        default:
            return try await desk.answer(input, call) { () throws(APIError) in
                let written = try await write(input, call)
                if written.isChange, let id = written.eventID { announce(id) }
                return written
            }
        }
    }

    private func write(_ input: RequestInput, _ call: UpstreamCall) async throws(APIError) -> Written {
        switch input.endpoint {
        case .createEvent: try await events.create(input, call)
        case .createFromTemplate: try await events.createFromTemplate(input, call)
        case .replaceEvent, .patchEvent: try await events.update(input, call)
        case .cancelEvent: try await events.cancel(input, call)
        default: throw APIError.notFound
        }
    }

    /// Tells clients of MCP that an event is new, other, or gone.
    func announce(_ eventID: String) { changes.publish(event: eventID) }

    /// - Parameter timeout: the longest that the caller waits, in seconds; it makes the time shorter, never longer.
    func upstreamCall(_ context: CallContext, timeout: Double? = nil) -> UpstreamCall {
        UpstreamCall(deadline: clock.now.advanced(seconds: min(timeout ?? patience, patience)), context: context)
    }

    // MARK: Log

    /// Writes the request's line, when its answer is complete.
    func log(
        _ turn: Turn, _ endpoint: Endpoint?, status: Int, bytes: Int, calls: CallContext?, reason: Reason?
    ) {
        let now = clock.now
        let duration = now.nanoseconds - turn.exchange.arrival.nanoseconds
        metrics.answered(endpoint, status: status, nanoseconds: duration)
        let record = RequestRecord(
            time: clock.wallClock(at: now), requestID: turn.id, method: turn.method,
            route: endpoint?.route.pattern ?? "-",
            status: status, durationNanoseconds: duration, bytes: bytes,
            upstreamCalls: calls?.upstreamCalls ?? 0, retries: calls?.retries ?? 0, reason: reason,
            label: turn.admission?.principal?.label,
            traceID: turn.admission?.trace?.traceID, address: Self.address(turn, reason))
        log.log(record)
        if endpoint?.isRoutine != true { metrics.keep(record) }
    }

    /// Where a request came from whose token is wrong or missing: else nobody could see who guesses.
    private static func address(_ turn: Turn, _ reason: Reason?) -> String? {
        switch reason {
        case .unauthenticated, .invalidToken: turn.exchange.peerAddress
        case .rateLimited where turn.admission?.principal == nil: turn.exchange.peerAddress
        default: nil
        }
    }

    /// Writes the line of bytes that were no request.
    func logRefusal(id: String, _ answer: Response, _ reason: Reason) {
        metrics.refused(status: answer.status)
        let record = RequestRecord(
            time: clock.wallClock, requestID: id, method: .other, route: "-", status: answer.status,
            durationNanoseconds: 0, bytes: answer.body.count, reason: reason)
        log.log(record)
        metrics.keep(record)
    }

    /// Writes a line about a fault of this program.
    func logFault(_ message: String, _ error: ResponseError) {
        let cause =
            switch error {
            case .invalidField(let name): "invalid field \(name)"
            case .reservedField(let name): "reserved field \(name)"
            case .invalidStatus(let status): "invalid status \(status)"
            }
        log.log(LogEvent(time: clock.wallClock, .error, message, ["cause": .text(cause)]))
    }

    /// Writes a line for one call to Luma, at debug level.
    private func logAttempt(_ attempt: CallContext.Attempt, of turn: Turn) {
        log.log(
            LogEvent(
                time: clock.wallClock, .debug, "Call to Luma",
                [
                    "request_id": .text(turn.id), "operation": .text(attempt.operation),
                    "attempt": .integer(attempt.number), "outcome": .text(attempt.outcome),
                    "duration_us": .integer(Int(attempt.seconds * 1e6)),
                ]))
    }

    /// Says when Luma or the key begins to fail, and when it works again.
    private func logReachability(_ outcome: Reachability.Outcome) {
        switch outcome {
        case .reachable: log.log(LogEvent(time: clock.wallClock, .info, "Luma answers"))
        case .failing(let cause):
            log.log(LogEvent(time: clock.wallClock, .warning, "Luma cannot be used", ["cause": .text(cause)]))
        }
    }

    /// Writes a line about what is no request.
    func logEvent(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogEvent.Value>) {
        log.log(LogEvent(time: clock.wallClock, level, message, fields))
    }

    /// Hands what is gathered to the log, before the end.
    func flushLog() { log.flush() }
}
