import Core
import LumaClient
import Testing

@Suite struct StaticBudgetTests {
    static func budget(get: Int = 3, post: Int = 2, window: Double = 10, queue: Int = 1024) -> Tap {
        Tap(
            BudgetSettings(
                getRequests: get, postRequests: post, window: window, blockDuration: 60, adaptive: false,
                queueLimit: queue))
    }

    @Test func eachClassHasItsOwnTokensAndTheyReturnAWindowAfterTheAnswer() throws {
        let budget = Self.budget()
        for second in [0.0, 1, 2] { #expect(budget.spend(.get, second)) }
        for second in [3.0, 4] { #expect(budget.spend(.post, second)) }
        #expect(budget.ask(.get, 5, wait: 4).retryAfter == 5)
        #expect(budget.ask(.post, 5, wait: 4).retryAfter == 8)
        #expect(budget.spend(.get, 10))
        #expect(budget.ask(.get, 10.5, wait: 0.4).retryAfter == 1)
        #expect(budget.spend(.get, 11))
    }

    @Test func aTokenIsAwayFromTheStartAndReturnsOnlyAfterTheAnswer() throws {
        let budget = Self.budget(get: 1)
        let grant = try #require(budget.ask(.get, 0).grant)
        #expect(budget.ask(.get, 50, wait: 5).retryAfter == 10)
        budget.settle(grant, .answered(status: 200, .init()), now: at(52))
        #expect(budget.ask(.get, 60, wait: 1).retryAfter == 2)
        #expect(budget.ask(.get, 62).grant != nil)
    }

    @Test func aRequestThatWasNeverSentCostsNothingAndAnUnansweredOneDoes() throws {
        let budget = Self.budget(get: 1)
        let first = try #require(budget.ask(.get, 0).grant)
        budget.settle(first, .neverSent, now: at(1))
        let second = try #require(budget.ask(.get, 1).grant)
        budget.settle(second, .unanswered, now: at(2))
        #expect(budget.ask(.get, 3, wait: 1).retryAfter == 9)
    }

    @Test func waitersAreServedInOrderHoweverTheyWake() throws {
        let budget = Self.budget(get: 1)
        #expect(budget.spend(.get, 0))
        let first = budget.ask(.get, 1)
        let second = budget.ask(.get, 2)
        let (a, b) = (try #require(first.ticket), try #require(second.ticket))
        #expect(first.wake == at(2))  // never longer than a second without another look
        #expect(budget.confirm(b, now: at(10)).grant == nil)
        #expect(budget.ask(.get, 10).grant == nil)  // a newcomer does not overtake
        #expect(budget.confirm(a, now: at(10.5)).grant != nil)
        #expect(budget.confirm(b, now: at(10.6)).grant == nil)
    }

    @Test func aCancelledWaiterGivesItsPlaceBack() throws {
        let budget = Self.budget(get: 1)
        #expect(budget.spend(.get, 0))
        let a = try #require(budget.ask(.get, 1).ticket)
        let b = try #require(budget.ask(.get, 1).ticket)
        budget.cancel(a)
        budget.cancel(a)
        #expect(budget.confirm(b, now: at(10)).grant != nil)
        #expect(budget.confirm(a, now: at(10)).retryAfter != nil)
        #expect(budget.snapshot(now: at(10)).queued == 0)
    }

    @Test(arguments: [(8.9, 10), (9.1, nil)])
    func theMaximalWaitDecidesAtOnce(wait: Double, retryAfter: Int?) {
        let budget = Self.budget(get: 1)
        #expect(budget.spend(.get, 0))
        let answer = budget.reserve(.get, now: at(1), maxWait: wait, deadline: at(1000))
        #expect(answer.retryAfter == retryAfter.map { $0 - 1 })
        #expect((answer.ticket == nil) == (retryAfter != nil))
    }

    @Test func theDeadlineOfTheCallerDecidesToo() {
        let budget = Self.budget(get: 1)
        #expect(budget.spend(.get, 0))
        #expect(budget.reserve(.get, now: at(1), maxWait: 100, deadline: at(9)).retryAfter == 9)
        #expect(budget.reserve(.get, now: at(1), maxWait: 100, deadline: at(11)).ticket != nil)
    }

    @Test func theWaitOfThoseFurtherBackCountsEveryoneBeforeThem() {
        let budget = Self.budget(get: 2)
        #expect(budget.spend(.get, 0))
        #expect(budget.spend(.get, 1))
        let expected = [10, 11, 20, 21, 30]  // two tokens, back at 10 and 11, then again a window later
        for second in expected {
            #expect(budget.ask(.get, 5, wait: 1).retryAfter == second - 5)
            #expect(budget.ask(.get, 5).ticket != nil)
        }
    }

    @Test func theQueueIsBounded() {
        let budget = Self.budget(get: 1, queue: 2)
        #expect(budget.spend(.get, 0))
        #expect(budget.ask(.get, 1).ticket != nil)
        #expect(budget.ask(.get, 1).ticket != nil)
        #expect(budget.ask(.get, 1).retryAfter == 29)
        #expect(budget.snapshot(now: at(1)).queued == 2)
    }

    @Test func aTapThatClosesWhileSomeoneWaitsMakesItWaitAgainOrRefuses() throws {
        let budget = Self.budget(get: 2)
        #expect(budget.spend(.get, 0))
        let flying = try #require(budget.ask(.get, 0).grant)
        let patient = try #require(budget.reserve(.get, now: at(1), maxWait: 100, deadline: at(1000)).ticket)
        let hasty = try #require(budget.reserve(.get, now: at(1), maxWait: 15, deadline: at(1000)).ticket)
        budget.settle(flying, .answered(status: 429, .retryAfter(30)), now: at(5))
        #expect(budget.confirm(patient, now: at(10)).wake == at(11))
        #expect(budget.confirm(hasty, now: at(10)).retryAfter == 26)
        #expect(budget.confirm(patient, now: at(35.2)).grant == nil)
        #expect(budget.confirm(patient, now: at(35.3)).grant != nil)
    }
}
