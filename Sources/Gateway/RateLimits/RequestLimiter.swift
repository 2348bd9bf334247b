import Core
import GatewayAPI
import Synchronization

/// Counts the requests of each caller in windows of a minute, for all loops. A caller's window begins with its first
/// request after the one before has ended.
final class RequestLimiter: Sendable {
    static let windowSeconds = 60
    /// Callers that are remembered; more push out those whose windows end first.
    static let capacity = 10_000

    struct Window {
        var end: MonotonicTime
        var used: Int
    }

    let quota: Int
    /// By caller.
    let windows = Mutex<[String: Window]>([:])

    /// - Parameter quota: requests of one caller in one window.
    init(quota: Int) { self.quota = quota }

    /// Counts requests of a caller that come together: all of them or none.
    /// - Parameter quota: the caller's own; nil for that of all.
    /// - Returns: whether they may be served, and where the caller stands.
    func charge(
        _ caller: String, _ count: Int = 1, of quota: Int? = nil, at now: MonotonicTime
    ) -> (isAllowed: Bool, status: RateLimitStatus) {
        let quota = quota ?? self.quota
        let (isAllowed, window) = windows.withLock { windows in
            var window = windows[caller] ?? Window(end: now, used: 0)
            if window.end <= now {
                window = Window(end: now.advanced(seconds: Double(Self.windowSeconds)), used: 0)
            }
            let isAllowed = window.used + count <= quota
            if isAllowed { window.used += count }
            windows[caller] = window
            if windows.count > Self.capacity { Self.makeRoom(in: &windows, now) }
            return (isAllowed, window)
        }
        let status = RateLimitStatus(
            policy: "token", quota: quota, window: Self.windowSeconds, remaining: quota - window.used,
            reset: window.end.seconds(since: now))
        return (isAllowed, status)
    }

    /// A tenth at least, so that the search is paid once for many.
    private static func makeRoom(in windows: inout [String: Window], _ now: MonotonicTime) {
        windows = windows.filter { $0.value.end > now }
        let excess = windows.count - capacity * 9 / 10
        guard excess > 0 else { return }
        for (caller, _) in windows.sorted(by: { $0.value.end < $1.value.end }).prefix(excess) { windows[caller] = nil }
    }
}
