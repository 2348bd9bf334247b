import Core
import HTTP

/// Counts requests by key in windows of one minute, unless told otherwise, and blocks a key for one minute when it goes past
/// the limit.
struct RateLimiter: Sendable {
    static let usualWindow = 60.0
    static let blockSeconds = 60.0
    /// The most keys that are counted at a time; beyond, the key whose window is oldest is forgotten.
    static let capacity = 10_000

    struct Decision: Sendable, Equatable {
        var isAllowed: Bool
        var limit: Int
        var remaining: Int
        /// Until the window or the block ends.
        var secondsToReset: Double
    }

    struct Window {
        var start: MonotonicTime
        let seconds: Double
        var used = 0
        var blockedUntil: MonotonicTime?

        var end: MonotonicTime { blockedUntil ?? start.advanced(seconds: seconds) }
    }

    /// Requests per window. A new limit counts from the next request on.
    var limit: Int
    /// Of windows that begin from now on.
    var windowSeconds = RateLimiter.usualWindow
    private(set) var windows: [String: Window] = [:]

    init(limit: Int) { self.limit = limit }

    /// Counts one request of this key.
    mutating func admit(_ key: String, now: MonotonicTime) -> Decision {
        var window = windows[key] ?? Window(start: now, seconds: windowSeconds)
        if window.end <= now { window = Window(start: now, seconds: windowSeconds) }
        if window.blockedUntil == nil {
            if window.used >= limit {
                window.blockedUntil = now.advanced(seconds: Self.blockSeconds)
            } else {
                window.used += 1
            }
        }
        if windows[key] == nil { makeRoom(now) }
        windows[key] = window
        let isAllowed = window.blockedUntil == nil
        return Decision(
            isAllowed: isAllowed, limit: limit, remaining: isAllowed ? max(0, limit - window.used) : 0,
            secondsToReset: window.end.seconds(since: now))
    }

    /// Forgets every window and block.
    mutating func forget() { windows = [:] }

    private mutating func makeRoom(_ now: MonotonicTime) {
        guard windows.count >= Self.capacity else { return }
        windows = windows.filter { $0.value.end > now }
        guard windows.count >= Self.capacity, let oldest = windows.min(by: { $0.value.start < $1.value.start }) else {
            return
        }
        windows[oldest.key] = nil
    }
}

extension RateLimiter.Decision {
    /// What Luma says about its budget. The reset is in seconds since 1970, the unit that clients assume.
    func fields(now: Timestamp) -> [Field] {
        let seconds = Int(secondsToReset.rounded(.up))
        let reset = (now.milliseconds + Int64((secondsToReset * 1000).rounded(.up)) + 999) / 1000
        let budget = [
            Field("X-RateLimit-Limit", String(limit)), Field("X-RateLimit-Remaining", String(remaining)),
            Field("X-RateLimit-Reset", String(reset)),
        ]
        return isAllowed ? budget : budget + [Field("Retry-After", String(max(1, seconds)))]
    }
}

/// What an emulator has been asked since its start, for tests and for people who watch it.
public struct SandboxCounters: Sendable, Equatable {
    /// Events that were created.
    public internal(set) var creates = 0
    /// Changes of events.
    public internal(set) var updates = 0
    /// Events that were cancelled.
    public internal(set) var cancels = 0
    /// Cancellations that refunded guests, and guests who were refunded when their status changed.
    public internal(set) var refunds = 0
    /// Requests answered with 429.
    public internal(set) var rateLimited = 0
    /// Requests refused for want of a good key.
    public internal(set) var unauthorized = 0
    /// Requests with a good key, by the name of their operation, whatever their outcome.
    public internal(set) var requests: [String: Int] = [:]

    public init() {}
}
