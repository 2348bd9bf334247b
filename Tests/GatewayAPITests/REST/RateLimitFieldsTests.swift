import HTTP
import Testing

@testable import GatewayAPI

@Suite struct RateLimitFieldsTests {
    private func text(_ limits: [RateLimitStatus]) -> [String] {
        RateLimitStatus.fields(limits).map { "\($0.name): \($0.value)" }
    }

    @Test func severalLimitsAreOneList() {
        let own = RateLimitStatus(policy: "token", quota: 60, window: 60, remaining: 59, reset: 41.2)
        let luma = RateLimitStatus(policy: "luma", quota: 200, window: 60, remaining: 0, reset: nil)
        #expect(
            text([own, luma]) == [
                "RateLimit-Policy: \"token\";q=60;w=60, \"luma\";q=200;w=60",
                "RateLimit: \"token\";r=59;t=42, \"luma\";r=0",
            ])
        #expect(text([]) == [])
    }

    @Test func numbersStayWithinWhatAStructuredFieldHolds() {
        let odd = RateLimitStatus(policy: "x", quota: .max, window: 1, remaining: -3, reset: -5)
        #expect(text([odd]) == ["RateLimit-Policy: \"x\";q=999999999999999;w=1", "RateLimit: \"x\";r=0;t=0"])
        for reset in [Double.infinity, 1e300] {
            let far = RateLimitStatus(policy: "x", quota: 1, window: 1, remaining: 0, reset: reset)
            #expect(text([far])[1] == "RateLimit: \"x\";r=0;t=86400")
        }
        let unknown = RateLimitStatus(policy: "x", quota: 1, window: 1, remaining: 0, reset: .nan)
        #expect(text([unknown])[1] == "RateLimit: \"x\";r=0")
    }
}
