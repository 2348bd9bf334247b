import Core
import IO
import MCP
import ToolSources

/// One conversation with an upstream: what the client wants done, with a transport and timers. On the upstreams' loop.
final class UpstreamLink {
    /// What whoever keeps it is told.
    enum Event {
        case connected(UpstreamClient.Agreement)
        /// It is over; another link is needed for another conversation.
        case disconnected(UpstreamFault)
        case changed(UpstreamPages.Kind)
        /// The resource of this URI reads otherwise now.
        case updated(String)
        /// The server speaks unasked, or does not.
        case listening(Bool)
    }

    typealias Outcome = Result<JSONObject, UpstreamClient.Failure>
    /// What a question of the server's is answered with.
    typealias Answer = Result<JSONObject, JSONRPCError>
    /// What the server wants of the caller's user in the course of a request.
    enum Question {
        /// The parameters of a form, with what answers it.
        case asked(JSONObject, (Answer) -> Void)
        /// The form is not to be filled in any more, and an answer to it is not sent.
        case withdrawn
    }
    typealias Asked = (Question) -> Void

    private struct Waiter {
        let seconds: Double
        let ceiling: MonotonicTime
        let progress: ((JSONObject) -> Void)?
        let asked: Asked?
        let acknowledged: (() -> Void)?
        let then: (Outcome) -> Void
        /// The number of what is asked and has no answer yet.
        var question: Int?
    }

    private let reactor: Reactor
    private let clock: LoopClock
    private let transport: any UpstreamTransport
    private var client: UpstreamClient
    private var waiters: [Int: Waiter] = [:]
    private var timers: [Int: TimerQueue.Token] = [:]
    private var heard: (Event) -> Void = { _ in }
    private var todo: [UpstreamClient.Action] = []
    private var isBusy = false
    private var lastQuestion = 0
    /// Requests that were made before the transport was ready.
    private var early: [() -> Void]? = []
    /// The conversation is over.
    private var fault: UpstreamFault?

    init(_ entry: UpstreamEntry, _ transport: any UpstreamTransport, on reactor: Reactor) {
        self.reactor = reactor
        self.transport = transport
        clock = LoopClock(reactor)
        let hasExchanges = if case .http = entry.way { true } else { false }
        client = UpstreamClient(era: entry.era, connectSeconds: entry.limits.connectSeconds, hasExchanges: hasExchanges)
    }

    /// What both have agreed on; nil while they have not.
    var agreement: UpstreamClient.Agreement? { client.agreement }
    var strays: Int { client.strays }

    /// Begins the conversation.
    func begin(_ heard: @escaping (Event) -> Void) async {
        self.heard = heard
        transport.arrived = { [weak self] arrival in
            guard let self else { return }
            if case .listening(let isOpen) = arrival { self.heard(.listening(isOpen)) }
            perform(client.take(arrival, now: clock.now))
        }
        do throws(UpstreamFault) {
            try await transport.open()
        } catch {
            return end(error)
        }
        guard fault == nil else { return }
        perform(client.connect(now: clock.now))
        let waiting = early ?? []
        early = nil
        for request in waiting { request() }
    }

    /// Ends the conversation; whatever waits fails. Nothing is heard of it any more.
    func close(_ fault: UpstreamFault, by deadline: MonotonicTime) async {
        heard = { _ in }
        end(fault)
        await transport.close(by: deadline)
    }

    private func end(_ fault: UpstreamFault) {
        guard self.fault == nil else { return }
        self.fault = fault
        let waiting = early ?? []
        early = nil
        perform(client.lose(fault))
        for request in waiting { request() }
    }

    /// Has the server speak unasked, where that needs a channel.
    func listen() { perform(client.listen()) }

    // MARK: Requests

    /// Makes a request, whose end is told once.
    /// - Parameters:
    ///   - seconds: for the request, and anew after each word on its progress.
    ///   - ceiling: its end in any case.
    ///   - capabilities: what can be asked for in the course of it.
    ///   - asked: told of what is asked for so; until the answer, or until it is withdrawn, the request has all the time up to its ceiling.
    ///   - acknowledged: told once a request for news was heard.
    /// - Returns: what gives it up.
    @discardableResult
    func request(
        _ method: String, _ params: JSONObject, name: String? = nil, seconds: Double, ceiling: MonotonicTime? = nil,
        capabilities: JSONObject = [:], progress: ((JSONObject) -> Void)? = nil, asked: Asked? = nil,
        acknowledged: (() -> Void)? = nil, then: @escaping (Outcome) -> Void
    ) -> (UpstreamFault) -> Void {
        let now = clock.now
        let ceiling = ceiling ?? now.advanced(seconds: seconds)
        let waiter = Waiter(
            seconds: seconds, ceiling: ceiling, progress: progress, asked: asked, acknowledged: acknowledged, then: then
        )
        let ticket = Ticket()
        let make = { [self] in
            if ticket.isGivenUp { return }
            if let fault { return then(.failure(.fault(fault.beforeAnything))) }
            let (id, actions) = client.request(
                method, params, name: name, deadline: ceiling, tellsProgress: progress != nil,
                capabilities: capabilities, now: clock.now)
            ticket.id = id
            waiters[id] = waiter
            watch(id, until: min(now.advanced(seconds: seconds), ceiling))
            perform(actions)
        }
        if early == nil { make() } else { early?.append(make) }
        return { [self] fault in
            if ticket.isGivenUp { return }
            ticket.isGivenUp = true
            guard let id = ticket.id else { return then(.failure(.fault(fault))) }
            perform(client.giveUp(id, fault, now: clock.now))
        }
    }

