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
/// that it was counted in the new window. The same caution holds at the start and when the tap opens after a 429.
///
/// *A 429* closes the tap for everyone until its Retry-After, else until its reset, else for the block duration.
///
/// *Waiting* is a FIFO. A caller that cannot be served before its limit is refused at once with the time that it would
/// have taken; the others keep a place and ask again. A place is a claim: those behind see what is left after those before
/// them, so nobody is overtaken, however the wake-ups are ordered. GET and POST queue apart while they are counted apart.
///
/// Pure arithmetic: every instant comes in as a parameter. Share it with `SharedBudget`.
public struct Budget: Sendable {
    let settings: BudgetSettings
    var logs: [TokenLog]
    /// Requests of all classes, by the learned limit and window.
    var recent: TokenLog
    /// Waiters by class, in order of arrival, which is the order of their ids.
    private var queues: [[Waiter]] = [[], []]
    private var lastTicket: UInt64 = 0

    /// Counts what Luma may count together; a new one begins when nothing is known any more.
    var period: UInt64 = 0
    /// Whether an answer has shown that this period has something to give.
    var isConfirmed: Bool
    /// Requests of this period that are in flight.
    var probesInFlight = 0
    var lastProbe: MonotonicTime?
    /// Settled requests that Luma may have counted without a report that could be used, in all and at the period's start.
    var unreported = 0
    var unreportedAtStart = 0
    var closedUntil: MonotonicTime?
    var learned: LearnedWindow?

    struct Waiter {
        let id: UInt64
        /// When waiting becomes pointless.
        let latest: MonotonicTime
    }

    public init(_ settings: BudgetSettings) {
        self.settings = settings
        logs = [
            TokenLog(capacity: settings.getRequests, window: settings.window),
            TokenLog(capacity: settings.postRequests, window: settings.window),
        ]
        recent = TokenLog(capacity: settings.probes, window: settings.learnedWindow)
        isConfirmed = !settings.adaptive
    }

    /// Asks to send one request of this class, waiting no longer than `maxWait` seconds and not past `deadline`.
    public mutating func reserve(
        _ kind: RequestClass, now: MonotonicTime, maxWait: Double, deadline: MonotonicTime
    ) -> Reservation {
        advance(to: now)
        let view = outlook(kind, inClass: queues[kind.rawValue].count, inAll: queued, now)
        if view.isFree { return .proceed(grant(kind, now)) }
        let latest = min(now.advanced(seconds: max(0, maxWait)), deadline)
        guard queued < settings.queueLimit, max(view.expected, now) < latest else { return refusal(view, now) }
        lastTicket += 1
        queues[kind.rawValue].append(Waiter(id: lastTicket, latest: latest))
        return .wait(until: min(view.wake, latest), Ticket(id: lastTicket, kind: kind))
    }

    /// Asks again when a waiter wakes; the tap may have closed meanwhile, or opened. A ticket that is no longer in the
    /// queue is refused.
    public mutating func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        advance(to: now)
        let queue = ticket.kind.rawValue
        let place = index(of: ticket.id, in: queue)
        guard place < queues[queue].count, queues[queue][place].id == ticket.id else {
            return .refuse(retryAfterSeconds: 1)
        }
        let ahead = place + index(of: ticket.id, in: 1 - queue)
        let view = outlook(ticket.kind, inClass: place, inAll: ahead, now)
        if view.isFree {
            queues[queue].remove(at: place)
            return .proceed(grant(ticket.kind, now))
        }
        let latest = queues[queue][place].latest
        guard max(view.expected, now) < latest else {
            queues[queue].remove(at: place)
            return refusal(view, now)
        }
        return .wait(until: min(view.wake, latest), ticket)
    }

    /// Gives the place of a waiter back, when its caller has gone. Nothing happens if it has none any more.
    public mutating func cancel(_ ticket: Ticket) {
        let place = index(of: ticket.id, in: ticket.kind.rawValue)
        guard place < queues[ticket.kind.rawValue].count, queues[ticket.kind.rawValue][place].id == ticket.id else {
            return
        }
        queues[ticket.kind.rawValue].remove(at: place)
    }

    /// The state for health and metrics.
    public mutating func snapshot(now: MonotonicTime) -> BudgetSnapshot {
        advance(to: now)
        func allowance(_ kind: RequestClass) -> BudgetSnapshot.Allowance {
            let free = closedUntil != nil ? 0 : free(kind) - (learned == nil ? queues[kind.rawValue].count : queued)
            return .init(limit: learned?.limit ?? logs[kind.rawValue].capacity, remaining: max(0, free))
        }
        return BudgetSnapshot(
            get: allowance(.get), post: allowance(.post), isLearned: learned != nil, closedUntil: closedUntil,
            queued: queued, inFlight: inFlight)
    }

    var queued: Int { queues[0].count + queues[1].count }
    var inFlight: Int { logs[0].inFlight + logs[1].inFlight }

    /// The number of waiters before this id.
    private func index(of id: UInt64, in queue: Int) -> Int {
        var low = 0
        var high = queues[queue].count
        while low < high {
            let middle = (low + high) / 2
            if queues[queue][middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func grant(_ kind: RequestClass, _ now: MonotonicTime) -> Grant {
        logs[kind.rawValue].take()
        recent.take()
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

    private func outlook(_ kind: RequestClass, inClass: Int, inAll: Int, _ now: MonotonicTime) -> Outlook {
        let ahead = learned == nil ? inClass : inAll
        if closedUntil == nil, isConfirmed || mayProbe(ahead, now), free(kind) > ahead {
            return Outlook(isFree: true, expected: now, wake: now)
        }
        let expected = expected(kind, ahead: ahead, now)
        // With no time to wait for, the caller waits for answers to requests of others. Those far behind look less often.
        let pause = min(0.25, 0.02 * (1 + Double(ahead) / 32))
        let wake = expected > now ? expected : now.advanced(seconds: pause)
        return Outlook(
            isFree: false, expected: expected, wake: min(wake, now.advanced(seconds: settings.longestSleep)))
    }

    private func mayProbe(_ ahead: Int, _ now: MonotonicTime) -> Bool {
        let room = learned == nil ? settings.probes : min(settings.probes, max(1, recent.free + probesInFlight))
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
