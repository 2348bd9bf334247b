import Core
import GatewayAPI
import Synchronization
import Testing

@testable import Gateway

@Suite struct RequestLimiterTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    @Test func aWindowFillsAndEnds() {
        let limiter = RequestLimiter(quota: 2)
        var verdicts: [(Bool, Int, Double?)] = []
        for second in [0.0, 10, 20, 59.5, 60, 61, 62] {
            let (isAllowed, status) = limiter.charge("a", at: start.advanced(seconds: second))
            verdicts.append((isAllowed, status.remaining, status.reset))
            #expect(status.quota == 2 && status.window == 60 && status.policy.description == "token")
        }
        #expect(verdicts.map(\.0) == [true, true, false, false, true, true, false])
        #expect(verdicts.map(\.1) == [1, 0, 0, 0, 1, 0, 0])
        #expect(verdicts.map(\.2) == [60, 50, 40, 0.5, 60, 59, 58])
    }

    @Test func callersDoNotCountForEachOther() {
        let limiter = RequestLimiter(quota: 1)
        #expect(limiter.charge("a", at: start).isAllowed)
        #expect(limiter.charge("b", at: start).isAllowed)
        #expect(!limiter.charge("a", at: start).isAllowed)
    }

    private func count(_ limiter: RequestLimiter) -> Int { limiter.windows.withLock { $0.count } }

    @Test func theTableIsBoundedAndKeepsTheNewest() {
        let limiter = RequestLimiter(quota: 1)
        for number in 0..<(3 * RequestLimiter.capacity) {
            let now = start.advanced(seconds: Double(number) / 1000)
            #expect(limiter.charge("caller \(number)", at: now).isAllowed)
            #expect(count(limiter) <= RequestLimiter.capacity)
        }
        let now = start.advanced(seconds: 3 * Double(RequestLimiter.capacity) / 1000)
        #expect(!limiter.charge("caller \(3 * RequestLimiter.capacity - 1)", at: now).isAllowed)
        // Windows that have ended go first.
        let later = RequestLimiter(quota: 1)
        for number in 0..<RequestLimiter.capacity { _ = later.charge("\(number)", at: start) }
        _ = later.charge("new", at: start.advanced(seconds: 61))
        #expect(count(later) == 1)
    }
}
