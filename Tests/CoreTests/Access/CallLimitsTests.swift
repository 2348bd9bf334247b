import Core
import Testing

@Suite struct CallLimitsTests {
    @Test(
        arguments: [
            ("per_minute=60", CallLimits(perMinute: 60)), ("concurrency=1", CallLimits(concurrency: 1)),
            ("per_minute=1000000 concurrency=4", CallLimits(perMinute: 1_000_000, concurrency: 4)),
            ("concurrency=4 per_minute=60", CallLimits(perMinute: 60, concurrency: 4)),
            ("", nil), ("60", nil), ("per_minute=0", nil), ("per_minute=-1", nil), ("per_minute=1000001", nil),
            ("per_minute=", nil), ("per_minute=a", nil), ("per_minute=1=2", nil), ("per_hour=5", nil),
            ("per_minute=1 per_minute=1", nil), ("concurrency=2 x", nil), ("concurrency=99999999999999999999", nil),
        ] as [(String, CallLimits?)])
    func words(text: String, limits: CallLimits?) {
        #expect(CallLimits(text.split(separator: " ")) == limits)
        #expect(limits?.areBounded != false)
    }

    @Test func nothingIsBoundedByItself() { #expect(!CallLimits().areBounded) }
}
