import Core
import IO
import MCP
import ToolSources

/// Keeps one upstream: connects to it and does so again, makes calls, and knows what it offers. On the upstreams' loop.
final class UpstreamKeeper {
    /// How long what a lost upstream has offered is offered all the same, in seconds: lists that flap hurt more.
    static let grace = 300.0
    /// Without a word of it for so long it is asked whether it is there, in seconds.
    private static let idleSeconds = 60.0
    /// For the farewell at the end of the gateway, in seconds.
    private static let secondsToEnd = 1.0
    /// What several words say at about the same time is looked at once, in seconds.
    static let gatherSeconds = 0.2
    /// Between two looks at the lists of one that does not tell of changes, in seconds.
    private static let pollSeconds = 300.0

    let entry: UpstreamEntry
    let reactor: Reactor
    let clock: LoopClock
    let settings: UpstreamHost.Settings
    private let runs: UpstreamRuns
    private let makeTransport: (UpstreamEntry) -> any UpstreamTransport
    /// Told whenever what is offered, or told of it, is another.
    private let changed: (UpstreamKeeper) -> Void

    private(set) var link: UpstreamLink?
    private(set) var agreement: UpstreamClient.Agreement?
    /// Why it does not answer; nil while it does.
    private(set) var fault: UpstreamFault?
    private var outage = OutageNotice()
    var patience = UpstreamPatience()
    var calls: [UInt64: (UpstreamFault) -> Void] = [:]
    private(set) var timers: [Timer: TimerQueue.Token] = [:]
    var lastHeard: MonotonicTime
    var isEnded = false
    /// It was connected to, or a call has tried to.
    private(set) var hasStarted = false
    /// The first attempt is under way.
    var isStarting: Bool { hasStarted && fault == nil && agreement == nil }
    /// Work on this loop that has to end before the keeper does.
    private var work: [Int: Task<Void, Never>?] = [:]
    private var lastWork = 0

    /// What is offered now, and what it was made of.
    private(set) var hosted: HostedUpstream?
    var offer: UpstreamOffer?
    /// The same from before the start; nil once it has said what it offers.
    private(set) var recalled: UpstreamOffer?
    /// A list is being read; and another has to be after it.
    var isReading = false
    var isReadAgain = false
    /// Why its lists cannot be read, though it answers.
    var listProblem: String?

    /// What callers have subscribed to of it, and how far that is.
    var subscriptions = UpstreamSubscriptions()
    /// Told of each resource that somebody has subscribed to and that reads otherwise now.
    let updated: (String) -> Void

    enum Timer { case retry, grace, look, poll, idle, subscription, updates }

    init(
        _ entry: UpstreamEntry, _ settings: UpstreamHost.Settings, _ runs: UpstreamRuns, on reactor: Reactor,
        makeTransport: @escaping (UpstreamEntry) -> any UpstreamTransport,
        changed: @escaping (UpstreamKeeper) -> Void, updated: @escaping (String) -> Void
    ) {
        self.entry = entry
        self.settings = settings
        self.runs = runs
        self.reactor = reactor
        self.makeTransport = makeTransport
        self.changed = changed
        self.updated = updated
        clock = LoopClock(reactor)
        lastHeard = clock.now
    }

    // MARK: The connection

    /// Connects, now; nothing when it is connected or being so.
    func connect() {
        guard link == nil, !isEnded else { return }
        hasStarted = true
        stop(.retry)
        patience.began(now: clock.now)
        let link = UpstreamLink(entry, makeTransport(entry), on: reactor)
        self.link = link
        start { [self] in
            await link.begin { [weak self, weak link] event in
                guard let self, self.link === link else { return }
                take(event)
            }
        }
    }

    private func take(_ event: UpstreamLink.Event) {
        lastHeard = clock.now
        switch event {
        case .connected(let agreement):
            let isNew = fault != nil || self.agreement == nil
            self.agreement = agreement
            fault = nil
            outage.ended()
            stop(.grace)
            if isNew {
                runs.log(
                    HostEvent(
                        .info, "Connected to an upstream",
                        ["upstream": entry.name, "revision": agreement.revision.rawValue]))
            }
            readLists()
            watchIdle()
            poll()
            subscriptions.begin()
            if agreement.revision.era == .modern { subscribe() } else { subscribeEach() }
            changed(self)
        case .disconnected(let fault): lost(fault)
        case .changed: lookSoon()
        case .updated(let uri): note(updated: uri)
        // What tells of resources alone says nothing of lists.
        case .listening(let isOpen): if isOpen, announcesLists { stop(.poll) } else { poll() }
        }
    }

