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

extension Turn {
    /// What an answer of a path that may spend Luma's budget carries besides its own fields.
    func spendingFields(_ endpoint: Endpoint?) -> [Field] {
        let now = worker.clock.now
        let status = RateLimitStatus(
            luma: worker.luma.account.budget.snapshot(now: now), isWrite: endpoint?.isWrite == true, now: now)
        guard let admission else { return RateLimitStatus.fields([status]) }
        return admission.fields(admission.limits + [status])
    }
}
