import Core
import LumaClient

/// Seconds on a clock that begins far from zero, so that no test depends on the origin.
func at(_ seconds: Double) -> MonotonicTime {
    MonotonicTime(nanoseconds: 5_000_000_000).advanced(seconds: seconds)
}

extension RateLimitFields {
    static func window(limit: Int, remaining: Int, reset: Double, stamp: Int64 = 1000) -> RateLimitFields {
        var fields = RateLimitFields()
        fields.limit = limit
        fields.remaining = remaining
        fields.secondsToReset = reset
        fields.resetIsRelative = true
        fields.resetIsCoarse = false
        fields.resetStamp = Timestamp(milliseconds: stamp * 1000)
        return fields
    }

    static func retryAfter(_ seconds: Double) -> RateLimitFields {
        var fields = RateLimitFields()
        fields.retryAfter = seconds
        return fields
    }
}

extension Reservation {
    var grant: Grant? { if case .proceed(let grant) = self { grant } else { nil } }
    var ticket: Ticket? { if case .wait(_, let ticket) = self { ticket } else { nil } }
    var wake: MonotonicTime? { if case .wait(let until, _) = self { until } else { nil } }
    var retryAfter: Int? { if case .refuse(let seconds) = self { seconds } else { nil } }
}

/// A budget in a box, because expectations cannot hold calls that change a value.
final class Tap {
    var budget: Budget

    init(_ settings: BudgetSettings) { budget = Budget(settings) }

    func reserve(_ kind: RequestClass, now: MonotonicTime, maxWait: Double, deadline: MonotonicTime) -> Reservation {
        budget.reserve(kind, now: now, maxWait: maxWait, deadline: deadline)
    }
    func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation { budget.confirm(ticket, now: now) }
    func cancel(_ ticket: Ticket) { budget.cancel(ticket) }
    func settle(_ grant: Grant, _ outcome: RequestOutcome, now: MonotonicTime) {
        budget.settle(grant, outcome, now: now)
    }
    func snapshot(now: MonotonicTime) -> BudgetSnapshot { budget.snapshot(now: now) }

    /// A reservation by a caller with plenty of time.
    func ask(_ kind: RequestClass = .get, _ seconds: Double, wait: Double = 1000) -> Reservation {
        reserve(kind, now: at(seconds), maxWait: wait, deadline: at(1e6))
    }

    /// Sends one request that is answered at once.
    func spend(
        _ kind: RequestClass = .get, _ seconds: Double, status: Int = 200, _ fields: RateLimitFields = .init()
    ) -> Bool {
        guard let grant = ask(kind, seconds).grant else { return false }
        settle(grant, .answered(status: status, fields), now: at(seconds))
        return true
    }
}
