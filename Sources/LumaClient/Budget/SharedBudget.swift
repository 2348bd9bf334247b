public import Core
import Synchronization

/// The budget of one account, for all loops that send with its key. Every call is short and never waits.
public final class SharedBudget: Sendable {
    private let budget: Mutex<Budget>

    public init(_ settings: BudgetSettings) { budget = Mutex(Budget(settings)) }

    /// Asks to send one request; see `Budget.reserve`.
    public func reserve(
        _ kind: RequestClass, now: MonotonicTime, maxWait: Double, deadline: MonotonicTime
    ) -> Reservation {
        budget.withLock { $0.reserve(kind, now: now, maxWait: maxWait, deadline: deadline) }
    }

    /// Asks again when a waiter wakes.
    public func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        budget.withLock { $0.confirm(ticket, now: now) }
    }

    /// Gives a place in the queue back.
    public func cancel(_ ticket: Ticket) { budget.withLock { $0.cancel(ticket) } }

    /// Settles a granted request, exactly once for each grant.
    public func settle(_ grant: Grant, _ fate: RequestFate, now: MonotonicTime) {
        budget.withLock { $0.settle(grant, fate, now: now) }
    }

    /// The state for health and metrics.
    public func snapshot(now: MonotonicTime) -> BudgetSnapshot { budget.withLock { $0.snapshot(now: now) } }
}
