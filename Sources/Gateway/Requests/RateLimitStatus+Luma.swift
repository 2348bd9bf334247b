import Core
import GatewayAPI
import HTTP
import IO
import LumaClient

extension RateLimitStatus {
    /// Luma's budget, which all callers of this gateway share. What is left is what could be sent at once.
    init(luma budget: BudgetSnapshot, isWrite: Bool, now: MonotonicTime) {
        let allowance = isWrite ? budget.post : budget.get
        self.init(
            policy: "luma", quota: allowance.limit, window: Int(budget.window.rounded(.up)),
            remaining: allowance.remaining, reset: budget.resetAt?.seconds(since: now))
    }
}