    /// The connection is lost, or there was none.
    private func lost(_ fault: UpstreamFault) {
        guard let link else { return }
        self.link = nil
        for timer in [Timer.poll, .idle, .look, .subscription, .updates] { stop(timer) }
        subscriptions.end()
        let deadline = clock.now.advanced(seconds: isEnded ? Self.secondsToEnd : 2 * settings.patience)
        start { await link.close(fault, by: deadline) }
        if !isEnded, outage.failed(now: clock.now) {
            runs.log(
                HostEvent(.warning, "An upstream does not answer", ["upstream": entry.name, "cause": fault.text]))
        }
        self.fault = fault
        guard !isEnded else { return }
        var random = SystemRandomNumberGenerator()
        let isCrash = if case .stdio = entry.way { fault.kind != .ended } else { false }
        let next = patience.failed(isCrash: isCrash, now: clock.now, random: &random)
        start(.retry, at: next) { [weak self] in self?.connect() }
        beginGrace()
        changed(self)
    }

    /// What a lost upstream has offered is offered for a while.
    func beginGrace() {
        guard fault != nil, hosted != nil, timers[.grace] == nil else { return }
        start(.grace, at: clock.now.advanced(seconds: Self.grace)) { [weak self] in
            guard let self else { return }
            offer = nil
            offers(nil)
        }
    }

    /// Asks whether it is there, on the session that there is.
    func check() {
        guard let link, let agreement = link.agreement else { return }
        let isModern = agreement.revision.era == .modern
        link.request(isModern ? "server/discover" : "ping", [:], seconds: Double(entry.limits.connectSeconds)) {
            [weak self, weak link] outcome in
            guard let self, self.link === link else { return }
            lastHeard = clock.now
            // It answers, whatever it says.
            guard case .failure(.fault(let fault)) = outcome, fault.kind != .auth, fault.kind != .ended else {
                return watchIdle()
            }
            lost(fault)
        }
    }

    private func watchIdle() {
        start(.idle, at: lastHeard.advanced(seconds: Self.idleSeconds)) { [weak self] in
            guard let self else { return }
            if clock.now.seconds(since: lastHeard) >= Self.idleSeconds { check() } else { watchIdle() }
        }
    }

    // MARK: Lists

    /// Reads the lists soon, or tries the connection now.
    func look() { if link == nil { connect() } else { lookSoon() } }

    private func lookSoon() {
        guard timers[.look] == nil else { return }
        start(.look, at: clock.now.advanced(seconds: Self.gatherSeconds)) { [weak self] in self?.readLists() }
    }

    private var announcesLists: Bool {
        UpstreamPages.Kind.allCases.contains { agreement?.announces($0) ?? false }
    }

    func poll() {
        start(.poll, at: clock.now.advanced(seconds: Self.pollSeconds)) { [weak self] in
            guard let self else { return }
            readLists()
            poll()
        }
    }

    /// Offers this from now on, if it is anything else than before.
    /// - Parameter recalled: what it was made of, if that is from before the start.
    func offers(_ tools: UpstreamTools?, recalled: UpstreamOffer? = nil) {
        let isFirst = hosted == nil || self.recalled != nil
        let isNew = tools != hosted?.offered
        if isNew { hosted = tools.map { HostedUpstream(self, $0, on: reactor) } }
        if isNew || (self.recalled == nil) != (recalled == nil) {
            let news =
                recalled != nil
                ? "An upstream is offered as it was before the start"
                : isFirst ? "An upstream is offered" : "What an upstream offers has changed"
            tell(of: tools, news)
        }
        self.recalled = recalled
        changed(self)
    }

    private func tell(of tools: UpstreamTools?, _ news: String) {
        guard let tools else {
            return runs.log(HostEvent(.info, "An upstream is no longer offered", ["upstream": entry.name]))
        }
        let counts: KeyValuePairs = [
            "upstream": entry.name, "tools": String(tools.tools.count), "prompts": String(tools.prompts.count),
            "resources": String(tools.resources.count + tools.templates.count),
        ]
        runs.log(HostEvent(.info, news, counts))
    }

    // MARK: The end

    /// Ends the connection; every call fails, and what comes after.
    func end() async {
        isEnded = true
        for timer in Array(timers.keys) { stop(timer) }
        lost(UpstreamFault(.ended, mayHaveRun: true, "it is no longer configured, or the gateway ends"))
        for task in Array(work.values) { await task?.value }
    }

    /// Does something in a task, whose end the keeper's own waits for.
    func start(_ body: @escaping () async -> Void) {
        lastWork += 1
        let number = lastWork
        work[number] = .some(nil)
        let task = reactor.start { [self] in
            await body()
            work[number] = nil
        }
        if work.keys.contains(number) { work[number] = .some(task) }
    }

    func start(_ timer: Timer, at deadline: MonotonicTime, _ then: @escaping () -> Void) {
        stop(timer)
        timers[timer] = reactor.schedule(at: deadline) { [weak self] in
            self?.timers[timer] = nil
            then()
        }
    }

    func stop(_ timer: Timer) { if let token = timers.removeValue(forKey: timer) { reactor.cancel(token) } }
}
