import Core
import Synchronization

/// What all loops share that call Luma with the same key: the budget, what is known of Luma's health, and which events
/// have been answered for.
public final class LumaAccount: Sendable {
    public let budget: SharedBudget
    let creates = CreateLedger()
    private let state = Mutex(Reachability())

    public init(_ settings: BudgetSettings) { budget = SharedBudget(settings) }

    /// How the last calls ended.
    public var reachability: Reachability { state.withLock { $0 } }

    func note(_ outcome: Reachability.Outcome, at now: Timestamp) { state.withLock { $0.note(outcome, at: now) } }
}
