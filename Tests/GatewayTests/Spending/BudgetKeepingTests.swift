import Core
import GatewayAPI
import IO
import LumaClient
import Settings
import Store
import Testing

@testable import Gateway

@Suite struct BudgetKeepingTests {
    private let store = ScriptedStore()

    private func shared() throws -> Shared {
        let resolution = try Configuration.resolve(
            flags: [.apiKey: "secret-key"], environment: [:], dotEnv: nil,
            surroundings: Surroundings(cores: 1, isTerminal: false))
        return Shared(
            resolution.configuration, upstream: "https://luma.test", templates: TemplateCatalog(),
            log: try LogSink(path: "/dev/null", format: .text, threshold: .error), store: store)
    }

    /// The start goes on without it, and what was kept counts when the disk answers after all.
    @Test func aStoreThatHangsHoldsUpNoStart() async throws {
        let first = try shared()
        await first.resumeBudget()
        let now = LoopClock.monotonicNow
        let deadline = now.advanced(seconds: 10)
        guard case .proceed(let grant) = first.account.budget.reserve(.get, now: now, maxWait: 0, deadline: deadline)
        else {
            Issue.record("no room in a new budget")
            return
        }
        first.account.budget.settle(grant, .answered(status: 429, RateLimitFields()), now: now)
        first.account.budget.keepNow(now)
        let next = try shared()
        store.hold(.load)
        await next.resumeBudget(patience: 0.01)
        #expect(next.account.budget.snapshot(now: LoopClock.monotonicNow).closedUntil == nil)
        store.release()
        _ = await withCheckedContinuation { continuation in store.count { continuation.resume(returning: $0) } }
        #expect(next.account.budget.snapshot(now: LoopClock.monotonicNow).closedUntil != nil)
    }
}
