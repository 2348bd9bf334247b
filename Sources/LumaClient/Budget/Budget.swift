public import Core

/// Decides when a request may be sent to Luma, for one account, whatever its path.
///
/// Theory of operation. Until Luma says otherwise, GET and POST each have a `TokenLog` of the configured size. Once an
/// answer carries `X-RateLimit-Limit` and `-Remaining` (and the settings allow it) these replace both: one pool for all
/// requests, in windows that Luma opens and closes.
///
/// *Within a window* what is free is `remaining - in flight`, where `remaining` is the smallest number that Luma has
/// reported since the window began. Luma's count only grows in a window, so every request that is already answered is in
/// the smallest report, whatever the order in which answers arrive; the ones in flight may or may not be, and are
/// subtracted. So is every request that ended without a report while the reporting one was on its way. `remaining` never
/// rises before the window changes.
///
/// *A window changes* when its reset has passed here, or when an answer names a reset that lies well after the one that is
/// known. In the first case nothing is known of the new window yet: only a few probes may fly until one of them is answered: one,
/// and up to `settings.probes` as far as our own requests of the last minute leave room, for Luma may count a sliding
/// minute. An answer to a request of an earlier period cannot raise anything, unless its reset proves
/// that it was counted in the new window. The same caution holds at the start and when the tap opens after a 429. What a
/// predecessor has left behind may be older than its last requests: until one answer has come, one request flies at a time.
///
/// *A 429* closes the tap for everyone until its Retry-After, else until its reset, else for the block duration.
///
/// *Waiting* is a fair queue: who has had little comes before who has had much, background work behind nearly all
/// (`Fairness`). A caller that cannot be served before its limit is refused at once with the time that it would have taken;
/// the others keep a place and ask again. A place is a claim: those behind see what is left after those before them,
/// however the wake-ups are ordered. When the queue is full, one who would stand further ahead takes the place of the
/// last. GET and POST queue apart while they are counted apart.
///
/// *The end of a window* belongs to everybody: a sender that has had more than half of it, and background work, leave
/// a part to others that shrinks to nothing by the reset, so that no script empties a window in its first second.
///
/// Pure arithmetic: every instant comes in as a parameter. Share it with `SharedBudget`.
public struct Budget: Sendable {
    let settings: BudgetSettings
    var logs: [TokenLog]
    /// Requests of all classes, by the learned limit and window.
    var recent: TokenLog
    /// Waiters by class.
    private var queues = [FairQueue(), FairQueue()]
    private var lastTicket: UInt64 = 0
    private(set) var fairness: Fairness

    /// Counts what Luma may count together; a new one begins when nothing is known any more.
    var period: UInt64 = 0
    /// Whether an answer has shown that this period has something to give.
    var isConfirmed: Bool
    /// Whether `remaining` is what a predecessor wrote down and no answer has shown yet that it is true.
    var isDoubtful = false
    /// Requests of this period that are in flight.
    var probesInFlight = 0
    var lastProbe: MonotonicTime?
    /// Settled requests that Luma may have counted without a report that could be used, in all and at the period's start.
    var unreported = 0
    var unreportedAtStart = 0
    var closedUntil: MonotonicTime?
    var learned: LearnedWindow?
    var share = BudgetShare()

    public init(_ settings: BudgetSettings) {
        self.settings = settings
        logs = [
            TokenLog(capacity: settings.getRequests, window: settings.window),
            TokenLog(capacity: settings.postRequests, window: settings.window),
        ]
        recent = TokenLog(capacity: settings.probes, window: settings.learnedWindow)
        isConfirmed = !settings.adaptive
        fairness = Fairness(requests: min(settings.getRequests, settings.postRequests) / 2)
    }

    /// Asks to send one request of this class, waiting no longer than `maxWait` seconds and not past `deadline`.
    public mutating func reserve(
        _ kind: RequestClass, from sender: Sender = Sender(), now: MonotonicTime, maxWait: Double,
        deadline: MonotonicTime
    ) -> Reservation {
        advance(to: now)
        share.wantedAt = now
        let place = FairQueue.Place(tag: fairness.tag(sender), id: lastTicket + 1)
        let view = outlook(kind, sender, place, now)
        if view.isFree {
            fairness.book(sender, place.tag)
            return .proceed(grant(kind, sender, place.tag, now))
        }
        let latest = min(now.advanced(seconds: max(0, maxWait)), deadline)
        guard max(view.expected, now) < latest, queued < settings.queueLimit || displaceLast(before: place) else {
            return refusal(view, now)
        }
        fairness.book(sender, place.tag)
        lastTicket = place.id
        queues[kind.rawValue].insert(FairQueue.Waiter(place: place, sender: sender, latest: latest))
        return .wait(until: min(view.wake, latest), Ticket(place: place, kind: kind, sender: sender))
    }

