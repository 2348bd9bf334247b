public import Core

/// When a lost upstream is tried again: after 1, 2, 4 … 60 seconds, each a little earlier or later than all others'. A call that
/// needs it tries at once, at most every five seconds. A program that ends five times in a minute is left alone for ten.
public struct UpstreamPatience: Sendable {
    static let longestPause = 60.0
    static let secondsBetweenWishes = 5.0
    static let crashes = 5
    static let crashSeconds = 60.0
    static let holdSeconds = 600.0

    private var failures = 0
    private var lastAttempt: MonotonicTime?
    private var ends: [MonotonicTime] = []
    /// Nothing is tried before, whoever wishes it; nil when that is not so.
    public private(set) var heldUntil: MonotonicTime?

    /// Nothing has happened yet.
    public init() {}

    /// An attempt begins.
    public mutating func began(now: MonotonicTime) {
        lastAttempt = now
        heldUntil = nil
    }

    /// A call has gone well, so that the next loss begins anew.
    public mutating func went() {
        failures = 0
        ends = []
    }

    /// The attempt has failed, or the connection is lost.
    /// - Parameter isCrash: a program has ended by itself.
    /// - Returns: when to try again.
    public mutating func failed(
        isCrash: Bool, now: MonotonicTime, random: inout some RandomNumberGenerator
    ) -> MonotonicTime {
        if isCrash {
            ends = ends.filter { now.seconds(since: $0) < Self.crashSeconds } + [now]
            if ends.count >= Self.crashes {
                ends = []
                let until = now.advanced(seconds: Self.holdSeconds)
                heldUntil = until
                return until
            }
        }
        let pause = min(Self.longestPause, Double(1 << min(failures, 6)))
        failures += 1
        return now.advanced(seconds: pause * Double.random(in: 0.8...1.2, using: &random))
    }

    /// Whether a call that needs it may try now.
    public func allowsWish(now: MonotonicTime) -> Bool {
        if let heldUntil, now < heldUntil { return false }
        return lastAttempt.map { now.seconds(since: $0) >= Self.secondsBetweenWishes } ?? true
    }
}
