import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import LumaClient
import MCP
import Settings
import Store

/// What one loop has of its own: its way to Luma, its rendered answers, its part of the log.
final class LoopContext {
    let reactor: Reactor
    let clock: LoopClock
    let gate: Gatekeeper
    let health: HealthAnswer
    let reads: ReadService
    let operations: OperationService
    let templates: TemplatesService
    let feeds: FeedsService
    let keys: KeyService
    private let openAPI: OpenAPIService
    let status: StatusService
    let luma: LumaClient
    let recorder: RequestRecorder
    let handshakes: HandshakeLog
    private let healthInterval: Double
    /// Of Luma, after the start, by whichever loop makes it.
    let firstCheck: Milestone
    let reconcilerSettings: Reconciler.Settings

    init(_ shared: Shared, reactor: Reactor, transport: any Transport) {
        self.reactor = reactor
        clock = LoopClock(reactor)
        gate = Gatekeeper(shared.access, clock: clock)
        let log = LoopLog(shared.log, on: reactor)
        recorder = RequestRecorder(log: log, account: shared.account, local: gate.local, clock: clock)
        handshakes = HandshakeLog(log, on: reactor, clock)
        firstCheck = shared.firstCheck
        health = shared.makeHealth(clock: clock)
        status = shared.makeStatus(health, reactor: reactor, clock: clock)
        luma = shared.makeClient(transport: transport, time: clock)
        reads = ReadService(shared.reads, clock: clock, parking: LoopParking(reactor))
        let events = EventsService(
            luma: luma, reads: reads, zones: shared.zones, templates: shared.templates,
            confirmations: Confirmations(
                shared.mcp.seal, StoredConfirmations(store: shared.store, reactor: reactor, clock: clock)),
            clock: clock)
        templates = TemplatesService(catalog: shared.templates)
        feeds = shared.makeFeeds(events, reactor: reactor, clock: clock)
        keys = KeyService(shared.access, store: shared.store, reactor: reactor, clock: clock) {
            [recorder] action, key, actor in
            recorder.event(
                .info, "API key changed",
                [
                    "action": .text(action), "key_id": .text(key), "actor": .text(actor.label),
                    "request_id": .text(actor.requestID ?? "-"),
                ])
        }
        openAPI = OpenAPIService(shared.openAPI)
        let changes = shared.mcp.changes
        operations = OperationService(
            events: events, coordinator: shared.makeCoordinator(reactor: reactor, clock: clock), reactor: reactor,
            clock: clock,
            patience: shared.patience
        ) { changes.publish($0) }
        shared.metrics.add(recorder.metrics, on: reactor.executor)
        luma.observer = recorder
        reads.metrics = recorder.metrics
        reconcilerSettings = Reconciler.Settings(
            settleSeconds: shared.configuration.memory.settleSeconds,
            keepSeconds: max(60, shared.configuration.memory.duplicateWindowSeconds),
            patience: min(15, shared.patience))
        healthInterval = shared.configuration.calls.healthIntervalSeconds
    }

    /// Starts the background check of Luma on this loop; cancel the task to end it.
    func startMonitor() -> Task<Void, Never> {
        let monitor = HealthMonitor(
            luma: luma, clock: clock, interval: healthInterval, firstCheck: firstCheck, onCheck: status.noteBudget
        ) { [recorder] in
            recorder.reachability($0)
        }
        return reactor.start { await monitor.run() }
    }

    /// The answer that needs nobody else; nil of an endpoint that may have to ask Luma.
    func localAnswer(_ input: RequestInput) throws(APIError) -> Response? {
        switch input.endpoint.kind {
        case .listTemplates: try templates.list(input)
        case .getTemplate: try templates.get(input)
        case .openAPI: try openAPI.answer(input)
        default: nil
        }
    }

    /// - Parameter timeout: the longest that the caller waits, in seconds.
    func upstreamCall(_ timeout: Double?, _ priority: Priority, _ context: RequestContext) -> UpstreamCall {
        let exchange = context.exchange
        let call = operations.upstreamCall(
            CallContext(context.sender(priority)) { !exchange.isOpen }, timeout: timeout)
        call.context.traceparent = context.admission?.trace?.traceparent
        call.context.requestID = context.id
        return call
    }

