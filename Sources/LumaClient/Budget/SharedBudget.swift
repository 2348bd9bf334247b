public import Core
import Synchronization

/// The budget of one account, for all loops that send with its key. Every call is short and never waits.
public final class SharedBudget: Sendable {
    private let budget: Mutex<Budget>
    private let keeping = Mutex<Keeping?>(nil)
    /// When what changes may be kept next, in nanoseconds.
    private let nextKeep = Atomic<Int64>(.max)
    /// Whether what has changed since the last time will be kept when that instant has come.
    private let isPending = Atomic<Bool>(false)
    /// Seconds between two times: as much may be forgotten when the program is killed.
    private static let keepSeconds = 0.05

    /// Keeps what must not be forgotten; called on any thread, one call at a time, and must not wait.
    public typealias Keeper = @Sendable (Budget, MonotonicTime) -> Void
    /// Calls `keepPending` once that many seconds have passed; called on a loop, and must not wait.
    public typealias Reminder = @Sendable (_ seconds: Double) -> Void

    private struct Keeping: Sendable {
        let keeper: Keeper
        let reminder: Reminder
    }

    public init(_ settings: BudgetSettings) { budget = Mutex(Budget(settings)) }

    /// Goes on where a predecessor ended; see `Budget.restore`.
    public func restore(_ memory: BudgetMemory, now: MonotonicTime, wallClock: Timestamp) {
        budget.withLock { $0.restore(memory, now: now, wallClock: wallClock) }
    }

    /// From now on `keeper` is given the budget when it has changed: at the first grant, when a limit is learned, at each
    /// 429, and in between every 0.05 s at most. What changes before the next time has come is kept then: that is what
    /// `reminder` is for, so that the end of a burst is not forgotten.
    public func keep(reminder: @escaping Reminder, with keeper: @escaping Keeper) {
        keeping.withLock { $0 = Keeping(keeper: keeper, reminder: reminder) }
        nextKeep.store(.min, ordering: .relaxed)
    }

    /// Keeps it as it is, before the end; nothing is kept after it.
    public func keepNow(_ now: MonotonicTime) {
        keep(now)
        nextKeep.store(.max, ordering: .relaxed)
        keeping.withLock { $0 = nil }
    }

    /// Keeps what has changed since the last time; see `Reminder`.
    public func keepPending(_ now: MonotonicTime) {
        // Before the copy is made: what changes after it must ask for the next reminder.
        isPending.store(false, ordering: .relaxed)
        keep(now)
    }

    /// Called after each change.
    private func changed(_ now: MonotonicTime, isUrgent: Bool = false) {
        let due = nextKeep.load(ordering: .relaxed)
        guard due != .max else { return }
        if isUrgent || now.nanoseconds >= due {
            keep(now)
        } else if !isPending.load(ordering: .relaxed), !isPending.exchange(true, ordering: .relaxed) {
            let reminder = keeping.withLock { $0?.reminder }
            reminder?(MonotonicTime(nanoseconds: due).seconds(since: now))
        }
    }

    private func keep(_ now: MonotonicTime) {
        // Under the lock, so that what is kept last is what was copied last.
        keeping.withLock { keeping in
            guard let keeping else { return }
            nextKeep.store(now.advanced(seconds: Self.keepSeconds).nanoseconds, ordering: .relaxed)
            keeping.keeper(budget.withLock { $0 }, now)
        }
    }

    /// Asks to send one request; see `Budget.reserve`.
    public func reserve(
        _ kind: RequestClass, from sender: Sender = Sender(), now: MonotonicTime, maxWait: Double,
        deadline: MonotonicTime
    ) -> Reservation {
        let answer = budget.withLock {
            $0.reserve(kind, from: sender, now: now, maxWait: maxWait, deadline: deadline)
        }
        if case .proceed = answer { changed(now) }
        return answer
    }

    /// Asks again when a waiter wakes.
    public func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        let answer = budget.withLock { $0.confirm(ticket, now: now) }
        if case .proceed = answer { changed(now) }
        return answer
    }

    /// Gives a place in the queue back.
    public func cancel(_ ticket: Ticket) { budget.withLock { $0.cancel(ticket) } }

    /// Settles a granted request, exactly once for each grant.
    public func settle(_ grant: Grant, _ outcome: RequestOutcome, now: MonotonicTime) {
        let hasLearned = budget.withLock { budget in
            let knewNothing = budget.learned == nil
            budget.settle(grant, outcome, now: now)
            return knewNothing && budget.learned != nil
        }
        var isRefusal = false
        if case .answered(429, _) = outcome { isRefusal = true }
        changed(now, isUrgent: hasLearned || isRefusal)
    }

    /// The state for health and metrics.
    public func snapshot(now: MonotonicTime) -> BudgetSnapshot { budget.withLock { $0.snapshot(now: now) } }
}
