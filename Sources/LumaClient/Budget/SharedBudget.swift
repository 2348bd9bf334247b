public import Core
import Synchronization

/// The budget of one account, for all loops that send with its key. Every call is short and never waits.
public final class SharedBudget: Sendable {
    private let budget: Mutex<Budget>
    private let keeper = Mutex<Keeper?>(nil)
    /// When what has changed is to be kept next, in nanoseconds.
    private let nextKeep = Atomic<Int64>(.max)

    /// Keeps what must not be forgotten; called on a loop, and must not wait.
    public typealias Keeper = @Sendable (Budget, MonotonicTime) -> Void

    public init(_ settings: BudgetSettings) { budget = Mutex(Budget(settings)) }

    /// Goes on where a predecessor ended; see `Budget.restore`.
    public func restore(_ memory: BudgetMemory, now: MonotonicTime, wallClock: Timestamp) {
        budget.withLock { $0.restore(memory, now: now, wallClock: wallClock) }
    }

    /// From now on `keeper` is given the budget when it has changed: at the first grant, when a limit is learned, at each
    /// 429, and in between once a second at most.
    public func keep(with keeper: @escaping Keeper) {
        self.keeper.withLock { $0 = keeper }
        nextKeep.store(.min, ordering: .relaxed)
    }

    /// Keeps it as it is, before the end.
    public func keepNow(_ now: MonotonicTime) { keepIfDue(now, isUrgent: true) }

    private func keepIfDue(_ now: MonotonicTime, isUrgent: Bool = false) {
        let due = nextKeep.load(ordering: .relaxed)
        guard due != .max, isUrgent || now.nanoseconds >= due,
            nextKeep.compareExchange(
                expected: due, desired: now.advanced(seconds: 1).nanoseconds, ordering: .relaxed
            ).exchanged
        else { return }
        let copy = budget.withLock { $0 }
        keeper.withLock { $0 }?(copy, now)
    }

    /// Asks to send one request; see `Budget.reserve`.
    public func reserve(
        _ kind: RequestClass, from sender: Sender = Sender(), now: MonotonicTime, maxWait: Double,
        deadline: MonotonicTime
    ) -> Reservation {
        let answer = budget.withLock {
            $0.reserve(kind, from: sender, now: now, maxWait: maxWait, deadline: deadline)
        }
        if case .proceed = answer { keepIfDue(now) }
        return answer
    }

    /// Asks again when a waiter wakes.
    public func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        budget.withLock { $0.confirm(ticket, now: now) }
    }

    /// Gives a place in the queue back.
    public func cancel(_ ticket: Ticket) { budget.withLock { $0.cancel(ticket) } }

    /// Settles a granted request, exactly once for each grant.
    public func settle(_ grant: Grant, _ fate: RequestFate, now: MonotonicTime) {
        let hasLearned = budget.withLock { budget in
            let knewNothing = budget.learned == nil
            budget.settle(grant, fate, now: now)
            return knewNothing && budget.learned != nil
        }
        var isRefusal = false
        if case .answered(429, _) = fate { isRefusal = true }
        if hasLearned || isRefusal { keepIfDue(now, isUrgent: true) }
    }

    /// The state for health and metrics.
    public func snapshot(now: MonotonicTime) -> BudgetSnapshot { budget.withLock { $0.snapshot(now: now) } }
}
