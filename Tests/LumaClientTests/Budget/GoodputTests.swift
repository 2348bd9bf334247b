import LumaClient
import Testing

@Suite struct GoodputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var counting: Counting
        var limit = 200
        var callers = 40
        var skew = 0.0
        var slowest = 0.4
        var seed: UInt64
        var testDescription: String { "\(counting) \(limit)/\(callers) skew \(skew) way \(slowest) seed \(seed)" }
    }

    static let cases: [Case] = Counting.allCases.flatMap { counting in
        [
            Case(counting: counting, seed: 1), Case(counting: counting, seed: 2),
            Case(counting: counting, limit: 500, callers: 100, seed: 3),
            Case(counting: counting, limit: 10, callers: 24, seed: 4),
            Case(counting: counting, skew: 400, seed: 5), Case(counting: counting, skew: -400, seed: 6),
            Case(counting: counting, callers: 100, slowest: 3, seed: 7),
        ]
    }

    /// Five minutes of more demand than Luma grants: not one refusal by Luma, and hardly a grant unused.
    @Test(arguments: cases) func demandBeyondTheBudgetGetsAllOfItAndNoRefusal(_ test: Case) {
        let luma = SimulatedLuma(test.counting, limit: test.limit, firstWindow: 17, sendsDate: true)
        var siege = Siege(
            luma, Tap(BudgetSettings()), seed: test.seed, skew: test.skew, lossRate: 0, slowest: test.slowest)
        siege.run(callers: test.callers, seconds: 300)
        let windows = test.counting == .aligned ? siege.luma.windows : 5
        #expect(siege.luma.refused == 0)
        // A way of seconds to Luma leaves that much of each window unused.
        let share = test.slowest > 1 ? 0.92 : 0.97
        #expect(Double(siege.luma.granted) >= share * Double(test.limit * windows))
        #expect(siege.luma.granted <= test.limit * windows)
    }

    /// Answers that get lost cost what Luma may have counted for them, never a refusal.
    @Test(arguments: Counting.allCases, [UInt64(11), 12, 13]) func lostAnswersNeverLeadToARefusal(
        counting: Counting, seed: UInt64
    ) {
        let luma = SimulatedLuma(counting, limit: 50, firstWindow: 40, sendsDate: true)
        var siege = Siege(luma, Tap(BudgetSettings()), seed: seed, skew: 0, lossRate: 0.2, slowest: 0.4)
        siege.run(callers: 32, seconds: 300)
        #expect(siege.luma.refused == 0)
        #expect(siege.luma.granted >= 200)
    }

    /// A static budget alone, against a server of the same size that counts any span of a window.
    @Test(arguments: Counting.allCases) func theStaticBudgetNeverExceedsItselfInAnySpan(counting: Counting) {
        var settings = BudgetSettings(getRequests: 50, postRequests: 50, window: 60, adaptive: false)
        settings.longestSleep = 0.25
        let luma = SimulatedLuma(counting, limit: 100, firstWindow: 33, sendsDate: false)
        var siege = Siege(luma, Tap(settings), seed: 21, skew: 0, lossRate: 0.05, slowest: 0.4)
        siege.run(callers: 50, seconds: 300)
        #expect(siege.luma.refused == 0)
        #expect(siege.luma.granted >= 485)
    }
}
