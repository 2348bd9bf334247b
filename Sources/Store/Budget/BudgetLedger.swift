/// What of one account's budget was given out, to whom, in windows that Luma opens and closes: the rules by which several
/// gateways share it. Pure: every instant comes in as a parameter, in milliseconds of a clock that all of them see.
///
/// *A period* is one of Luma's windows. Tokens are leased in blocks, and never more of them than `limit` in one period: so no
/// more is sent than Luma grants, however many gateways there are, and whatever becomes of them. What a gateway does not need it
/// gives back; what a dead one held is lost for that period.
///
/// *A period turns* when its reset has passed. Of the next one nothing is known: three probes may fly until the answer to one of
/// them confirms it. What was held or in flight at the turn may be counted by Luma in either window. It is carried into the
/// new one, until its holder says that it was not used. The dead hold nothing any more.
///
/// | | period | given out | left of 200 |
/// |---|---|---|---|
/// | two gateways have leased 25 and 21 | 7 | 46 | 154 |
/// | Luma says that 80 are used: somebody else has the key | 7 | 80 | 120 |
/// | one gateway gives 20 back | 7 | 60 | 140 |
/// | the reset passes; the other one holds 5 | 8 | 5 | 3 probes |
public struct BudgetLedger: Sendable, Equatable {
    /// What one gateway has.
    public struct Holding: Sendable, Equatable {
        /// Tokens that it holds or that are in flight, as it has last said; no fewer than there are.
        public var held: Int
        /// Tokens of earlier periods that were given out in this one, because it held them at the turn.
        public var carried = 0

        public init(held: Int, carried: Int = 0) {
            (self.held, self.carried) = (held, carried)
        }
    }

    /// Tokens of a period of which nothing is known.
    public static let probes = 3
    /// Tokens of one lease, at most.
    public static let largestBlock = 25
    /// Milliseconds after which a probe without an answer does not hold up the next one.
    static let probePatience: Int64 = 2000
    /// Resets that lie so many milliseconds apart are those of two windows: half of one of Luma's.
    static let halfWindow: Int64 = 30_000

    /// Grows by one with each turn.
    public var period: Int64 = 0
    /// Whether an answer has shown that this period has something to give.
    public var isConfirmed = false
    /// Requests of a window, as Luma has said last; nil when it never has.
    public var limit: Int?
    /// Tokens of this period that were given out, or that somebody else has used.
    public var granted = 0
    /// Of a period that is not confirmed.
    public var probesLeft = BudgetLedger.probes
    /// When the period was opened or the last probe of it given out.
    public var probedAt: Int64 = 0
    /// When the period is over; nil while that is not known.
    public var resetAt: Int64?
    /// Nothing is given out before; nil while that is not so.
    public var closedUntil: Int64?
    /// By the gateway's name.
    public var holdings: [String: Holding] = [:]

    public init() {}

    /// Takes in what a gateway tells, in the order of `BudgetMessage`, and gives it what it may send.
    /// - Parameters:
    ///   - now: milliseconds.
    ///   - isAlive: whether the gateway of this name still runs.
    public mutating func exchange(
        _ message: BudgetMessage, with holder: String, now: Int64, isAlive: (String) -> Bool
    ) -> BudgetStanding {
        advance(to: now, isAlive)
        giveBack(message.returned, of: message.returnedPeriod, by: holder)
        if message.opens { open(message, by: holder, now, isAlive) }
        if let seconds = message.closedSeconds { close(seconds, now, isAlive) }
        holdings[holder, default: Holding(held: 0)].held = message.outstanding
        if let report = message.report { self.report(report, now, isAlive) }
        granted += message.unleased
        let tokens = message.wants ? lease(to: holder, among: message.gateways, cutOff: message.cutOff, now) : 0
        if message.isLast { holdings[holder] = nil }
        return BudgetStanding(
            period: period, tokens: tokens, isConfirmed: isConfirmed, limit: limit,
            left: max(0, (limit ?? 0) - reserve(among: message.gateways, cutOff: message.cutOff) - granted),
            resetSeconds: resetAt.map { Double($0 - now) / 1000 },
            closedSeconds: closedUntil.map { Double($0 - now) / 1000 })
    }

    /// Opens what was closed, and turns at the reset.
    private mutating func advance(to now: Int64, _ isAlive: (String) -> Bool) {
        if let until = closedUntil, until <= now { closedUntil = nil }
        if isConfirmed, let resetAt, resetAt <= now { turn(now, isAlive) }
    }

