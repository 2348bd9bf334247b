import Core
import GatewayAPI
import Keys
import Testing

@testable import Gateway

@Suite struct KeyCountersTests {
    private static let start = MonotonicTime(nanoseconds: 3_600_000_000_000)
    /// Noon.
    private static let noon = Timestamp(milliseconds: 20_000 * 86_400_000 + 43_200_000)

    private func charge(
        _ counters: KeyCounters, _ limits: KeyLimits, _ count: Int = 1, after seconds: Double = 0, begins: Bool = true
    ) -> KeyCounters.Verdict {
        counters.charge(
            limits, count, isBeginning: begins, at: Self.start.advanced(seconds: seconds),
            Self.noon.advanced(seconds: seconds))
    }

    @Test func aRateIsHeldOverTheEndOfItsWindow() throws {
        let rule = try #require(RateRule(6, per: .minute))
        let limits = KeyLimits(rates: [rule])
        let counters = KeyCounters()
        for second in 0..<6 { #expect(charge(counters, limits, after: 50 + Double(second)).exceeded == nil) }
        let refused = charge(counters, limits, after: 57)
        #expect(refused.exceeded == .rate(rule))
        #expect(refused.limits.first?.remaining == 0 && refused.limits.first?.policy.description == "key")
        // Right after the turn of the minute the six are still there; halfway through, three of them.
        #expect(charge(counters, limits, after: 61).exceeded == .rate(rule))
        for _ in 0..<3 { #expect(charge(counters, limits, after: 90).exceeded == nil) }
        #expect(charge(counters, limits, after: 90).exceeded == .rate(rule))
        // After two minutes nothing is left of them.
        for _ in 0..<6 { #expect(charge(counters, limits, after: 240).exceeded == nil) }
    }

    /// Loops read the clock by themselves: one that comes after with an earlier instant forgets nothing.
    @Test func anEarlierInstantForgetsNothing() throws {
        let rule = try #require(RateRule(3, per: .second))
        let limits = KeyLimits(rates: [rule])
        let counters = KeyCounters()
        for _ in 0..<3 { #expect(charge(counters, limits, after: 1).exceeded == nil) }
        #expect(charge(counters, limits, after: 0.999).exceeded == .rate(rule))
        #expect(charge(counters, limits, after: 1).exceeded == .rate(rule))
    }

    /// Whoever waits for as long as he is told is let in.
    @Test(arguments: [1, 3, 6, 10]) func theTimeThatIsToldIsEnough(used: Int) throws {
        let rule = try #require(RateRule(10, per: .minute))
        let limits = KeyLimits(rates: [rule])
        let counters = KeyCounters()
        for _ in 0..<used { #expect(charge(counters, limits, after: 30).exceeded == nil) }
        #expect(charge(counters, limits, 11 - used, after: 40).exceeded == .rate(rule))
        let wait = try #require(charge(counters, limits, 11 - used, after: 40).retryAfter)
        #expect(wait > 0 && wait <= 120)
        #expect(charge(counters, limits, 11 - used, after: 40 + wait + 1).exceeded == nil)
    }

    @Test func allOrNoneOfABatchAreCounted() throws {
        let rule = try #require(RateRule(5, per: .second))
        let limits = KeyLimits(rates: [rule], dailyQuota: 7)
        let counters = KeyCounters()
        #expect(charge(counters, limits, 4).exceeded == nil)
        #expect(charge(counters, limits, 2).exceeded == .rate(rule))
        #expect(charge(counters, limits, 1).exceeded == nil)
        #expect(charge(counters, limits, 3, after: 3).exceeded == .day(7))
        let last = charge(counters, limits, 2, after: 3)
        #expect(last.exceeded == nil)
        let day = try #require(last.limits.last)
        #expect(day.policy.description == "day" && day.quota == 7 && day.window == 86400 && day.remaining == 0)
        #expect(day.reset == 43_197)
        // The next day of UTC has its own.
        #expect(charge(counters, limits, 5, after: 43_200).exceeded == nil)
    }

    @Test func placesAreGivenBack() {
        let limits = KeyLimits(maxConcurrent: 2)
        let counters = KeyCounters()
        #expect(charge(counters, limits).exceeded == nil)
        var place: KeyPlace? = KeyPlace(counters)
        #expect(charge(counters, limits).exceeded == nil)
        let refused = charge(counters, limits)
        #expect(refused.exceeded == .concurrency(2) && refused.retryAfter == 1 && counters.running == 2)
        // The further requests of a batch take none.
        #expect(charge(counters, limits, 5, begins: false).exceeded == nil && counters.running == 2)
        place?.giveBack()
        place?.giveBack()
        #expect(counters.running == 1)
        place = nil
        #expect(counters.running == 1)
        #expect(charge(counters, limits).exceeded == nil)
        place = KeyPlace(counters)
        place = nil
        #expect(counters.running == 1)
    }
}