    /// Serves an endpoint that needs Luma, to the end.
    func answer(_ input: RequestInput, _ representation: Representation, _ context: RequestContext) async {
        // A list of everything waits behind who looks at one thing, and so does who says that there is no hurry.
        let isStream = input.endpoint.listsEvents && representation != .json
        let call = upstreamCall(input.timeout, isStream || input.isBackground ? .background : .interactive, context)
        do throws(APIError) {
            if isStream {
                let query = try EventListQuery(input.query, isTable: representation == .csv)
                return try await streamList(query, as: representation, input, context, call)
            }
            if representation == .calendar {
                let response = try await operations.events.calendar(
                    try input.loneEventID(), input.wish, input.conditions, call)
                return context.finish(input.endpoint, response, calls: call.context)
            }
            let response: Response =
                if input.endpoint.isWrite {
                    try await operations.write(try WriteRequest(input), call).response
                } else {
                    try await operations.read(try ReadRequest(input), input.wish, call).response(input.conditions)
                }
            context.finish(input.endpoint, response, calls: call.context)
        } catch {
            let error = await operations.explained(error)
            context.finish(input.endpoint, error.described(after: call.context), calls: call.context)
        }
    }
}

extension LoopContext: ToolAuditor {
    var now: MonotonicTime { clock.now }

    /// Writes the one line of a tool's call.
    func audit(_ call: ToolAudit) {
        recorder.metrics.used(call)
        recorder.event(
            .info, "Tool call",
            [
                "label": .text(call.label), "tool": .text(call.tool ?? "-"),
                "source": .text(call.source ?? "-"), "arguments": .text(call.argumentDigest),
                "host": .text(call.host ?? "-"), "outcome": .text(call.outcome.rawValue),
                "duration_us": .integer(Int(call.durationNanoseconds / 1000)),
            ])
    }
}

extension LoopContext: CallLimiter {
    func begin(_ principal: Principal) -> CallRefusal? { gate.rules.toolCalls.begin(principal, at: clock.now) }
    func ended(_ principal: Principal) { gate.rules.toolCalls.ended(principal) }
}

extension ToolBox {
    /// A dispatcher of one loop with everything registered.
    static func dispatcher(_ loopContext: LoopContext, _ shared: Shared) -> Dispatcher {
        let dispatcher = dispatcher(
            loopContext.operations,
            Parts(
                health: ToolHealth(
                    loopContext.health, account: shared.account, firstCheck: shared.firstCheck,
                    reactor: loopContext.reactor),
                plugins: shared.plugins, seal: shared.mcp.seal, catalog: shared.templates, zones: shared.zones,
                asksByFormOnly: shared.configuration.access.asksByFormOnly),
            rounds: shared.mcp.rounds)
        dispatcher.registry.toolsChange =
            shared.mcp.sources.isExpected || shared.access.toolsets.count > 0 || shared.access.keys != nil
        dispatcher.registry.othersChange = shared.upstreams != nil || shared.access.keys != nil
        dispatcher.subscribers = shared.upstreams?.subscribers
        dispatcher.auditor = loopContext
        dispatcher.limiter = loopContext
        dispatcher.changesNothing = shared.access.readOnly
        return dispatcher
    }
}

extension LoopContext {
    /// Starts to look for the effects of lost writes on this loop; cancel the task to end it.
    func startReconciler() -> Task<Void, Never> {
        let reconciler = Reconciler(
            luma: luma, store: operations.coordinator.store, account: operations.coordinator.account, reactor: reactor,
            clock: clock,
            steady: operations.coordinator.steady,
            settings: reconcilerSettings
        ) { [self] write, effect in logSettled(write, effect) }
        let executor = reactor.executor
        let bound = LoopBound(reconciler, on: executor)
        let wakeSignal = operations.coordinator.wakeSignal
        wakeSignal.setListener { executor.execute { bound.value.wake() } }
        return reactor.start {
            await reconciler.run()
            wakeSignal.setListener(nil)
        }
    }

    /// An operator who reads this can find the event that a caller never heard of; and who follows the events hears of it now.
    private func logSettled(_ write: AbandonedWrite, _ effect: WriteEffect) {
        let touched = write.touched(effect)
        if case .done = effect { operations.announce(touched) }
        let (level, found): (LogLevel, String) =
            switch effect {
            case .none: (.info, "not_done")
            case .done: (.info, "done")
            case .unknown: (.warning, "unknown")
            }
        recorder.event(
            level, "The outcome of a write was determined",
            ["operation": .text(write.operation), "found": .text(found), "event_id": .text(touched.event ?? "")])
    }
}

extension AbandonedWrite {
    /// What it was to change, or has made.
    fileprivate func touched(_ effect: WriteEffect) -> Touched {
        let body = (try? JSON.parse(self.body))?.objectValue ?? JSONObject()
        let touched = Touched(operation, subject: subject, body: body)
        if case .done(let result) = effect { return touched.naming(new: result) }
        return touched
    }
}

extension Touched {
    /// The event that it belongs to; nil when that is none, or is not known. What else was changed stands in no log: a guest may
    /// be named by an address.
    fileprivate var event: String? {
        guard case .thing(let thing) = owner, thing.kind == .event else { return nil }
        return thing.id
    }
}
