import Core
import Synchronization

/// What all loops share that call Luma with the same key: the budget, what is known of Luma's health, and which events
/// have been answered for.
public final class LumaAccount: Sendable {
    public let budget: SharedBudget
    public let breaker: SharedBreaker
    let creates = CreateLedger()
    private let state = Mutex(Reachability())
    private let clock = Mutex<(instant: Timestamp, at: MonotonicTime)?>(nil)
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

    /// What Luma's clock showed, to a second, and when: by the `Date` of its last answer to any loop. A loop whose first call is
    /// a write knows it from the others.
    var lumaTime: (instant: Timestamp, at: MonotonicTime)? { clock.withLock { $0 } }

    func note(lumaTime instant: Timestamp, at now: MonotonicTime) { clock.withLock { $0 = (instant, now) } }

    func note(_ outcome: Reachability.Outcome, at now: Timestamp) { state.withLock { $0.note(outcome, at: now) } }
}
