public import Core

/// How the budget of one program goes together with those of others, by a ledger that somebody else keeps and asks.
///
/// | it is | and then | it becomes |
/// |---|---|---|
/// | new | it is not known to be alone: `join` | pending |
/// | alone | another one comes: `suspend` | pending; it tells what it leaves |
/// | pending | the ledger answers: `take` | leased |
/// | leased | there is news: `suspend` | pending, until the ledger answers |
/// | pending, leased | the ledger fails: `fail`, or is silent: `tick` | cut off, until it answers |
/// | any | it is the only one: `own` | alone |
extension Budget {
    /// Seconds between two reports while something is new.
    static let reportSeconds = 0.25
    /// The ledger is asked again so many seconds after it had nothing to give: until a probe is answered, and until others give
    /// something back.
    static let probeRetrySeconds = 0.025
    static let emptyRetrySeconds = 0.25
    /// Seconds for which an answer of the ledger is waited for.
    static let patience = 2.0
    /// Seconds after which a program that cannot be heard is known to the others; no share is taken before.
    static let cutOffNotice = 5.0

    /// It has the whole budget. What others have spent of an open window may be more than is known here: one request flies at a
    /// time until an answer tells it.
    public mutating func own() {
        guard share.mode != .whole else { return }
        let question = share.question
        share = BudgetShare()
        share.question = question + 1
        isDoubtful = isConfirmed
        setGateways(1)
    }

    /// Others may be there, and were never heard of: it must ask the ledger before it sends anything.
    public mutating func join() { share.mode = .pending }

    /// There is news: it must ask the ledger before it sends anything more.
    public mutating func suspend() {
        if share.mode == .whole { share.mustOpen = true }
        if share.mode != .cutOff { share.mode = .pending }
        share.asksFrom = MonotonicTime(nanoseconds: .min)
    }

    /// So many programs share the budget. Numbers that Luma has never said are divided among them.
    public mutating func setGateways(_ count: Int) {
        share.gateways = max(1, count)
        logs[RequestClass.get.rawValue].capacity = max(1, settings.getRequests / share.gateways)
        logs[RequestClass.post.rawValue].capacity = max(1, settings.postRequests / share.gateways)
    }

    /// Whether the ledger should be asked now: tokens run out, or there is something that others wait for.
    func asks(_ now: MonotonicTime) -> Bool {
        guard share.mode == .pending || share.mode == .leased, share.askedAt == nil else { return false }
        if share.mustClose || share.mustReportAtOnce { return true }
        return now >= share.asksFrom && (share.mode == .pending || wants(now))
    }

    private func wants(_ now: MonotonicTime) -> Bool {
        share.isLow && closedUntil == nil && (queued > 0 || !share.isIdle(now))
    }

    /// What has to be done without a request.
    public struct Errand: Sendable, Equatable {
        /// The ledger is to be asked.
        public var asks: Bool
        /// Seconds until it is to be looked again.
        public var pause: Double
        /// A share will be taken unasked: the others are to be told.
        public var isCutOff = false
    }

    mutating func tick(_ now: MonotonicTime) -> Errand {
        advance(to: now)
        if let since = share.askedAt, now.seconds(since: since) >= Self.patience, share.mode != .cutOff { cutOff(now) }
        let silence = now.seconds(since: share.answeredAt)
        switch share.mode {
        case .whole: return Errand(asks: false, pause: 1)
        case .pending: return Errand(asks: asks(now), pause: Self.probeRetrySeconds)
        case .cutOff: return Errand(asks: share.askedAt == nil, pause: 1, isCutOff: true)
        case .leased:
            let isIdle = share.isIdle(now) && queued == 0
            let isDue =
                share.returned > 0 || isIdle && share.tokens > 0 || share.mustReport && silence >= Self.reportSeconds
                || silence >= (isIdle ? 5 : 1)
            return Errand(
                asks: asks(now) || share.askedAt == nil && isDue,
                pause: isIdle && share.tokens == 0 ? 1 : Self.reportSeconds)
        }
    }

    /// Gathers what is to be told; `take`, `wait` or `fail` must follow.
    /// - Returns: nil while an answer is waited for, or when it is alone.
    public mutating func dues(_ now: MonotonicTime) -> BudgetDues? {
        advance(to: now)
        guard share.mode != .whole, share.askedAt == nil else { return nil }
        share.askedAt = now
        share.question += 1
        if share.isIdle(now), queued == 0 { giveBack() }
        var dues = BudgetDues()
        dues.question = share.question
        dues.opens = share.mustOpen
        (dues.returned, dues.returnedPeriod) = (share.returned, share.returnedPeriod)
        if share.mustClose || share.mustOpen { dues.closedSeconds = closedUntil.map { $0.seconds(since: now) } }
        if share.mustReport, !share.mustOpen { dues.reports = share.period }
        if isConfirmed, let learned, dues.opens || dues.reports != nil {
            dues.window = .init(
                limit: learned.limit,
                remaining: dues.opens ? max(0, learned.remaining - inFlight) : share.reported ?? learned.remaining,
                resetSeconds: max(0, learned.resetAt.seconds(since: now)))
        }
        dues.outstanding = inFlight + (share.mode == .cutOff ? 0 : share.tokens)
        dues.unleased = share.mode == .cutOff ? inFlight : 0
        dues.wants = wants(now)
        // Told once: if the ledger has not heard it, what was given back is lost for its period.
        share.returned = 0
        return dues
    }

