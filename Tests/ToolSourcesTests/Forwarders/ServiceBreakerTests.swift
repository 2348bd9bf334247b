import Core
import Testing

@testable import ToolSources

/// When nothing is sent to a service, and how much at most.
@Suite struct ServiceBreakerTests {
    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(seconds: seconds)
    }

    private static func breaker(failures: Int = 2, seconds: Int = 30) -> ServiceBreaker {
        var rule = Forwarder.Breaker()
        (rule.failures, rule.openSeconds) = (failures, seconds)
        return ServiceBreaker(rule)
    }

    @Test func failuresInARowOpenIt() {
        var breaker = Self.breaker()
        for verdict in [RetryRule.Verdict.failure, .success, .failure, .unknown] {
            #expect(breaker.admit(now: Self.at(0)) == nil)
            breaker.note(verdict, now: Self.at(0))
        }
        breaker.note(.failure, now: Self.at(1))
        #expect(breaker.admit(now: Self.at(11)) == 20 && breaker.isOpen(now: Self.at(11)))
    }

    @Test func oneRequestFindsOut() {
        var breaker = Self.breaker(failures: 1)
        breaker.note(.failure, now: Self.at(0))
        #expect(breaker.admit(now: Self.at(29.5)) == 0.5)
        #expect(breaker.admit(now: Self.at(30)) == nil)
        #expect(breaker.admit(now: Self.at(30)) == 30)
        breaker.note(.failure, now: Self.at(31))
        #expect(breaker.admit(now: Self.at(60)) == 1)
        #expect(breaker.admit(now: Self.at(61)) == nil)
        breaker.note(.success, now: Self.at(62))
        #expect(breaker.admit(now: Self.at(62)) == nil && breaker.admit(now: Self.at(62)) == nil)
    }

    /// A request that is cancelled says nothing, and must not keep the others waiting.
    @Test func whoeverWasToFindOutMayGo() {
        var breaker = Self.breaker(failures: 1)
        breaker.note(.failure, now: Self.at(0))
        #expect(breaker.admit(now: Self.at(30)) == nil)
        breaker.note(.unknown, now: Self.at(30))
        #expect(breaker.admit(now: Self.at(30)) == nil)
        #expect(breaker.admit(now: Self.at(30)) == 30)
    }

    /// One that was sent before, and cancelled after, does not open it early.
    @Test func whatIsCancelledLaterOpensNothing() {
        var breaker = Self.breaker(failures: 1)
        breaker.note(.failure, now: Self.at(0))
        breaker.note(.unknown, now: Self.at(10))
        #expect(breaker.admit(now: Self.at(10)) == 20)
    }

    @Test func itCanBeOff() {
        var breaker = Self.breaker(failures: 0)
        for _ in 0..<100 { breaker.note(.failure, now: Self.at(0)) }
        #expect(breaker.admit(now: Self.at(0)) == nil)
    }

    @Test func noMinuteHasMore() {
        var rate = RequestRate(max: 3)
        for second in [0.0, 10, 20] { #expect(rate.take(now: Self.at(second), longest: 0) == .go(afterSeconds: 0)) }
        #expect(rate.take(now: Self.at(30), longest: 29) == .busy(seconds: 30))
        #expect(rate.take(now: Self.at(30), longest: 30) == .go(afterSeconds: 30))
        // That one goes at 60, so the next place is free 60 seconds after the one at 10.
        #expect(rate.take(now: Self.at(31), longest: 60) == .go(afterSeconds: 39))
        #expect(rate.take(now: Self.at(31), longest: 60) == .go(afterSeconds: 49))
        #expect(rate.take(now: Self.at(31), longest: 60) == .busy(seconds: 89))
        #expect(rate.take(now: Self.at(1000), longest: 0) == .go(afterSeconds: 0))
    }

    @Test func withoutABoundAllGo() {
        var rate = RequestRate(max: nil)
        for _ in 0..<1000 { #expect(rate.take(now: Self.at(0), longest: 0) == .go(afterSeconds: 0)) }
    }
}
