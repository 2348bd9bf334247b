public import Core
import HTTP
public import LumaAPI
import Synchronization

/// What all loops share that call Luma with the same key: the budget, what is known of Luma's health, and which events
/// have been answered for.
public final class LumaAccount: Sendable {
    /// The requests that Luma grants the key.
    public let budget: SharedBudget
    /// Whether Luma is called at all.
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

/// How the last calls to Luma ended, so that health can be told without spending budget.
public struct Reachability: Sendable, Equatable {
    /// How the last call ended.
    public enum Outcome: Sendable, Equatable {
        /// Luma answered and took our key, whatever it said to the request.
        case reachable
        /// A bounded label such as `connection_refused`, `timeout`, `authentication_refused`, `plan_required` or `upstream_failure`.
        case failing(cause: String)
    }

    /// Nil until a first call has ended.
    public internal(set) var last: Outcome?
    /// When the last call ended; nil before.
    public internal(set) var lastAt: Timestamp?
    /// When the last call ended well; nil before.
    public internal(set) var lastSuccessAt: Timestamp?
    /// Failures since the last success.
    public internal(set) var failures = 0

    public init() {}

    mutating func note(_ outcome: Outcome, at now: Timestamp) {
        last = outcome
        lastAt = now
        if outcome == .reachable {
            lastSuccessAt = now
            failures = 0
        } else if failures < .max {
            failures += 1
        }
    }

    /// What the end of one attempt says about Luma and our key; nil when it says nothing.
    static func outcome(of error: LumaError) -> Outcome? {
        switch error {
        case .cancelled, .budgetExhausted, .notRecorded, .circuitOpen, .unreachable(.invalidRequest),
            .unreachable(.shuttingDown),
            .unreachable(.cancelled), .unreachable(.overloaded):
            nil
        case .notFound, .eventNotAccessible, .refused, .rateLimited, .unknownOutcome, .tooLarge: .reachable
        case .authenticationRefused, .planRequired, .upstreamFailure, .unreachable, .timedOut, .malformedAnswer:
            .failing(cause: error.label)
        }
    }
}
