import Core
import MCP
import Testing

@testable import Gateway

@Suite struct ToolCallLimiterTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)
    private let limiter = ToolCallLimiter()

    private func principal(_ label: String, _ limits: CallLimits) -> Principal {
        Principal(label: label, scopes: .read, calls: limits)
    }

    @Test func soManyCallsMayBeInProgress() {
        let two = principal("a", CallLimits(concurrency: 2))
        #expect(limiter.begin(two, at: start) == nil && limiter.begin(two, at: start) == nil)
        #expect(limiter.begin(two, at: start) == CallRefusal(.concurrency(2), retryAfterSeconds: 1))
        // Nobody counts for another.
        #expect(limiter.begin(principal("b", CallLimits(concurrency: 1)), at: start) == nil)
        limiter.ended(two)
        #expect(limiter.begin(two, at: start) == nil)
        for _ in 0..<2 { limiter.ended(two) }
        #expect(limiter.count == 1)
    }

    @Test func soManyCallsMayBeginInAMinute() {
        let two = principal("a", CallLimits(perMinute: 2))
        var refusals: [CallRefusal?] = []
        for second in [0.0, 10, 20, 59.5, 60, 61, 62] {
            let refusal = limiter.begin(two, at: start.advanced(seconds: second))
            if refusal == nil { limiter.ended(two) }
            refusals.append(refusal)
        }
        func refusal(_ seconds: Int) -> CallRefusal { CallRefusal(.perMinute(2), retryAfterSeconds: seconds) }
        #expect(refusals == [nil, nil, refusal(40), refusal(1), nil, nil, refusal(58)])
        #expect(limiter.count == 0)
    }

    /// What is refused for one cause uses nothing up of the other.
    @Test func aRefusedCallCountsForNothing() {
        let both = principal("a", CallLimits(perMinute: 2, concurrency: 1))
        #expect(limiter.begin(both, at: start) == nil)
        for _ in 0..<5 { #expect(limiter.begin(both, at: start)?.cause == .concurrency(1)) }
        limiter.ended(both)
        #expect(limiter.begin(both, at: start) == nil)
        limiter.ended(both)
        #expect(limiter.begin(both, at: start)?.cause == .perMinute(2))
        #expect(limiter.count == 0)
    }
}
