import Core
import Testing

@testable import LumaClient

/// What one program does with its part of a budget that others spend, too; the ledger's answers are the test's.
@Suite struct BudgetShareTests {
    /// A budget that has joined others.
    private static func joined(_ settings: BudgetSettings = BudgetSettings()) -> Tap {
        let tap = Tap(settings)
        tap.budget.join()
        return tap
    }

    private static func allotment(
        _ tokens: Int, period: Int64 = 1, limit: Int? = 200, left: Int = 100, reset: Double? = 60
    ) -> BudgetAllotment {
        BudgetAllotment(
            period: period, tokens: tokens, isConfirmed: reset != nil, limit: limit, left: left, resetSeconds: reset)
    }

    /// What the ledger is to be asked now.
    private func dues(_ tap: Tap, _ seconds: Double) throws -> BudgetDues {
        let dues = tap.budget.dues(at(seconds))
        return try #require(dues)
    }

    /// The ledger is asked and answers at once.
    @discardableResult private func exchange(
        _ tap: Tap, _ seconds: Double, _ allotment: BudgetAllotment
    ) throws -> BudgetDues {
        let dues = try self.dues(tap, seconds)
        tap.budget.take(allotment, told: dues, now: at(seconds))
        return dues
    }

    /// Sends until there is nothing to be sent at once.
    private func sendAll(_ tap: Tap, _ seconds: Double) -> [Grant] {
        var grants: [Grant] = []
        while let grant = tap.ask(.get, seconds, wait: 0).grant { grants.append(grant) }
        return grants
    }

    @Test func oneThatIsAloneAsksNobody() {
        let tap = Tap(BudgetSettings())
        #expect(tap.spend(.get, 0, .window(limit: 20, remaining: 19, reset: 60)))
        #expect(sendAll(tap, 1).count == 19)
        #expect(!tap.budget.asks(at(1)))
        #expect(tap.budget.dues(at(1)) == nil)
        #expect(tap.budget.tick(at(1)) == Budget.Errand(asks: false, pause: 1))
        #expect(tap.snapshot(now: at(1)).leased == nil)
    }

    @Test func nothingIsSentBeforeTheLedgerHasAnswered() throws {
        let tap = Self.joined()
        let ticket = try #require(tap.ask(.get, 0).ticket)
        #expect(tap.budget.asks(at(0)))
        let dues = try self.dues(tap, 0)
        #expect(dues.wants)
        // One question at a time.
        #expect(tap.budget.dues(at(0)) == nil)
        #expect(!tap.budget.asks(at(0)))
        #expect(tap.confirm(ticket, now: at(0.02)).grant == nil)
        tap.budget.take(Self.allotment(3), told: dues, now: at(0.02))
        #expect(tap.confirm(ticket, now: at(0.04)).grant != nil)
        #expect(sendAll(tap, 0.04).count == 2)
        #expect(tap.snapshot(now: at(0.04)).leased == 0)
        #expect(tap.snapshot(now: at(0.04)).get.limit == 200)
    }

