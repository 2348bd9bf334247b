import Core
import HTTP
import LumaClient
import Testing

@Suite struct BlockTests {
    static let wall = Timestamp(milliseconds: 1_780_000_000_000)

    @Test(arguments: [
        (["retry-after": "30"], 31),
        (["retry-after": "0"], 2),
        (["retry-after": "999999"], 900),
        (["retry-after": "soon"], 60),
        (["retry-after": "-5"], 60),
        ([:], 60),
        (["retry-after": "Thu, 28 May 2026 20:27:00 GMT"], 21),
        (["retry-after": "Thu, 28 May 2026 20:20:00 GMT"], 2),
        (["x-ratelimit-reset": "1780000040"], 41),
        (["x-ratelimit-reset": "1780000040", "retry-after": "10"], 11),
        (["x-ratelimit-reset": "1779999000"], 60),
    ])
    func a429ClosesTheTapForAll(fields: [String: String], seconds: Int) throws {
        for adaptive in [false, true] {
            let budget = Tap(BudgetSettings(adaptive: adaptive))
            let answer = OutboundResponse(status: 429, fields: fields.map { Field($0.key, $0.value) })
            let limits = RateLimitFields(answer, wallClock: Self.wall)
            #expect(budget.spend(.post, 0, status: 429, limits))
            for kind in RequestClass.allCases { #expect(budget.ask(kind, 0, wait: 0.5).retryAfter == seconds) }
            #expect(budget.snapshot(now: at(0)).get.remaining == 0)
            #expect(budget.snapshot(now: at(0)).closedUntil != nil)
            #expect(budget.ask(.get, Double(seconds)).grant != nil)
        }
    }

    @Test func anEarlierEndNeverOpensTheTap() throws {
        let budget = Tap(BudgetSettings(adaptive: false))
        let grants = (0..<3).compactMap { _ in budget.ask(.get, 0).grant }
        try #require(grants.count == 3)
        budget.settle(grants[0], .answered(status: 429, .retryAfter(50)), now: at(1))
        budget.settle(grants[1], .answered(status: 429, .retryAfter(5)), now: at(2))
        budget.settle(grants[2], .answered(status: 200, .init()), now: at(3))
        #expect(budget.ask(.get, 20, wait: 1).retryAfter == 32)
    }

    @Test func afterABlockOnlyProbesFlyUntilOneIsAnswered() throws {
        let budget = Tap(BudgetSettings(adaptive: false))
        #expect(budget.spend(.get, 0, status: 429, .retryAfter(10)))
        let probes = (0..<4).compactMap { _ in budget.ask(.get, 12).grant }
        #expect(probes.count == 4)
        let waiting = try #require(budget.ask(.get, 12).ticket)
        budget.settle(probes[0], .unanswered, now: at(13))
        #expect(budget.confirm(waiting, now: at(13)).grant != nil)
        #expect(budget.ask(.get, 13).grant == nil)
        budget.settle(probes[1], .answered(status: 200, .init()), now: at(14))
        #expect((0..<50).allSatisfy { _ in budget.ask(.get, 15).grant != nil })
    }

    @Test(arguments: [
        ("12", 12.0, true), ("1780000012", 12, true), ("1780000012000", 12, false), ("1780000012.5", 12.5, false),
    ])
    func theUnitOfTheResetIsToldByItsSize(text: String, seconds: Double, coarse: Bool) {
        let answer = OutboundResponse(status: 200, fields: [Field("x-ratelimit-reset", text)])
        let fields = RateLimitFields(answer, wallClock: Self.wall)
        #expect(fields.secondsToReset == seconds)
        #expect(fields.resetIsCoarse == coarse)
        #expect(fields.resetStamp == Timestamp(milliseconds: Self.wall.milliseconds + Int64(seconds * 1000)))
    }

    @Test func theServersOwnDateOutweighsOurClock() {
        let answer = OutboundResponse(
            status: 200,
            fields: [Field("date", "Thu, 28 May 2026 20:26:40 GMT"), Field("x-ratelimit-reset", "1780000012")])
        let fields = RateLimitFields(answer, wallClock: Timestamp(milliseconds: 0))
        #expect(fields.secondsToReset == 12)
        #expect(fields.resetIsRelative)
    }

    @Test(arguments: ["", "-1", "1e5", "0x10", "12 ", "9999999999999999999", "1.2.3", "."])
    func nonsenseIsNoField(text: String) {
        let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"]
        let answer = OutboundResponse(status: 200, fields: names.map { Field($0, text) })
        #expect(RateLimitFields(answer, wallClock: Self.wall) == RateLimitFields())
    }
}
