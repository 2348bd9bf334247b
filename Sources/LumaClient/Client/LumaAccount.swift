import Core
import Synchronization

/// What all loops share that call Luma with the same key: the budget, what is known of Luma's health, and which events
/// have been answered for.
public final class LumaAccount: Sendable {
    public let budget: SharedBudget
    public let breaker: SharedBreaker
    let creates = CreateLedger()
    private let state = Mutex(Reachability())
    private let clock = Mutex(LumaClock())
    /// Told when a write has ended that may have taken effect, before its caller hears of it.
    let touch: @Sendable (Touched) -> Void

    /// - Parameter onTouch: called on the loop of each write that may have taken effect, before its caller hears of it.
    public init(
        _ settings: BudgetSettings, breaker: BreakerSettings = BreakerSettings(),
        onTouch: @escaping @Sendable (Touched) -> Void = { _ in }
    ) {
        budget = SharedBudget(settings)
        self.breaker = SharedBreaker(breaker)
        touch = onTouch
    }

    /// How the last calls ended.
    public var reachability: Reachability { state.withLock { $0 } }

    /// Luma's clock, by its answers to any loop: one whose first call is a write knows it from the others.
    var lumaClock: LumaClock { clock.withLock { $0 } }

    func note(lumaTime date: Timestamp, sent: Int64, received: Int64) {
        clock.withLock { $0.note(date, sent: sent, received: received) }
    }

    func note(_ outcome: Reachability.Outcome, at now: Timestamp) { state.withLock { $0.note(outcome, at: now) } }
}