    /// Begins a period of which nothing is known.
    private mutating func turn(_ now: Int64, _ isAlive: (String) -> Bool) {
        period += 1
        isConfirmed = false
        resetAt = nil
        probesLeft = Self.probes
        probedAt = now
        holdings = holdings.filter { isAlive($0.key) }.mapValues { Holding(held: $0.held, carried: $0.held) }
        granted = outstanding
    }

    /// Tokens that a gateway will not use: it has taken them from itself before it says so.
    private mutating func giveBack(_ count: Int, of returned: Int64, by holder: String) {
        guard count > 0, var holding = holdings[holder] else { return }
        let isPresent = returned == period
        let count = min(count, isPresent ? holding.held : holding.carried, granted)
        granted -= count
        if isPresent {
            holding.held -= count
            if !isConfirmed { probesLeft = min(Self.probes, probesLeft + count) }
        } else {
            holding.carried -= count
        }
        holdings[holder] = holding
    }

    /// A gateway that was alone, and had the whole budget to itself, tells what it has left to all.
    private mutating func open(
        _ message: BudgetMessage, by holder: String, _ now: Int64, _ isAlive: (String) -> Bool
    ) {
        holdings[holder] = nil
        turn(now, isAlive)
        guard let window = message.openedWindow else {
            granted += message.outstanding
            return
        }
        limit = window.limit
        resetAt = now + Self.milliseconds(window.resetSeconds)
        isConfirmed = true
        granted += max(0, window.limit - window.remaining)
    }

    /// A 429: for all gateways, and of what comes after it nothing is known.
    private mutating func close(_ seconds: Double, _ now: Int64, _ isAlive: (String) -> Bool) {
        let until = now + Self.milliseconds(seconds)
        closedUntil = max(until, closedUntil ?? until)
        turn(now, isAlive)
    }

    /// What Luma has said to a gateway that was given tokens in the period.
    private mutating func report(_ report: BudgetReport, _ now: Int64, _ isAlive: (String) -> Bool) {
        guard report.period == period, closedUntil == nil else { return }
        guard let window = report.window else {
            // An answer without numbers: Luma works, and counts, if at all, in silence.
            if limit == nil { isConfirmed = true }
            return
        }
        let reset = now + Self.milliseconds(window.resetSeconds)
        if isConfirmed, let resetAt, reset - resetAt >= Self.halfWindow { turn(now, isAlive) }
        limit = window.limit
        granted = max(granted, window.limit - window.remaining)
        guard !isConfirmed || resetAt == nil else { return }
        isConfirmed = true
        resetAt = reset
        // Of a window that somebody has used already Luma may not have counted the other probes yet.
        granted = max(granted, window.limit - window.remaining + outstanding)
    }

    /// What all gateways hold or have in flight, as far as is known.
    private var outstanding: Int { holdings.values.reduce(0) { $0 + $1.held } }

    /// Tokens for a gateway; 0 when there are none.
    private mutating func lease(to holder: String, among gateways: Int, cutOff: Int, _ now: Int64) -> Int {
        guard closedUntil == nil else { return 0 }
        var count = 1
        if !isConfirmed {
            let room = (limit ?? .max) - reserve(among: gateways, cutOff: cutOff) - granted
            guard probesLeft > 0 && room > 0 || now - probedAt >= Self.probePatience else { return 0 }
            probesLeft = max(0, probesLeft - 1)
            probedAt = now
        } else if let limit {
            let left = limit - reserve(among: gateways, cutOff: cutOff) - granted
            guard left > 0 else { return 0 }
            count = min(left, max(1, min(left / (4 * max(1, gateways)), Self.largestBlock)))
        } else {
            return 0
        }
        granted += count
        holdings[holder, default: Holding(held: 0)].held += count
        return count
    }

    /// What is kept for those that cannot be heard, and take their share unasked.
    private func reserve(among gateways: Int, cutOff: Int) -> Int {
        guard let limit, cutOff > 0 else { return 0 }
        return cutOff * Self.shareCutOff(limit: limit, gateways: gateways)
    }

    /// What a gateway takes of each window while it cannot reach the ledger: half of an equal share, and at least one.
    public static func shareCutOff(limit: Int, gateways: Int) -> Int { max(1, limit / (2 * max(2, gateways))) }

    private static func milliseconds(_ seconds: Double) -> Int64 { Int64(min(max(seconds, 0), 86_400) * 1000) }
}