    /// Asks again when a waiter wakes; the tap may have closed meanwhile, or opened, or others came in between. A ticket
    /// that is no longer in the queue is refused.
    public mutating func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        advance(to: now)
        let queue = ticket.kind.rawValue
        guard let waiter = queues[queue][ticket.place] else {
            let last = FairQueue.Place(tag: .max, id: .max)
            return refusal(outlook(ticket.kind, ticket.sender, last, now), now)
        }
        let view = outlook(ticket.kind, ticket.sender, ticket.place, now)
        if view.isFree {
            _ = queues[queue].remove(ticket.place)
            return .proceed(grant(ticket.kind, ticket.sender, ticket.place.tag, now))
        }
        guard max(view.expected, now) < waiter.latest else {
            leave(ticket.place, queue)
            return refusal(view, now)
        }
        return .wait(until: min(view.wake, waiter.latest), ticket)
    }

    /// Gives the place of a waiter back, when its caller has gone. Nothing happens if it has none any more.
    public mutating func cancel(_ ticket: Ticket) { leave(ticket.place, ticket.kind.rawValue) }

    private mutating func leave(_ place: FairQueue.Place, _ queue: Int) {
        if let waiter = queues[queue].remove(place) { fairness.refund(waiter.sender) }
    }

    /// Takes the last of all waiters out of a full queue, if the place is before it; it will be refused when it looks.
    private mutating func displaceLast(before place: FairQueue.Place) -> Bool {
        let lasts = queues.indices.compactMap { queue in queues[queue].last.map { (queue: queue, place: $0.place) } }
        guard let last = lasts.max(by: { $0.place < $1.place }), place < last.place else { return false }
        leave(last.place, last.queue)
        return true
    }

    /// The state for health and metrics.
    public mutating func snapshot(now: MonotonicTime) -> BudgetSnapshot {
        advance(to: now)
        func allowance(_ kind: RequestClass) -> BudgetSnapshot.Allowance {
            let free = closedUntil != nil ? 0 : free(kind) - (learned == nil ? queues[kind.rawValue].count : queued)
            return .init(limit: learned?.limit ?? logs[kind.rawValue].capacity, remaining: max(0, free))
        }
        return BudgetSnapshot(
            get: allowance(.get), post: allowance(.post),
            window: learned == nil ? settings.window : settings.learnedWindow,
            resetAt: closedUntil ?? (isConfirmed ? learned?.resetAt : nil), isLearned: learned != nil,
            closedUntil: closedUntil,
            queued: queued, inFlight: inFlight, gateways: share.gateways,
            leased: share.mode == .whole || !share.isCounted ? nil : max(0, share.spare),
            isCutOff: share.mode == .cutOff)
    }

    var queued: Int { queues[0].count + queues[1].count }
    var inFlight: Int { logs[0].inFlight + logs[1].inFlight }

    private mutating func grant(
        _ kind: RequestClass, _ sender: Sender, _ tag: UInt64, _ now: MonotonicTime
    ) -> Grant {
        fairness.serve(sender, tag, period: period)
        logs[kind.rawValue].take()
        recent.take()
        share.spend()
        probesInFlight += 1
        lastProbe = now
        return Grant(kind: kind, period: period, unreported: unreported)
    }

    private func refusal(_ view: Outlook, _ now: MonotonicTime) -> Reservation {
        let seconds = view.expected.seconds(since: now).rounded(.up)
        return .refuse(retryAfterSeconds: Int(min(max(seconds, 1), 86_400)))
    }
}

extension Budget {
    struct Outlook {
        let isFree: Bool
        /// When the caller's turn comes, as far as is known; now, when only answers to others are missing.
        let expected: MonotonicTime
        /// When to look again.
        let wake: MonotonicTime
    }

