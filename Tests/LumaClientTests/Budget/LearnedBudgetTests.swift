import Core
import LumaClient
import Testing

@Suite struct LearnedBudgetTests {
    /// A budget that has learned from one answer at second 0.
    static func taught(limit: Int = 10, remaining: Int, reset: Double = 40, stamp: Int64 = 1000) -> Tap {
        let budget = Tap(BudgetSettings())
        _ = budget.spend(.get, 0, .window(limit: limit, remaining: remaining, reset: reset, stamp: stamp))
        return budget
    }

    @Test func atTheStartOnlyProbesFlyUntilAnAnswerTells() throws {
        let budget = Tap(BudgetSettings())
        let probes = (0..<4).compactMap { _ in budget.ask(.post, 0).grant }
        #expect(probes.count == 4)
        #expect(budget.ask(.post, 0).wake != nil)
        budget.settle(
            probes[0], .answered(status: 200, .window(limit: 10, remaining: 9, reset: 60)), now: at(0.1))
        let snapshot = budget.snapshot(now: at(0.1))
        #expect(snapshot.isLearned)
        #expect(snapshot.get.limit == 10 && snapshot.post.limit == 10)
        #expect(snapshot.inFlight == 3)
        #expect(snapshot.get.remaining == 5)  // 9 reported, 3 in flight, 1 waits
    }

    @Test func aLearnedLimitReplacesBothClasses() {
        let budget = Self.taught(remaining: 3)
        #expect(budget.ask(.get, 1).grant != nil)
        #expect(budget.ask(.post, 1).grant != nil)
        #expect(budget.ask(.get, 1).grant != nil)
        #expect(budget.ask(.post, 1).grant == nil)
    }

    @Test func nothingIsLearnedWhenTheSettingsForbidIt() {
        let budget = Tap(BudgetSettings(adaptive: false))
        #expect(budget.spend(.get, 0, .window(limit: 5, remaining: 0, reset: 40)))
        #expect(budget.ask(.get, 1).grant != nil)
        #expect(!budget.snapshot(now: at(1)).isLearned)
    }

    @Test func anAnswerWithoutFieldsKeepsTheStaticBudget() {
        let budget = Tap(BudgetSettings(getRequests: 6))
        #expect(budget.spend(.get, 0))
        #expect((0..<5).allSatisfy { _ in budget.ask(.get, 1).grant != nil })
        #expect(budget.ask(.get, 1, wait: 1).retryAfter == 299)
    }

    @Test func remainingFallsAtAnyTimeAndRisesOnlyWithAWindow() throws {
        let budget = Self.taught(remaining: 8)
        let grants = (0..<3).compactMap { _ in budget.ask(.get, 1).grant }
        try #require(grants.count == 3)
        // Others used up four meanwhile; then two answers arrive that were counted before that one.
        budget.settle(grants[2], .answered(status: 200, .window(limit: 10, remaining: 1, reset: 39)), now: at(2))
        #expect(budget.snapshot(now: at(2)).get.remaining == 0)  // two are still in flight
        budget.settle(grants[0], .answered(status: 200, .window(limit: 10, remaining: 7, reset: 39)), now: at(3))
        budget.settle(grants[1], .answered(status: 200, .window(limit: 10, remaining: 6, reset: 39)), now: at(3))
        #expect(budget.snapshot(now: at(3)).get.remaining == 1)
    }

    @Test func aLateAnswerOfAnEarlierWindowRaisesAndLowersNothing() throws {
        let budget = Self.taught(remaining: 8, stamp: 1000)
        let late = (0..<2).compactMap { _ in budget.ask(.get, 39).grant }
        try #require(late.count == 2)
        #expect(budget.spend(.get, 41, .window(limit: 10, remaining: 5, reset: 59, stamp: 1060)))
        #expect(budget.snapshot(now: at(41)).get.remaining == 3)
        budget.settle(
            late[0], .answered(status: 200, .window(limit: 10, remaining: 2, reset: -1, stamp: 1000)), now: at(42))
        budget.settle(
            late[1], .answered(status: 200, .window(limit: 10, remaining: 9, reset: -1, stamp: 1000)), now: at(42))
        #expect(budget.snapshot(now: at(42)).get.remaining == 5)
    }

    @Test func aLateAnswerDoesNotOpenTheNextWindow() throws {
        let budget = Self.taught(remaining: 8, stamp: 1000)
        let late = try #require(budget.ask(.get, 39).grant)
        let probes = (0..<4).compactMap { _ in budget.ask(.get, 41).grant }
        #expect(probes.count == 4)
        budget.settle(
            late, .answered(status: 200, .window(limit: 10, remaining: 0, reset: -1, stamp: 1000)), now: at(41))
        #expect(budget.ask(.get, 41).grant == nil)  // still nothing is known
        budget.settle(
            probes[0], .answered(status: 200, .window(limit: 10, remaining: 9, reset: 59, stamp: 1060)), now: at(42))
        #expect(budget.snapshot(now: at(42)).get.remaining == 4)  // 9 − 3 probes − the caller above − the late one
    }

    @Test func aResetThatMovedOnProvesANewWindow() throws {
        let budget = Self.taught(remaining: 2, reset: 40, stamp: 1000)
        let flying = try #require(budget.ask(.get, 39).grant)
        budget.settle(
            flying, .answered(status: 200, .window(limit: 10, remaining: 9, reset: 59, stamp: 1060)), now: at(39.5))
        #expect(budget.snapshot(now: at(39.5)).get.remaining == 9)
    }

    @Test func anEmptyWindowIsWaitedOutAndTheRefusalTellsTheTruth() throws {
        let budget = Self.taught(limit: 2, remaining: 0, reset: 40)
        #expect(budget.ask(.get, 10, wait: 20).retryAfter == 31)  // 40.1 − 10
        let waiter = try #require(budget.ask(.get, 10).ticket)
        #expect(budget.ask(.get, 10).ticket != nil)
        #expect(budget.ask(.post, 10, wait: 40).retryAfter == 91)  // the third needs a second window
        #expect(budget.confirm(waiter, now: at(40)).grant == nil)
        #expect(budget.confirm(waiter, now: at(40.2)).grant != nil)
    }

    @Test func aRequestWithoutAnswerCountsAndOneThatNeverLeftDoesNot() throws {
        let budget = Self.taught(remaining: 3)
        let grants = (0..<2).compactMap { _ in budget.ask(.get, 1).grant }
        try #require(grants.count == 2)
        budget.settle(grants[0], .unanswered, now: at(2))
        budget.settle(grants[1], .neverSent, now: at(2))
        #expect(budget.snapshot(now: at(2)).get.remaining == 2)
    }

    @Test func answersWithoutFieldsInANewWindowCountAgainstIt() throws {
        let budget = Self.taught(remaining: 3)
        let probes = (0..<2).compactMap { _ in budget.ask(.get, 50).grant }
        try #require(probes.count == 2)
        budget.settle(probes[0], .unanswered, now: at(51))
        budget.settle(probes[1], .answered(status: 500, .init()), now: at(51))
        #expect(budget.snapshot(now: at(51)).get.remaining == 8)
    }

    @Test func aResetThatMakesNoSenseCountsAsAWholeWindow() {
        for reset in [-500.0, 5000] {
            let budget = Self.taught(remaining: 0, reset: reset)
            #expect(budget.ask(.get, 1, wait: 1).retryAfter == 60)
        }
    }
}
