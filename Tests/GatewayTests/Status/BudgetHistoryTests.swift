import Core
import GatewayAPI
import LumaClient
import Testing

@testable import Gateway

@Suite struct BudgetHistoryTests {
    private let history = BudgetHistory()

    private func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: 0).advanced(seconds: seconds) }

    /// What a budget shows of which so many GET requests are left, and one POST more.
    private func note(_ left: Int, of limit: Int = 2000, at seconds: Double) {
        var budget = Budget(BudgetSettings(getRequests: limit, postRequests: limit))
        var seen = budget.snapshot(now: at(seconds))
        seen.get.remaining = left
        seen.post.remaining = left + 1
        history.note(seen, at: at(seconds))
    }

    private func gets(_ seconds: Double) -> [Int?] { history.samples(at: at(seconds)).map { $0?.get } }

    @Test func nothingIsKnownBeforeTheFirstLook() {
        #expect(gets(0).isEmpty && gets(12_345).isEmpty)
    }

    @Test func theLowestOfAStepStandsForIt() {
        for (left, second) in [(9, 100.0), (4, 105), (7, 109.9), (8, 110)] { note(left, at: second) }
        #expect(gets(110) == [4, 8])
        #expect(history.samples(at: at(110)).first == .some(.init(get: 4, post: 5, waiting: 0)))
    }

    @Test func aStepWithoutALookIsEmpty() {
        note(5, at: 1000)
        note(6, at: 1025)
        #expect(gets(1049) == [5, nil, 6, nil, nil])
    }

    @Test func anHourIsKept() {
        for step in 0..<1000 { note(step + 1, at: Double(step) * 10) }
        let kept = gets(9990)
        #expect(kept.count == BudgetHistory.steps)
        #expect(kept.first == 641 && kept.last == 1000)
    }

    @Test(arguments: [3590.0, 3600, 3610, 7200, 100_000])
    func whatIsOlderIsForgotten(later: Double) {
        note(5, at: 5)
        let expected: [Int?] = later < 3600 ? [5] + Array(repeating: nil, count: 359) : []
        #expect(gets(later) == expected)
        note(6, at: later)
        #expect(gets(later).last == 6)
    }

    @Test func anotherLimitBeginsAnew() {
        note(5, at: 100)
        note(7, of: 3000, at: 120)
        #expect(gets(130) == [7, nil])
        note(9, at: 140)
        #expect(gets(140) == [9])
    }

    @Test func aClockThatIsReadLateChangesNothing() {
        note(5, at: 500)
        note(3, at: 495)
        #expect(gets(490) == [3, 5])
    }
}