    private final class Ticket {
        var id: Int?
        var isGivenUp = false
    }

    /// The same for whoever waits on this loop. A cancelled task gives the request up.
    func ask(_ method: String, _ params: JSONObject, seconds: Double) async -> Outcome {
        var giveUp: ((UpstreamFault) -> Void)?
        do {
            return try await reactor.suspend { suspension in
                giveUp = request(method, params, seconds: seconds) { suspension.resume(returning: $0) }
            }
        } catch {
            let fault = UpstreamFault(.ended, mayHaveRun: false, "the request was given up")
            giveUp?(fault)
            return .failure(.fault(fault))
        }
    }

    private func watch(_ id: Int, until deadline: MonotonicTime) {
        if let timer = timers[id] { reactor.cancel(timer) }
        timers[id] = reactor.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            timers[id] = nil
            perform(
                client.giveUp(
                    id, UpstreamFault(.timeout, mayHaveRun: true, "it has not answered in time"), now: clock.now))
        }
    }

    private func unwatch(_ id: Int) { if let timer = timers.removeValue(forKey: id) { reactor.cancel(timer) } }

    // MARK: What the client wants

    /// In order, also of what comes while something is being done.
    private func perform(_ actions: [UpstreamClient.Action]) {
        todo += actions
        guard !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        while !todo.isEmpty { perform(todo.removeFirst()) }
    }

    private func perform(_ action: UpstreamClient.Action) {
        switch action {
        case .send(let message, let deadline):
            // A request of the handshake is nobody's but the client's.
            if let id = message.id, waiters[id] == nil { watch(id, until: deadline) }
            transport.send(message, deadline: deadline)
        case .cancel(let id): transport.cancel(id)
        case .listen: transport.listen()
        case .connected(let agreement):
            for id in Array(timers.keys) where waiters[id] == nil { unwatch(id) }
            heard(.connected(agreement))
        case .disconnected(let fault):
            for id in Array(timers.keys) where waiters[id] == nil { unwatch(id) }
            self.fault = self.fault ?? fault
            heard(.disconnected(fault))
        case .ended(let id, let outcome):
            unwatch(id)
            waiters.removeValue(forKey: id)?.then(outcome)
        case .progress(let id, let params):
            guard let waiter = waiters[id] else { return }
            watch(id, until: min(clock.now.advanced(seconds: waiter.seconds), waiter.ceiling))
            waiter.progress?(params)
        case .asked(let id, let question, let params):
            guard let waiter = waiters[id], let asked = waiter.asked else {
                return perform(client.answer(question, of: id, .failure(.methodNotFound()), now: clock.now))
            }
            watch(id, until: waiter.ceiling)
            lastQuestion += 1
            let number = lastQuestion
            waiters[id]?.question = number
            asked(.asked(params) { [weak self] in self?.answer(question, number, of: id, $0) })
        case .withdrawn(let id):
            guard let waiter = waiters[id] else { return }
            waiters[id]?.question = nil
            watch(id, until: min(clock.now.advanced(seconds: waiter.seconds), waiter.ceiling))
            waiter.asked?(.withdrawn)
        case .changed(let kind): heard(.changed(kind))
        case .updated(let uri): heard(.updated(uri))
        case .acknowledged(let id): waiters[id]?.acknowledged?()
        }
    }

    /// The server may ask again by the id of what it has withdrawn: our own number tells the two apart.
    private func answer(_ question: JSONRPCID, _ number: Int, of id: Int, _ answer: Answer) {
        guard let waiter = waiters[id], waiter.question == number else { return }
        waiters[id]?.question = nil
        let actions = client.answer(question, of: id, answer, now: clock.now)
        if actions.isEmpty { return }
        watch(id, until: min(clock.now.advanced(seconds: waiter.seconds), waiter.ceiling))
        perform(actions)
    }
}

extension UpstreamFault {
    /// The same for a request of which nothing has gone out.
    fileprivate var beforeAnything: UpstreamFault {
        UpstreamFault(
            kind, mayHaveRun: false, text, status: status, retryAfterSeconds: retryAfterSeconds, errorCode: errorCode)
    }
}