    /// What this class could start now if nobody waited; negative when more is in flight than was granted since.
    func free(_ kind: RequestClass) -> Int {
        guard let learned else { return logs[kind.rawValue].free }
        return (isConfirmed ? learned.remaining : learned.limit) - inFlight
    }

    private func outlook(
        _ kind: RequestClass, _ sender: Sender, _ place: FairQueue.Place, _ now: MonotonicTime
    ) -> Outlook {
        var ahead = queues[kind.rawValue].before(place)
        let others = queues[1 - kind.rawValue].before(place)
        // Of what several programs share, tokens are of no class.
        let hasToken = share.spare > ahead + others
        if learned != nil { ahead += others }
        let left = free(kind) - ahead
        if closedUntil == nil, isConfirmed && !isDoubtful || mayProbe(ahead, now), left > 0, hasToken,
            left > leftToOthers(by: sender, now)
        {
            return Outlook(isFree: true, expected: now, wake: now)
        }
        var expected = max(expected(kind, ahead: ahead, now), returnFromOthers(to: sender, left, now))
        if !hasToken, let more = share.expected { expected = max(expected, more) }
        // With no time to wait for, the caller waits for answers to requests of others. Those far behind look less often.
        let pause = min(0.25, 0.02 * (1 + Double(ahead) / 32))
        let wake = expected > now ? expected : now.advanced(seconds: pause)
        return Outlook(
            isFree: false, expected: expected, wake: min(wake, now.advanced(seconds: settings.longestSleep)))
    }

    private func mayProbe(_ ahead: Int, _ now: MonotonicTime) -> Bool {
        var room = learned == nil ? settings.probes : min(settings.probes, max(1, recent.free + probesInFlight))
        if isDoubtful { room = 1 }
        if probesInFlight + ahead < room { return true }
        guard ahead == 0, probesInFlight < settings.probes, let lastProbe else { return false }
        return now.seconds(since: lastProbe) >= settings.probePatience
    }

    private func expected(_ kind: RequestClass, ahead: Int, _ now: MonotonicTime) -> MonotonicTime {
        let opening = closedUntil ?? now
        guard let learned else { return max(opening, logs[kind.rawValue].expected(ahead: ahead, now)) }
        if isConfirmed, learned.remaining <= ahead {
            let missing = ahead - max(free(kind), 0)
            let cycles = Double(missing / learned.limit)
            return max(opening, learned.resetAt.advanced(seconds: cycles * settings.learnedWindow))
        }
        let cycles = isConfirmed ? 0 : Double(ahead / learned.limit)
        return opening.advanced(seconds: cycles * settings.learnedWindow)
    }
}

/// What is left to others of a window that Luma has opened: `Fairness.leaves` at its begin, less and less as its time goes by,
/// nothing at its end.
///
/// A window of 200, in the middle of its minute, for a script that would take it all:
///
/// | who else asks | has had | the script leaves |
/// |---|---|---|
/// | nobody | – | 10, once it has had 100 |
/// | one caller | 12 | 44, once it has had 100 |
/// | three callers | 12 each | 57, once it has had 50 |
extension Budget {
    /// Requests that this sender would leave at the window's begin. A gateway's only caller shares with nobody.
    private func share(of sender: Sender) -> Int {
        guard sender.caller != .none, isConfirmed, let learned else { return 0 }
        return fairness.leaves(sender, limit: learned.limit, period: period)
    }

    /// When nothing has to be left any more: some seconds before the reset as we know it, which is on the late side.
    private func end(of window: LearnedWindow) -> MonotonicTime { window.resetAt.advanced(seconds: -2) }

    /// Requests that this sender leaves to others now.
    func leftToOthers(by sender: Sender, _ now: MonotonicTime) -> Int {
        let share = share(of: sender)
        guard share > 0, let learned else { return 0 }
        let time = end(of: learned).seconds(since: now) / settings.learnedWindow
        return Int(Double(share) * min(max(time, 0), 1))
    }

    /// When so little must be left to others that one of `left` requests is this sender's; now, when that is not what
    /// it waits for.
    func returnFromOthers(to sender: Sender, _ left: Int, _ now: MonotonicTime) -> MonotonicTime {
        guard left > 0, leftToOthers(by: sender, now) >= left, let learned else { return now }
        let time = Double(left) / Double(share(of: sender)) * settings.learnedWindow
        return end(of: learned).advanced(seconds: 0.001 - time)
    }
}
