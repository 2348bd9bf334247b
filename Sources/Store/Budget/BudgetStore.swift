/// One account's budget, for all gateways on the same store.
///
/// Called as the rest of the store is: from any thread, told on the store's queue.
public protocol BudgetStore: Sendable {
    /// Takes in what this gateway tells of the budget and gives it what it may send, in one step that no other gateway's
    /// comes between.
    ///
    /// A call that fails may have been taken in all the same. What was leased by it is lost for its period then; so a gateway
    /// has one call under way at a time, and repeats nothing of what it has given back.
    /// - Parameter account: a name for the budget, which Luma counts by key.
    func exchangeBudget(_ account: String, _ message: BudgetMessage, then: @escaping Then<BudgetStanding>)
}

/// What a gateway tells and asks, in the order in which it is taken in.
public struct BudgetMessage: Sendable, Equatable {
    /// Gives back: tokens that will not be used.
    public var returned = 0
    /// The period that these are of.
    public var returnedPeriod: Int64 = -1
    /// Turns: this gateway had the whole budget to itself, or takes it over from one that is dead, and opens a period.
    public var opens = false
    /// What it leaves of the window, less what it has in flight; nil when it knows nothing of it.
    public var openedWindow: BudgetWindow?
    /// Closes: a 429 was met, and nothing may be sent for so many seconds.
    public var closedSeconds: Double?
    /// Reports what Luma has said.
    public var report: BudgetReport?
    /// Tokens that it holds or that are in flight.
    public var outstanding = 0
    /// Requests in flight that it has sent unasked, while it could not reach the store.
    public var unleased = 0
    /// Leases.
    public var wants = false
    /// It ends.
    public var isLast = false
    /// Gateways on the store, this one included.
    public var gateways = 1
    /// Others of these that cannot reach the store, and spend their share unasked.
    public var cutOff = 0

    public init() {}
}

/// One of Luma's windows, as it was last reported.
public struct BudgetWindow: Sendable, Equatable {
    /// Requests of the window.
    public var limit: Int
    /// Requests that are left of it.
    public var remaining: Int
    /// Until it is over for sure.
    public var resetSeconds: Double

    public init(limit: Int, remaining: Int, resetSeconds: Double) {
        (self.limit, self.remaining, self.resetSeconds) = (limit, remaining, resetSeconds)
    }
}

/// What Luma has answered to a request that was sent with a token of the period.
public struct BudgetReport: Sendable, Equatable {
    public var period: Int64
    /// Nil when Luma says no numbers.
    public var window: BudgetWindow?

    public init(period: Int64, window: BudgetWindow?) {
        (self.period, self.window) = (period, window)
    }
}

/// How the budget stands, and what the gateway was given. Times are in seconds from when the store has looked.
public struct BudgetStanding: Sendable, Equatable {
    /// What the tokens are of; those of earlier periods are void.
    public var period: Int64
    /// Given with this answer.
    public var tokens: Int
    /// Whether Luma has answered in this period.
    public var isConfirmed: Bool
    /// Requests of a window; nil while Luma has said no number. When it is confirmed all the same, nothing is counted here.
    public var limit: Int?
    /// What may still be leased.
    public var left: Int
    /// Until the period is over; nil while that is not known.
    public var resetSeconds: Double?
    /// Until anything is given out again; nil while it is.
    public var closedSeconds: Double?

    public init(
        period: Int64, tokens: Int, isConfirmed: Bool, limit: Int?, left: Int, resetSeconds: Double?,
        closedSeconds: Double?
    ) {
        (self.period, self.tokens, self.isConfirmed) = (period, tokens, isConfirmed)
        (self.limit, self.left) = (limit, left)
        (self.resetSeconds, self.closedSeconds) = (resetSeconds, closedSeconds)
    }
}