    @Test func moreIsAskedForAtAQuarterOfTheBlock() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(8))
        for left in [7, 6, 5, 4, 3] {
            #expect(tap.ask(.get, 0).grant != nil)
            #expect(!tap.budget.asks(at(0)), "\(left)")
        }
        #expect(tap.ask(.get, 0).grant != nil)
        #expect(tap.budget.asks(at(0)))
        let dues = try exchange(tap, 0, Self.allotment(8))
        #expect(dues.wants)
        #expect(dues.outstanding == 8)
        #expect(sendAll(tap, 0).count == 10)
    }

    @Test func whatIsNotWantedForASecondGoesBack() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(8))
        #expect(tap.ask(.get, 0.5).grant != nil)
        #expect(tap.budget.tick(at(1.5)).asks)
        let dues = try exchange(tap, 1.5, Self.allotment(0))
        #expect(dues.returned == 7)
        #expect(dues.returnedPeriod == 1)
        #expect(dues.outstanding == 1)
        #expect(!dues.wants)
        // It is said once.
        #expect(try exchange(tap, 7, Self.allotment(0)).returned == 0)
        #expect(tap.ask(.get, 7).ticket != nil)
    }

    @Test func tokensAreGoodForTheirPeriodOnly() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(8, reset: 10))
        #expect(tap.ask(.get, 9).grant != nil)
        #expect(tap.ask(.get, 10.1, wait: 0).grant == nil)
        let dues = try exchange(tap, 10.1, Self.allotment(1, period: 2, left: 0, reset: nil))
        #expect(dues.returned == 7)
        #expect(dues.returnedPeriod == 1)
        #expect(sendAll(tap, 10.2).count == 1)
    }

    /// Another gateway has seen the turn first.
    @Test func aNewPeriodOfTheLedgerVoidsWhatIsHeld() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(8))
        #expect(tap.ask(.get, 0.9).grant != nil)
        #expect(try exchange(tap, 1, Self.allotment(2, period: 2)).returned == 0)
        #expect(sendAll(tap, 1).count == 2)
        let dues = try self.dues(tap, 1)
        #expect(dues.returned == 7)
        #expect(dues.returnedPeriod == 1)
    }

    @Test func theFirstAnswerOfAPeriodIsReportedAtOnceAndLaterOnesNowAndThen() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(1, limit: nil, left: 0, reset: nil))
        #expect(tap.spend(.get, 0.1, .window(limit: 200, remaining: 150, reset: 30)))
        #expect(tap.budget.asks(at(0.1)))
        let dues = try exchange(tap, 0.1, Self.allotment(12, left: 138, reset: 30))
        #expect(dues.reports == 1)
        #expect(dues.window?.limit == 200)
        #expect(dues.window?.remaining == 150)
        #expect(tap.spend(.get, 0.2, .window(limit: 200, remaining: 149, reset: 30)))
        #expect(!tap.budget.asks(at(0.2)))
        #expect(!tap.budget.tick(at(0.3)).asks)
        #expect(tap.budget.tick(at(0.4)).asks)
        #expect(try exchange(tap, 0.4, Self.allotment(0)).window?.remaining == 149)
    }

    @Test func aRefusalIsToldAtOnceAndHoldsAlsoWhenAnotherHasMetIt() throws {
        let (first, second) = (Self.joined(), Self.joined())
        for tap in [first, second] { try exchange(tap, 0, Self.allotment(8)) }
        #expect(first.spend(.get, 1, status: 429, .retryAfter(20)))
        #expect(first.budget.asks(at(1)))
        var answer = Self.allotment(0, period: 2, reset: nil)
        answer.closedSeconds = 20.25
        let dues = try exchange(first, 1, answer)
        #expect(dues.closedSeconds == 20.25)
        #expect(dues.returned == 7)
        try exchange(second, 1, answer)
        for tap in [first, second] {
            #expect(tap.ask(.get, 2, wait: 5).retryAfter == 20)
            #expect(try exchange(tap, 3, answer).closedSeconds == nil)
        }
    }

    @Test func oneThatWasAloneTellsWhatItLeaves() throws {
        let tap = Tap(BudgetSettings())
        #expect(tap.spend(.get, 0, .window(limit: 200, remaining: 100, reset: 60)))
        let flying = try #require(tap.ask(.get, 1).grant)
        tap.budget.suspend()
        #expect(tap.ask(.get, 1, wait: 0).grant == nil)
        let dues = try exchange(tap, 1, Self.allotment(12, left: 87, reset: 59))
        #expect(dues.opens)
        #expect(dues.window?.remaining == 99)
        #expect(dues.outstanding == 1)
        #expect(sendAll(tap, 1).count == 12)
        // What comes back now is of the time before, and takes nothing away.
        tap.settle(flying, .answered(status: 200, .window(limit: 200, remaining: 0, reset: 59)), now: at(2))
        try exchange(tap, 2, Self.allotment(3, left: 84, reset: 58))
        #expect(sendAll(tap, 2).count == 3)
    }

    @Test func oneThatIsAloneAgainAsksLumaOnceBeforeItSendsMore() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(8))
        tap.budget.own()
        let grants = sendAll(tap, 1)
        #expect(grants.count == 1)
        tap.settle(grants[0], .answered(status: 200, .window(limit: 200, remaining: 50, reset: 59)), now: at(1))
        #expect(sendAll(tap, 1).count == 50)
        #expect(tap.budget.dues(at(1)) == nil)
    }

    @Test func aRequestThatWasNeverSentHasItsTokenBack() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(1))
        let grant = try #require(tap.ask(.get, 0).grant)
        #expect(tap.ask(.get, 0, wait: 0).grant == nil)
        tap.settle(grant, .neverSent, now: at(0))
        #expect(tap.ask(.get, 0).grant != nil)
    }

    @Test func whenAllIsGivenOutTheResetIsWaitedFor() throws {
        let tap = Self.joined()
        let ticket = try #require(tap.ask(.get, 0, wait: 20).ticket)
        try exchange(tap, 0, Self.allotment(0, left: 0, reset: 30))
        #expect(tap.confirm(ticket, now: at(0.02)).retryAfter == 30)
        // Others may give something back.
        #expect(tap.ask(.get, 0.1, wait: 60).ticket != nil)
        #expect(!tap.budget.asks(at(0.2)))
        #expect(tap.budget.asks(at(0.3)))
    }

    @Test func withoutTheLedgerThereIsHalfAShareOfTheNextWindows() throws {
        let tap = Self.joined()
        tap.budget.setGateways(4)
        try exchange(tap, 0, Self.allotment(8, reset: 30))
        #expect(tap.ask(.get, 0.4).grant != nil)
        let dues = try self.dues(tap, 0.5)
        tap.budget.fail(dues, now: at(0.5))
        #expect(tap.snapshot(now: at(0.5)).isCutOff)
        // What it holds is its own.
        #expect(sendAll(tap, 1).count == 7)
        let late = sendAll(tap, 31)
        // Nothing is known of that window yet: a few fly until one of them is answered.
        #expect(late.count == 4)
        for (index, grant) in late.enumerated() {
            let fields = RateLimitFields.window(limit: 200, remaining: 196 - index, reset: 59, stamp: 2000)
            tap.settle(grant, .answered(status: 200, fields), now: at(31))
        }
        #expect(sendAll(tap, 32).count == 200 / 8 - 4)
        #expect(tap.ask(.get, 33, wait: 5).retryAfter != nil)
        // It is heard again: what it took unasked was never given out.
        let next = try exchange(tap, 34, Self.allotment(2, period: 2, reset: 50))
        #expect(next.unleased == 8 + 21)
        #expect(next.returned == 0)
        #expect(sendAll(tap, 34).count == 2)
    }

    @Test func theShareIsOfTheWindowsThatLumaOpens() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(0, reset: 30))
        let dues = try self.dues(tap, 0.5)
        tap.budget.fail(dues, now: at(0.5))
        #expect(tap.spend(.get, 31, .window(limit: 200, remaining: 199, reset: 10, stamp: 2000)))
        #expect(sendAll(tap, 32).count == 49)
        #expect(sendAll(tap, 41).isEmpty)
        #expect(!sendAll(tap, 41.2).isEmpty)
    }

    /// The others must know of it before: a window that ends too soon is left to them.
    @Test func noShareIsTakenOfAWindowThatBeginsAtOnce() throws {
        let tap = Self.joined()
        try exchange(tap, 0, Self.allotment(0, reset: 3))
        let dues = try self.dues(tap, 0.5)
        tap.budget.fail(dues, now: at(0.5))
        #expect(sendAll(tap, 4).isEmpty)
        #expect(!sendAll(tap, 63.1).isEmpty)
    }

    @Test func aSilentLedgerIsNotWaitedForAndItsLateAnswerCounts() throws {
        let tap = Self.joined()
        let dues = try self.dues(tap, 0)
        #expect(!tap.budget.tick(at(1.9)).isCutOff)
        let errand = tap.budget.tick(at(2))
        #expect(errand.isCutOff)
        #expect(!errand.asks)
        tap.budget.take(Self.allotment(5), told: dues, now: at(10))
        #expect(sendAll(tap, 10).count == 5)
    }

    @Test func anAnswerToAnEarlierQuestionIsNobodys() throws {
        let tap = Self.joined()
        let dues = try self.dues(tap, 0)
        tap.budget.own()
        tap.budget.take(Self.allotment(5), told: dues, now: at(1))
        #expect(tap.snapshot(now: at(1)).leased == nil)
        tap.budget.suspend()
        let next = try self.dues(tap, 2)
        tap.budget.fail(dues, now: at(2))
        #expect(!tap.snapshot(now: at(2)).isCutOff)
        tap.budget.wait(next, now: at(2))
        #expect(!tap.budget.asks(at(2.01)))
        #expect(tap.budget.asks(at(2.03)))
    }

    /// Numbers that Luma has never said are divided.
    @Test func theStaticBudgetIsDivided() throws {
        let tap = StaticBudgetTests.budget(get: 9, post: 2, window: 10)
        tap.budget.setGateways(4)
        #expect(sendAll(tap, 0).count == 2)
        #expect(tap.ask(.post, 0, wait: 0).grant != nil)
        #expect(tap.ask(.post, 0, wait: 0).grant == nil)
        tap.budget.setGateways(1)
        #expect(sendAll(tap, 0).count == 7)
    }
}
