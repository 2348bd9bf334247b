public import Core
import Synchronization

/// The budget of one account, for all loops that send with its key. Every call is short and never waits.
public final class SharedBudget: Sendable {
    private struct Guarded: Sendable {
        var budget: Budget
        var sharing: Sharing?

        /// Sees whether there is news of other programs.
        mutating func look() {
            guard let generation = sharing?.generation(), generation != sharing?.seen else { return }
            sharing?.seen = generation
            budget.suspend()
        }

        /// What to call once the lock is free; nil when there is nothing to ask.
        func question(_ now: MonotonicTime) -> Question? { budget.asks(now) ? sharing?.ask : nil }
    }

    private let guarded: Mutex<Guarded>
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

    /// Tells by another number that there is news of other programs; called under the lock, and a load of a word.
    public typealias Generation = @Sendable () -> UInt64
    /// Asks the ledger that other programs share; called on a loop, and must not wait.
    public typealias Question = @Sendable () -> Void

    private struct Sharing: Sendable {
        let generation: Generation
        var seen: UInt64
        let ask: Question
    }

    private struct Keeping: Sendable {
        let keeper: Keeper
        let reminder: Reminder
    }

    public init(_ settings: BudgetSettings) { guarded = Mutex(Guarded(budget: Budget(settings))) }

    /// Goes on where a predecessor ended; see `Budget.restore`.
    public func restore(_ memory: BudgetMemory, now: MonotonicTime, wallClock: Timestamp) {
        guarded.withLock { $0.budget.restore(memory, now: now, wallClock: wallClock) }
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
            keeping.keeper(guarded.withLock { $0.budget }, now)
        }
    }

    /// Asks to send one request; see `Budget.reserve`.
    public func reserve(
        _ kind: RequestClass, from sender: Sender = Sender(), now: MonotonicTime, maxWait: Double,
        deadline: MonotonicTime
    ) -> Reservation {
        let (answer, question) = guarded.withLock { guarded in
            guarded.look()
            let answer = guarded.budget.reserve(kind, from: sender, now: now, maxWait: maxWait, deadline: deadline)
            return (answer, guarded.question(now))
        }
        question?()
        if case .proceed = answer { changed(now) }
        return answer
    }

    /// Asks again when a waiter wakes.
    public func confirm(_ ticket: Ticket, now: MonotonicTime) -> Reservation {
        let (answer, question) = guarded.withLock { guarded in
            guarded.look()
            return (guarded.budget.confirm(ticket, now: now), guarded.question(now))
        }
        question?()
        if case .proceed = answer { changed(now) }
        return answer
    }

    /// Gives a place in the queue back.
    public func cancel(_ ticket: Ticket) { guarded.withLock { $0.budget.cancel(ticket) } }

    /// Settles a granted request, exactly once for each grant.
    public func settle(_ grant: Grant, _ outcome: RequestOutcome, now: MonotonicTime) {
        let (hasLearned, question) = guarded.withLock { guarded in
            let knewNothing = guarded.budget.learned == nil
            guarded.budget.settle(grant, outcome, now: now)
            return (knewNothing && guarded.budget.learned != nil, guarded.question(now))
        }
        question?()
        var isRefusal = false
        if case .answered(429, _) = outcome { isRefusal = true }
        changed(now, isUrgent: hasLearned || isRefusal)
    }

    /// The state for health and metrics.
    public func snapshot(now: MonotonicTime) -> BudgetSnapshot { guarded.withLock { $0.budget.snapshot(now: now) } }
}

/// What whoever asks the ledger needs.
extension SharedBudget {
    /// From now on the budget is shared with other programs. Until `own` it must ask before it sends anything.
    public func share(generation: @escaping Generation, ask: @escaping Question) {
        guarded.withLock { guarded in
            guarded.sharing = Sharing(generation: generation, seen: generation(), ask: ask)
            guarded.budget.join()
        }
    }

    /// It is alone, as long as the generation is this one; see `Budget.own`.
    public func own(until generation: UInt64) {
        guarded.withLock { guarded in
            guarded.sharing?.seen = generation
            guarded.budget.own()
        }
    }

    /// Looks for what is to be done without a request.
    public func tick(_ now: MonotonicTime) -> Budget.Errand {
        guarded.withLock { guarded in
            guarded.look()
            return guarded.budget.tick(now)
        }
    }

    /// Works with the budget under its lock; must not wait.
    public func update<Value: Sendable>(_ body: (inout Budget) -> Value) -> Value {
        guarded.withLock { body(&$0.budget) }
    }
}
