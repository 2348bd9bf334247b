import Core
import LumaClient
import Testing

/// The circuit as a list of actions on instants.
@Suite struct CircuitBreakerTests {
    private static let settings = BreakerSettings(failures: 3, firstPause: 1, longestPause: 5)

    private struct Play {
        var breaker = CircuitBreaker(CircuitBreakerTests.settings)
        var passes: [CircuitBreaker.Pass] = []

        mutating func admit(at seconds: Double) -> String {
            switch breaker.admit(now: Self.at(seconds)) {
            case .go(let pass):
                passes.append(pass)
                return "go"
            case .refuse(let seconds): return "refuse \(seconds)"
            }
        }

        /// Ends the oldest request that is under way.
        mutating func end(_ verdict: CircuitBreaker.Verdict, at seconds: Double) -> CircuitBreaker.State {
            breaker.settle(passes.removeFirst(), verdict, now: Self.at(seconds))
            return breaker.state
        }

        mutating func fail(_ times: Int, at seconds: Double) -> CircuitBreaker.State {
            for _ in 0..<times {
                _ = admit(at: seconds)
                _ = end(.failure, at: seconds)
            }
            return breaker.state
        }

        static func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: 0).advanced(seconds: seconds) }
    }

    @Test func failuresInARowOpenIt() {
        var play = Play()
        #expect(play.fail(2, at: 0) == .closed)
        _ = play.admit(at: 0)
        #expect(play.end(.success, at: 0) == .closed)
        #expect(play.fail(2, at: 1) == .closed)
        // What was given up here counts neither way.
        _ = play.admit(at: 1)
        #expect(play.end(.unknown, at: 1) == .closed)
        #expect(play.fail(1, at: 1) == .open)
        #expect(play.admit(at: 1.25) == "refuse 0.75")
    }

    @Test func oneProbeAtATimeEachAfterTwiceTheTime() {
        var play = Play()
        _ = play.fail(3, at: 0)
        #expect(play.admit(at: 1) == "go")
        #expect(play.admit(at: 1) == "refuse 1.0")
        #expect(play.end(.failure, at: 2) == .open)
        #expect(play.admit(at: 3.5) == "refuse 0.5")
        #expect(play.admit(at: 4) == "go")
        #expect(play.end(.failure, at: 4) == .open)
        #expect(play.admit(at: 7.9).hasPrefix("refuse 0.1"))
        #expect(play.admit(at: 8) == "go")
        #expect(play.end(.failure, at: 8) == .open)
        // Never more than the longest pause.
        #expect(play.admit(at: 13) == "go")
        #expect(play.end(.failure, at: 13) == .open)
        #expect(play.admit(at: 18) == "go")
        #expect(play.end(.success, at: 18) == .closed)
        #expect(play.admit(at: 18) == "go" && play.admit(at: 18) == "go")
    }

    @Test func aSuccessBeginsTheCountAndThePauseAnew() {
        var play = Play()
        _ = play.fail(3, at: 0)
        _ = play.admit(at: 1)
        _ = play.end(.failure, at: 1)
        _ = play.admit(at: 3)
        _ = play.end(.success, at: 3)
        #expect(play.fail(2, at: 4) == .closed)
        #expect(play.fail(1, at: 4) == .open)
        #expect(play.admit(at: 5) == "go")
    }

    @Test func aProbeThatWasGivenUpLeavesItsPlaceToTheNext() {
        var play = Play()
        _ = play.fail(3, at: 0)
        _ = play.admit(at: 1)
        #expect(play.end(.unknown, at: 1.5) == .open)
        #expect(play.admit(at: 1.5) == "go")
        #expect(play.end(.success, at: 2) == .closed)
    }

    /// What was sent before the circuit opened neither closes it nor makes the pause longer.
    @Test func whatWasSentBeforeSaysNothing() {
        var play = Play()
        _ = play.admit(at: 0)
        _ = play.admit(at: 0)
        let late = play.passes
        play.passes = []
        _ = play.fail(3, at: 0)
        play.passes = late
        #expect(play.end(.success, at: 0.5) == .open)
        #expect(play.end(.failure, at: 0.5) == .open)
        #expect(play.admit(at: 1) == "go")
    }

    @Test func zeroFailuresNeverOpenIt() {
        var play = Play()
        play.breaker = CircuitBreaker(BreakerSettings(failures: 0))
        #expect(play.fail(100, at: 0) == .closed)
    }

    @Test func theSharedOneDoesTheSame() {
        let breaker = SharedBreaker(Self.settings)
        func pass(at seconds: Double) -> CircuitBreaker.Pass? {
            if case .go(let pass) = breaker.admit(now: Play.at(seconds)) { pass } else { nil }
        }
        let early = pass(at: 0)
        for _ in 0..<3 {
            guard let pass = pass(at: 0) else {
                Issue.record("refused too early")
                return
            }
            breaker.settle(pass, .failure, now: Play.at(0), cause: "timeout")
        }
        #expect(breaker.state == .open && breaker.lastCause == "timeout")
        #expect(breaker.secondsToProbe(Play.at(0.25)) == 0.75)
        #expect(pass(at: 0.5) == nil)
        if let early { breaker.settle(early, .success, now: Play.at(0.5)) }
        #expect(pass(at: 0.5) == nil)
        let probe = pass(at: 1)
        #expect(probe != nil && pass(at: 1) == nil && breaker.state == .halfOpen)
        if let probe { breaker.settle(probe, .success, now: Play.at(1)) }
        #expect(breaker.state == .closed && breaker.secondsToProbe(Play.at(1)) == 0 && pass(at: 1) != nil)
    }
}
