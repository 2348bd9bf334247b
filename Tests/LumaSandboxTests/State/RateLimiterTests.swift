import Core
import HTTP
import Testing

@testable import LumaSandbox

struct RateLimiterTests {
    private func limited(_ limit: Int) -> Visitor { Visitor(SandboxConfiguration(rateLimit: limit)) }

    private let path = "/v1/users/get-self"

    @Test func theDefaultIsLumasOwn() {
        #expect(SandboxConfiguration().rateLimit == 200)
    }

    @Test func everyAnswerWithAKeyTellsTheBudget() {
        var visitor = limited(5)
        let first = visitor.get(path)
        #expect(first[field: "X-RateLimit-Limit"] == "5")
        #expect(first[field: "X-RateLimit-Remaining"] == "4")
        // The window began at 12:00:00 and ends a minute later.
        #expect(first[field: "X-RateLimit-Reset"] == "1780315260")
        #expect(first[field: "Retry-After"] == nil)
        visitor.advance(seconds: 10)
        let refused = visitor.get("/v1/events/get")
        #expect(refused.status == 400)
        #expect(refused[field: "X-RateLimit-Remaining"] == "3")
        #expect(refused[field: "X-RateLimit-Reset"] == "1780315260")
    }

    @Test func pastTheLimitAKeyIsBlockedForAMinute() {
        var visitor = limited(3)
        for _ in 0..<3 { #expect(visitor.get(path).status == 200) }
        visitor.advance(seconds: 50)
        let over = visitor.get(path)
        over.expectRefusal(429, "Rate limit")
        #expect(over[field: "Retry-After"] == "60")
        #expect(over[field: "X-RateLimit-Remaining"] == "0")
        #expect(over[field: "X-RateLimit-Reset"] == "1780315310")

        // The window is over, the block is not, and asking again does not prolong it.
        visitor.advance(seconds: 59.5)
        let still = visitor.post("/v1/events/create", [:])
        #expect(still.status == 429)
        #expect(still[field: "Retry-After"] == "1")
        #expect(still[field: "X-RateLimit-Reset"] == "1780315310")
        visitor.advance(seconds: 0.5)
        let open = visitor.get(path)
        #expect(open.status == 200)
        #expect(open[field: "X-RateLimit-Remaining"] == "2")
        #expect(visitor.sandbox.counters.rateLimited == 2)
    }

    @Test func aNewWindowStartsWithTheFirstRequestInIt() {
        var visitor = limited(2)
        _ = visitor.get(path)
        visitor.advance(seconds: 59.999)
        #expect(visitor.get(path)[field: "X-RateLimit-Remaining"] == "0")
        visitor.advance(seconds: 0.001)
        #expect(visitor.get(path)[field: "X-RateLimit-Remaining"] == "1")
        visitor.advance(seconds: 200)
        #expect(visitor.get(path)[field: "X-RateLimit-Remaining"] == "1")
    }

    @Test func readsAndWritesShareOneBudgetAndKeysDoNot() {
        var visitor = limited(2)
        _ = visitor.get(path)
        _ = visitor.post("/v1/events/create", [:])
        #expect(visitor.get(path).status == 429)
        visitor.key = "secret-2"
        #expect(visitor.get(path).status == 200)
    }

    @Test func whatHasNoGoodKeyIsNotCounted() {
        var visitor = limited(1)
        visitor.key = nil
        _ = visitor.get(path)
        visitor.key = "invalid"
        _ = visitor.get(path)
        visitor.key = "good"
        _ = visitor.get("/v1/nothing")
        #expect(visitor.get(path).status == 200)
    }

    @Test func aRefusedCreateCreatesNothing() throws {
        var visitor = limited(2)
        let before = try #require(visitor.get("/_sandbox/state").json["events"]?.intValue)
        let body: JSON = ["name": "x", "start_at": "2026-07-01T18:00:00Z", "timezone": "UTC"]
        let outcomes = (0..<5).map { _ in visitor.post("/v1/events/create", body).status }
        #expect(outcomes == [200, 200, 429, 429, 429])
        #expect(visitor.get("/_sandbox/state").json["events"]?.intValue == before + 2)
        #expect(visitor.sandbox.counters.creates == 2)
    }

    @Test func theNumberOfKeysIsBounded() {
        var limiter = RateLimiter(limit: 1)
        for index in 0..<(RateLimiter.capacity + 50) {
            #expect(limiter.admit("key \(index)", now: MonotonicTime(nanoseconds: Int64(index))).isAllowed)
        }
        #expect(limiter.windows.count == RateLimiter.capacity)
        let newest = "key \(RateLimiter.capacity + 49)"
        #expect(!limiter.admit(newest, now: MonotonicTime(nanoseconds: 1_000_000)).isAllowed)
    }
}
