import Core
import GatewayAPI
import Keys
import Synchronization

/// What is done with one key, counted in memory for all loops. Rotating a key, and changing its limits, leaves what is counted.
final class KeyCounters: Sendable {
    /// A limit that does not let a request through.
    enum Limit: Equatable {
        case rate(RateRule)
        case concurrency(Int)
        case day(Int)
    }

    /// Whether requests may go on, and where their key stands now.
    struct Verdict {
        /// Nil when they may.
        var exceeded: Limit?
        /// Seconds until another try is worth it; of what is exceeded.
        var retryAfter: Double?
        /// What the answer tells of the key's limits.
        var limits: [RateLimitStatus] = []
    }

    private struct State {
        /// By the periods, in the order of their cases.
        var windows = [SlidingWindow](repeating: SlidingWindow(), count: RateRule.Period.allCases.count)
        var running = 0
        /// The day of UTC that `used` is counted in, by its number since 1970.
        var day: Int64 = 0
        var used = 0
    }
    private let state = Mutex(State())
    private static let daySeconds = 86400
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Requests that are in progress, of those that are counted so.
    var running: Int { state.withLock(\.running) }

    /// Counts requests that come together: all of them or none. What is refused counts for nothing.
    /// - Parameters:
    ///   - isBeginning: one of them takes a place among those in progress, if these are limited; `ended` gives it back.
    ///   - now: of the windows of the rates.
    ///   - wall: of the day.
    func charge(
        _ limits: KeyLimits, _ count: Int = 1, isBeginning: Bool, at now: MonotonicTime, _ wall: Timestamp
    ) -> Verdict {
        state.withLock { state in
            var verdict = Verdict()
            let day = wall.milliseconds / Self.dayMilliseconds
            if state.day != day { (state.day, state.used) = (day, 0) }
            for rule in limits.rates {
                let place = rule.period.place
                state.windows[place].move(to: now, rule.period)
                let window = state.windows[place]
                guard window.used + count > rule.count else { continue }
                let wait = window.wait(for: count, of: rule.count)
                if verdict.exceeded == nil || wait > verdict.retryAfter ?? 0 {
                    (verdict.exceeded, verdict.retryAfter) = (.rate(rule), wait)
                }
            }
            if verdict.exceeded == nil, isBeginning, let most = limits.maxConcurrent, state.running >= most {
                (verdict.exceeded, verdict.retryAfter) = (.concurrency(most), 1)
            }
            let toMidnight = Double(Self.dayMilliseconds - wall.milliseconds % Self.dayMilliseconds) / 1000
            if verdict.exceeded == nil, let quota = limits.dailyQuota, state.used + count > quota {
                (verdict.exceeded, verdict.retryAfter) = (.day(quota), toMidnight)
            }
            if verdict.exceeded == nil {
                for rule in limits.rates { state.windows[rule.period.place].current += count }
                state.used += count
                if isBeginning, limits.maxConcurrent != nil { state.running += 1 }
            }
            verdict.limits = Self.standing(limits, state, verdict, toMidnight)
            return verdict
        }
    }

    /// A request that took a place has ended.
    func ended() { state.withLock { $0.running -= 1 } }

    /// Of several rates the one of which least is left.
    private static func standing(
        _ limits: KeyLimits, _ state: State, _ verdict: Verdict, _ toMidnight: Double
    ) -> [RateLimitStatus] {
        var told: [RateLimitStatus] = []
        let rates = limits.rates.map { rule in
            let window = state.windows[rule.period.place]
            let isExceeded = verdict.exceeded == .rate(rule)
            return RateLimitStatus(
                policy: "key", quota: rule.count, window: rule.period.seconds,
                remaining: max(0, rule.count - window.used),
                reset: isExceeded ? verdict.retryAfter : window.secondsLeft)
        }
        if let least = rates.min(by: { $0.remaining * $1.quota < $1.remaining * $0.quota }) { told.append(least) }
        if let quota = limits.dailyQuota {
            told.append(
                RateLimitStatus(
                    policy: "day", quota: quota, window: daySeconds, remaining: max(0, quota - state.used),
                    reset: toMidnight))
        }
        return told
    }
}

/// Requests of the last period, by two buckets: those of the one that is under way, and of the one before it what is not yet longer ago
/// than the period, as if they had come evenly.
private struct SlidingWindow {
    private var slot: Int64 = .min
    private var previous = 0
    var current = 0
    /// How much of the bucket under way has passed, from 0 to 1, and how long one is in seconds.
    private var passed = 0.0
    private var seconds = 1.0

    mutating func move(to now: MonotonicTime, _ period: RateRule.Period) {
        let length = Int64(period.seconds) * 1_000_000_000
        let slot = now.nanoseconds / length
        if slot > self.slot {
            previous = self.slot == slot - 1 ? current : 0
            current = 0
            self.slot = slot
        }
        // Another loop may have read the clock before and come after: for it the bucket under way has just begun.
        passed = slot < self.slot ? 0 : Double(now.nanoseconds % length) / Double(length)
        seconds = Double(period.seconds)
    }

    var used: Int { current + Int((Double(previous) * (1 - passed)).rounded(.up)) }
    var secondsLeft: Double { (1 - passed) * seconds }

    /// Seconds until so many more fit, if nothing else comes.
    func wait(for count: Int, of quota: Int) -> Double {
        let free = quota - current - count
        if free >= 0, previous > 0 {
            return max(0, 1 - Double(free) / Double(previous) - passed) * seconds
        }
        // In the next bucket those of this one are the ones before.
        let later = max(0, quota - count)
        let share = current > 0 ? 1 - Double(later) / Double(current) : 0
        return (1 - passed + max(0, share)) * seconds
    }
}

extension RateRule.Period {
    /// Its place among the cases.
    fileprivate var place: Int {
        switch self {
        case .second: 0
        case .minute: 1
        case .hour: 2
        }
    }
}

extension KeyLimits {
    /// Something is counted here for whoever is held to them.
    var areCounted: Bool { !rates.isEmpty || dailyQuota != nil || maxConcurrent != nil }
}

/// A place among the requests of a key that are in progress. Given back when the answer has ended, at the latest when nothing knows of
/// the request any more. On the request's loop.
final class KeyPlace {
    private var counters: KeyCounters?

    init(_ counters: KeyCounters) { self.counters = counters }

    func giveBack() {
        counters?.ended()
        counters = nil
    }

    deinit { counters?.ended() }
}
