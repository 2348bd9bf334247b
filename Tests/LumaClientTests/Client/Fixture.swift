import Core
import HTTP
import LumaClient
import TestKit

/// A client with a scripted upstream and a clock that jumps to the end of each sleep.
struct Fixture {
    let clock: ManualClock
    let transport: ScriptedTransport
    let account: LumaAccount
    let client: LumaClient
    let context = CallContext()

    static let key = "secret-abc"
    static let date = Field("date", "Thu, 28 May 2026 20:26:40 GMT")

    init(
        clock: ManualClock = ManualClock(isAutomatic: true), account: LumaAccount? = nil,
        _ transport: ScriptedTransport, calendar: String? = nil, maxWait: Double = 20,
        budget: BudgetSettings = BudgetSettings(), retries: Int = 3, timeout: Double = 30
    ) {
        self.clock = clock
        self.transport = transport
        self.account = account ?? LumaAccount(budget)
        client = LumaClient(
            settings: .init(
                baseURL: "https://luma.test/", apiKey: Secret(Self.key), calendarID: calendar,
                requestTimeout: timeout, maxWait: maxWait, retry: RetryPolicy(maxRetries: retries)),
            account: self.account, transport: transport, time: clock, random: SeededGenerator(seed: 1))
    }

    init(_ answers: [ScriptedTransport.Answer], maxWait: Double = 20, budget: BudgetSettings = BudgetSettings()) {
        self.init(ScriptedTransport(answers), maxWait: maxWait, budget: budget)
    }

    func deadline(_ seconds: Double = 60) -> MonotonicTime { clock.now.advanced(seconds: seconds) }
}

/// The error of a call; nil when it succeeds.
func failure(of body: () async throws -> Void) async -> LumaError? {
    do { try await body() } catch { return error as? LumaError }
    return nil
}
