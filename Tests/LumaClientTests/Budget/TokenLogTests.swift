import Core
import Testing

@testable import LumaClient

@Suite struct TokenLogTests {
    /// Spends `count` tokens, evenly over `seconds` from the start of the clock.
    private static func log(capacity: Int, window: Double, spends count: Int, over seconds: Double) -> TokenLog {
        var log = TokenLog(capacity: capacity, window: window)
        for index in 0..<count {
            let now = at(seconds * Double(index) / Double(count))
            log.advance(to: now)
            log.take()
            log.spend(now)
        }
        return log
    }

    @Test(arguments: [(1000, 9.0), (200_000, 9.0), (200_000, 0.001), (200_000, 95)])
    func whatIsKeptIsBoundedHoweverMuchIsSpent(count: Int, seconds: Double) {
        let log = Self.log(capacity: 1_000_000_000, window: 10, spends: count, over: seconds)
        #expect(log.batches <= 2100)
        #expect(log.inFlight == 0)
    }

    @Test func noTokenReturnsEarlyAndNoneIsLost() {
        let (count, window) = (50_000, 10.0)
        var log = Self.log(capacity: count, window: window, spends: count, over: 9)
        #expect(log.free == 0)
        // Token n was spent at 9n/count, so it may return at 10 + 9n/count, and must a 1024th of the window later.
        for step in 0...100 {
            let elapsed = 9 * Double(step) / 100
            log.advance(to: at(window + elapsed))
            let spent = Int(Double(count) * elapsed / 9)
            let late = Int(Double(count) * (elapsed - window / 1024) / 9)
            #expect((late...(spent + 1)).contains(log.free), "after \(elapsed) s")
        }
        log.advance(to: at(window + 9 + window / 1024))
        #expect(log.free == count)
        #expect(log.batches == 0)
    }

    @Test func aSmallBudgetIsExact() {
        var log = Self.log(capacity: 1000, window: 10, spends: 1000, over: 0.001)
        for index in stride(from: 0, to: 1000, by: 100) {
            let due = at(0.001 * Double(index) / 1000).advanced(seconds: 10)
            #expect(log.expected(ahead: index, at(1)) == due)
            log.advance(to: due)
            #expect(log.free == index + 1)
            log = Self.log(capacity: 1000, window: 10, spends: 1000, over: 0.001)
        }
    }

    @Test func theWaitIsToldFromBatchesToo() {
        let log = Self.log(capacity: 10_000, window: 10, spends: 10_000, over: 1)
        for index in [0, 5000, 9999] {
            let told = log.expected(ahead: index, at(1)).seconds(since: at(10 + Double(index) / 10_000))
            #expect((-0.001...(10.0 / 1024)).contains(told))
        }
        let next = log.expected(ahead: 10_000, at(1)).seconds(since: at(20))
        #expect((-0.001...(10.0 / 1024)).contains(next))
    }
}
