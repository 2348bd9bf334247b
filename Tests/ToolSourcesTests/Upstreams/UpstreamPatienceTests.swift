import Core
import Testing

@testable import ToolSources

@Suite struct UpstreamPatienceTests {
    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(seconds: seconds)
    }

    @Test func pausesDoubleUpToAMinute() {
        var patience = UpstreamPatience()
        var random = SeededGenerator(seed: 1)
        for pause in [1.0, 2, 4, 8, 16, 32, 60, 60] {
            patience.began(now: Self.at(0))
            let next = patience.failed(isCrash: false, now: Self.at(0), random: &random)
            #expect((pause * 0.8...pause * 1.2).contains(next.seconds(since: Self.at(0))))
        }
        patience.went()
        let next = patience.failed(isCrash: false, now: Self.at(0), random: &random)
        #expect(next.seconds(since: Self.at(0)) <= 1.2)
    }

    @Test func aCallMayTryEveryFiveSeconds() {
        var patience = UpstreamPatience()
        #expect(patience.allowsWish(now: Self.at(0)))
        patience.began(now: Self.at(10))
        #expect(!patience.allowsWish(now: Self.at(14.9)) && patience.allowsWish(now: Self.at(15)))
    }

    @Test func aProgramThatEndsAllTheTimeIsLeftAlone() {
        var patience = UpstreamPatience()
        var random = SeededGenerator(seed: 1)
        for second in 0..<4 { _ = patience.failed(isCrash: true, now: Self.at(Double(second)), random: &random) }
        #expect(patience.heldUntil == nil)
        let next = patience.failed(isCrash: true, now: Self.at(5), random: &random)
        #expect(next == Self.at(605) && patience.heldUntil == next)
        #expect(!patience.allowsWish(now: Self.at(604)) && patience.allowsWish(now: Self.at(605)))
        patience.began(now: next)
        #expect(patience.heldUntil == nil)
    }

    @Test func endsThatAreFarApartAreNoLoop() {
        var patience = UpstreamPatience()
        var random = SeededGenerator(seed: 1)
        for minute in 0..<20 { _ = patience.failed(isCrash: true, now: Self.at(Double(minute) * 20), random: &random) }
        #expect(patience.heldUntil == nil)
    }
}
