import Core

/// What of an account's budget this program may spend, while other programs spend of it too.
///
/// A program that is alone has the whole of it, and nothing is counted here. Of several, each spends tokens that it was given
/// out of one ledger for all, and asks for more in the background when a quarter of the last block is left. A token is good for the
/// period in which it was given: what is left of it then, or was not wanted for a second, is given back.
struct BudgetShare: Sendable {
    enum Mode: Sendable {
        /// It is alone.
        case whole
        /// Nothing may be sent before the ledger was asked.
        case pending
        /// It spends tokens.
        case leased
        /// The ledger cannot be asked: half of an equal share of each window, from the next one on.
        case cutOff
    }

    var mode = Mode.whole
    /// Programs that spend of the budget, this one included, as last known.
    var gateways = 1
    /// The ledger's number of what the tokens are of.
    var period: Int64 = -1
    private(set) var tokens = 0
    /// Tokens that were given last.
    private var block = 0
    /// False while Luma says no numbers: then nothing can be given out.
    var isCounted = true
    /// Tokens that were taken from `tokens` and must be given back.
    var returned = 0
    var returnedPeriod: Int64 = -1
    /// It was alone, and has not yet said what it leaves.
    var mustOpen = false
    /// A 429 was met, and has not yet been told.
    var mustClose = false
    /// Luma has said something that has not yet been told.
    var mustReport = false
    /// What it has said is the first of the period: others wait for it.
    var mustReportAtOnce = false
    /// The smallest number of requests left that Luma has said in the period.
    var reported: Int?
    /// Nothing is given out before; nil when it is worth to ask.
    var emptyUntil: MonotonicTime?
    /// When it is worth to ask again.
    var asksFrom = MonotonicTime(nanoseconds: .min)
    /// Since when an answer of the ledger is waited for.
    var askedAt: MonotonicTime?
    /// Which question that is: a late answer to an earlier one is nobody's.
    var question: UInt64 = 0
    /// When the ledger has answered last.
    var answeredAt = MonotonicTime(nanoseconds: .min)
    /// When somebody wanted to send last.
    var wantedAt = MonotonicTime(nanoseconds: .min)
    /// Cut off: when there is the next share.
    var refillAt = MonotonicTime(nanoseconds: .max)
    /// Cut off: the window that is open is one of which it has had its share.
    private(set) var isRefilled = false

    /// Seconds without a request after which tokens go back.
    static let idleSeconds = 1.0

    /// Requests that may be sent as far as this is concerned.
    var spare: Int {
        switch mode {
        case .whole: .max
        case .pending: 0
        case .leased, .cutOff: isCounted ? tokens : .max
        }
    }

    /// When there is more; nil when that is now, or not a matter of time.
    var expected: MonotonicTime? {
        switch mode {
        case .whole, .pending: nil
        case .leased: emptyUntil
        case .cutOff: refillAt
        }
    }

    func isIdle(_ now: MonotonicTime) -> Bool { now.seconds(since: wantedAt) >= Self.idleSeconds }
    /// So little is left of the last block that the next one should be on its way.
    var isLow: Bool { isCounted && tokens * 4 <= block }

    mutating func spend() { if mode != .whole, isCounted { tokens -= 1 } }
    mutating func putBack() { if mode != .whole, isCounted { tokens += 1 } }

    /// Takes tokens of the present period.
    mutating func take(_ count: Int) {
        // What was taken unasked was never given out.
        if mode == .cutOff { tokens = 0 }
        tokens += count
        if count > 0 { block = count }
    }

    /// Takes a share unasked, in place of the one before.
    mutating func refill(_ count: Int) {
        tokens = count
        isRefilled = true
    }

    /// The ledger cannot be asked from now on; the share of a window is taken first at this instant.
    mutating func cutOff(until first: MonotonicTime) {
        mode = .cutOff
        mustOpen = false
        isRefilled = false
        refillAt = first
    }

    /// A period begins: what belongs to the one before is void.
    mutating func turn() {
        void()
        mustReport = false
        mustReportAtOnce = false
        reported = nil
    }

    /// Lets go of the tokens that it has, so that they can be given back.
    mutating func void() {
        defer { tokens = 0 }
        // What could not be given back in time is lost.
        guard tokens > 0, mode == .leased || mode == .pending else { return }
        returned = tokens + (returnedPeriod == period ? returned : 0)
        returnedPeriod = period
    }
}

/// What a program tells the ledger, and asks of it. Times are in seconds from now.
public struct BudgetDues: Sendable, Equatable {
    /// One of Luma's windows.
    public struct Window: Sendable, Equatable {
        public var limit: Int
        public var remaining: Int
        public var resetSeconds: Double

        public init(limit: Int, remaining: Int, resetSeconds: Double) {
            (self.limit, self.remaining, self.resetSeconds) = (limit, remaining, resetSeconds)
        }
    }

    /// Tokens that will not be used.
    public var returned = 0
    /// What these are of.
    public var returnedPeriod: Int64 = -1
    /// It was alone, and leaves `window` to all; when that is nil, nothing is known of it.
    public var opens = false
    /// Until when Luma is closed; nil when nothing of that is new.
    public var closedSeconds: Double?
    /// The period in which Luma has said something that is new; nil when it has not.
    public var reports: Int64?
    /// What it has said, or what is left; nil when Luma says no numbers.
    public var window: Window?
    /// Tokens that it has or that are in flight.
    public var outstanding = 0
    /// Of these, what was sent unasked.
    public var unleased = 0
    /// Whether it needs tokens.
    public var wants = false
    var question: UInt64 = 0

    public init() {}
}

/// What the ledger has answered. Times are in seconds from when it has looked.
public struct BudgetAllotment: Sendable, Equatable {
    /// What the tokens are of.
    public var period: Int64
    public var tokens: Int
    /// Whether Luma has answered in this period.
    public var isConfirmed: Bool
    /// Requests of a window; nil while Luma has said no number.
    public var limit: Int?
    /// What others may still be given.
    public var left: Int
    public var resetSeconds: Double?
    public var closedSeconds: Double?

    public init(
        period: Int64, tokens: Int, isConfirmed: Bool, limit: Int?, left: Int, resetSeconds: Double? = nil,
        closedSeconds: Double? = nil
    ) {
        (self.period, self.tokens, self.isConfirmed) = (period, tokens, isConfirmed)
        (self.limit, self.left) = (limit, left)
        (self.resetSeconds, self.closedSeconds) = (resetSeconds, closedSeconds)
    }
}
