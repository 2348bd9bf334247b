import Core
import GatewayAPI
import MCP
import Synchronization

/// Counts the calls of tools of tokens that may make only some, for all loops. Tokens of one label count together.
final class ToolCallLimiter: Sendable {
    /// Calls in progress, by label; nobody is in it who has none.
    private let running = Mutex<[String: Int]>([:])
    /// Calls of a minute; each token has a quota of its own.
    private let windows = RequestLimiter(quota: .max)

    /// Lets a call begin, of which `ended` is told when it has ended. One that is refused counts for nothing.
    /// - Returns: why it may not; nil when it may.
    func begin(_ principal: Principal, at now: MonotonicTime) -> CallRefusal? {
        let limits = principal.calls
        return running.withLock { running in
            let count = running[principal.label, default: 0]
            if let most = limits.concurrency, count >= most {
                return CallRefusal(.concurrency(most), retryAfterSeconds: 1)
            }
            if let quota = limits.perMinute {
                let (isAllowed, status) = windows.charge(principal.label, of: quota, at: now)
                guard isAllowed else {
                    return CallRefusal(.perMinute(quota), retryAfterSeconds: Int((status.reset ?? 1).rounded(.up)))
                }
            }
            running[principal.label] = count + 1
            return nil
        }
    }

    /// A call that was let in has ended.
    func ended(_ principal: Principal) {
        running.withLock { running in
            let left = running[principal.label, default: 0] - 1
            running[principal.label] = left > 0 ? left : nil
        }
    }

    /// Calls in progress of those who are counted.
    var count: Int { running.withLock { $0.values.reduce(0, +) } }
}