    /// The ledger has answered.
    public mutating func take(_ allotment: BudgetAllotment, told dues: BudgetDues, now: MonotonicTime) {
        advance(to: now)
        guard dues.question == share.question else { return }
        share.askedAt = nil
        share.answeredAt = now
        share.mustOpen = false
        if dues.closedSeconds != nil { share.mustClose = false }
        if dues.reports != nil, dues.reports == share.period {
            share.mustReport = false
            share.mustReportAtOnce = false
        }
        if allotment.period != share.period {
            beginPeriod()
            share.period = allotment.period
        }
        share.take(allotment.tokens)
        share.mode = .leased
        share.isCounted = !allotment.isConfirmed || allotment.limit != nil
        if let seconds = allotment.closedSeconds {
            let until = now.advanced(seconds: min(seconds, settings.longestBlock))
            closedUntil = max(until, closedUntil ?? until)
        }
        adopt(allotment, now)
        share.emptyUntil = nil
        share.asksFrom = now
        guard allotment.tokens == 0, dues.wants else { return }
        let isEmpty = allotment.isConfirmed && allotment.left == 0
        share.asksFrom = now.advanced(seconds: isEmpty ? Self.emptyRetrySeconds : Self.probeRetrySeconds)
        guard isEmpty, let reset = allotment.resetSeconds.map({ now.advanced(seconds: $0) }) else { return }
        share.emptyUntil = reset
        share.asksFrom = min(share.asksFrom, reset.advanced(seconds: 0.001))
    }

    /// Takes over what another program has learned of the window.
    private mutating func adopt(_ allotment: BudgetAllotment, _ now: MonotonicTime) {
        guard closedUntil == nil, settings.adaptive, allotment.isConfirmed, let limit = allotment.limit,
            let reset = allotment.resetSeconds
        else { return }
        let remaining = min(limit, allotment.left + share.tokens + inFlight)
        guard !isConfirmed else {
            // The ledger knows what others hold and have given back since an answer came last.
            learned?.remaining = remaining
            return
        }
        recent.capacity = limit
        learned = LearnedWindow(
            limit: limit, remaining: remaining,
            resetAt: now.advanced(seconds: reset), stamp: nil, previousStamp: learned?.previousStamp)
        isConfirmed = true
        isDoubtful = false
    }

    /// The ledger could not be asked yet, as another program has first to say what it leaves.
    public mutating func wait(_ dues: BudgetDues, now: MonotonicTime) {
        guard dues.question == share.question else { return }
        share.askedAt = nil
        (share.returned, share.returnedPeriod) = (dues.returned, dues.returnedPeriod)
        share.asksFrom = now.advanced(seconds: Self.probeRetrySeconds)
    }

    /// The ledger cannot be asked. What was told may have been heard, or not.
    public mutating func fail(_ dues: BudgetDues, now: MonotonicTime) {
        guard dues.question == share.question else { return }
        share.askedAt = nil
        cutOff(now)
    }

    /// What is held is good to the end of its window; then there is a share of each window, from the first one on that begins after
    /// the others know of it.
    private mutating func cutOff(_ now: MonotonicTime) {
        guard share.mode != .whole, share.mode != .cutOff else { return }
        let known = now.advanced(seconds: Self.cutOffNotice)
        if learned == nil { share.isCounted = false }
        guard isConfirmed, let learned else {
            return share.cutOff(until: now.advanced(seconds: settings.learnedWindow + 1))
        }
        share.cutOff(
            until: learned.resetAt >= known
                ? learned.resetAt : learned.resetAt.advanced(seconds: settings.learnedWindow))
    }

    /// While it is cut off: the share of the window that begins.
    mutating func refill(_ now: MonotonicTime) {
        guard share.mode == .cutOff else { return }
        if !share.isCounted, let learned {
            share.isCounted = true
            share.refillAt = max(learned.resetAt, now)
        }
        // How long a window is that has begun since is known by its first answer.
        if share.isRefilled, isConfirmed, let learned { share.refillAt = min(share.refillAt, learned.resetAt) }
        guard share.refillAt <= now else { return }
        if let learned { share.refill(max(1, learned.limit / (2 * max(2, share.gateways)))) }
        share.refillAt = now.advanced(seconds: settings.learnedWindow)
    }

    /// Takes what is left of the tokens, so that it can be given back.
    public mutating func giveBack() { share.void() }

    /// An answer of Luma's has taught something of the present period.
    /// - Parameter remaining: what it says is left; nil when it says nothing.
    mutating func noteReport(_ remaining: Int?, isFirst: Bool) {
        guard share.mode == .leased || share.mode == .pending, !share.mustOpen else { return }
        if let remaining { share.reported = min(remaining, share.reported ?? remaining) }
        share.mustReport = true
        if isFirst { share.mustReportAtOnce = true }
    }
}
