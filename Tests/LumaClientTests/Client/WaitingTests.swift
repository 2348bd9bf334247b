import Core
import HTTP
import LumaClient
import TestKit
import Testing

@MainActor @Suite struct WaitingTests {
    nonisolated static let budget = BudgetSettings(getRequests: 1, postRequests: 1, window: 10, adaptive: false)

    @Test func callersAreServedInTheOrderOfTheirArrival() async throws {
        let clock = ManualClock()
        let fixture = Fixture(
            clock: clock, ScriptedTransport([.json(200, [:])]), maxWait: 100, budget: Self.budget)
        var served: [Int] = []
        let tasks = (0..<4).map { number in
            Task { @MainActor in
                _ = try await fixture.client.getEvent("evt-\(number)", deadline: at(1000), context: CallContext())
                served.append(number)
            }
        }
        await clock.advance(seconds: 0)
        #expect(served == [0])
        #expect(fixture.account.budget.snapshot(now: clock.now).queued == 3)
        await clock.advance(seconds: 9.9)
        #expect(served == [0])
        await clock.advance(seconds: 0.2)
        #expect(served == [0, 1])
        await clock.advance(seconds: 20.5)
        #expect(served == [0, 1, 2, 3])
        for task in tasks { try await task.value }
        #expect(fixture.account.budget.snapshot(now: clock.now).queued == 0)
    }

    @Test func aCallerThatGoesAwayLeavesTheQueue() async throws {
        let clock = ManualClock()
        let fixture = Fixture(
            clock: clock, ScriptedTransport([.json(200, [:])]), maxWait: 100, budget: Self.budget)
        _ = try await fixture.client.getSelf(deadline: at(1000), context: CallContext())
        let gone = Task { @MainActor in
            await failure { _ = try await fixture.client.getSelf(deadline: at(1000), context: CallContext()) }
        }
        let stays = Task { @MainActor in
            _ = try await fixture.client.getSelf(deadline: at(1000), context: CallContext())
        }
        await clock.advance(seconds: 1)
        gone.cancel()
        #expect(await gone.value == .cancelled)
        #expect(fixture.account.budget.snapshot(now: clock.now).queued == 1)
        await clock.advance(seconds: 9.5)
        try await stays.value
        #expect(fixture.transport.requests.count == 2)
    }

    @Test func theTimeInTheQueueIsCounted() async throws {
        let fixture = Fixture([.json(200, [:])], budget: Self.budget)
        for _ in 0..<2 {
            _ = try await fixture.client.getSelf(deadline: fixture.deadline(), context: fixture.context)
        }
        #expect((10...10.1).contains(fixture.context.budgetWait))
    }

    @Test func twoLoopsShareOneBudget() async throws {
        let clock = ManualClock(isAutomatic: true)
        let first = Fixture(clock: clock, ScriptedTransport([.json(200, [:])]), maxWait: 1, budget: Self.budget)
        let second = Fixture(clock: clock, account: first.account, ScriptedTransport([.json(200, [:])]), maxWait: 1)
        _ = try await first.client.getSelf(deadline: at(1000), context: first.context)
        let error = await failure {
            _ = try await second.client.getSelf(deadline: at(1000), context: second.context)
        }
        #expect(error == .budgetExhausted(retryAfterSeconds: 10))
        #expect(second.transport.requests.isEmpty)
    }
}
