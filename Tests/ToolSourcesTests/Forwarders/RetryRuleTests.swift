import Core
import HTTP
import Testing

@testable import ToolSources

/// What is sent again, and what is not.
@Suite struct RetryRuleTests {
    private static let start = MonotonicTime(nanoseconds: 0)

    private static func decision(
        _ outcome: RetryRule.Outcome, _ isRepeatable: Bool, attempt: Int = 1, seconds: Double = 60,
        rule: RetryRule = RetryRule()
    ) -> RetryRule.Decision {
        var random = SeededGenerator(seed: 3)
        return rule.decision(
            attempt: attempt, outcome: outcome, isRepeatable: isRepeatable, now: start,
            deadline: start.advanced(seconds: seconds), random: &random)
    }

    private static func word(_ decision: RetryRule.Decision) -> String {
        switch decision {
        case .retry: "retry"
        case .giveUp: "give up"
        case .unknownOutcome: "unknown"
        }
    }

    @Test(
        arguments: [
            (.connectionRefused, true, "retry", "retry"), (.nameNotResolved, true, "retry", "retry"),
            (.connectTimeout, true, "retry", "retry"), (.tlsFailed, true, "retry", "retry"),
            (.connectionLost, false, "retry", "unknown"), (.connectionLost, true, "retry", "retry"),
            (.timeout, false, "give up", "unknown"), (.timeout, true, "give up", "give up"),
            (.malformedResponse, false, "give up", "unknown"), (.responseTooLarge, false, "give up", "unknown"),
            (.invalidRequest, true, "give up", "give up"), (.addressRefused, true, "give up", "give up"),
            (.cancelled, false, "give up", "unknown"),
            (.overloaded, true, "give up", "give up"), (.shuttingDown, true, "give up", "give up"),
            (.other, false, "give up", "unknown"),
        ] as [(TransportError.Cause, Bool, String, String)])
    func noAnswer(cause: TransportError.Cause, neverSent: Bool, repeatable: String, other: String) {
        let outcome = RetryRule.Outcome.failed(TransportError(cause, neverSent: neverSent))
        #expect(Self.word(Self.decision(outcome, true)) == repeatable)
        #expect(Self.word(Self.decision(outcome, false)) == other)
    }

    @Test(arguments: [
        (429, "retry"), (502, "retry"), (503, "retry"), (504, "retry"), (500, "give up"), (404, "give up"),
    ])
    func anAnswer(status: Int, repeatable: String) {
        let outcome = RetryRule.Outcome.answered(status: status, retryAfter: nil)
        #expect(Self.word(Self.decision(outcome, true)) == repeatable)
        #expect(Self.word(Self.decision(outcome, false)) == "give up")
    }

    @Test func aRetryNeedsAnAttemptAndTime() {
        let busy = RetryRule.Outcome.answered(status: 503, retryAfter: 10)
        #expect(Self.word(Self.decision(busy, true, attempt: 2)) == "give up")
        #expect(Self.word(Self.decision(busy, true, seconds: 10)) == "give up")
        guard case .retry(let pause) = Self.decision(busy, true) else {
            Issue.record("no retry")
            return
        }
        #expect((10...10.5).contains(pause))
        // Whatever the service asks for, it is no number that nobody can wait for.
        let never = RetryRule.Outcome.answered(status: 503, retryAfter: .infinity)
        #expect(Self.word(Self.decision(never, true, seconds: 1e9)) == "retry")
        let now = RetryRule.Outcome.answered(status: 503, retryAfter: -5)
        #expect(Self.word(Self.decision(now, true, seconds: 1)) == "retry")
    }

    @Test func pausesGrowToABound() {
        var rule = RetryRule()
        rule.attempts = 100
        for (attempt, most) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 5.0), (90, 5.0)] {
            let outcome = RetryRule.Outcome.answered(status: 503, retryAfter: nil)
            guard case .retry(let pause) = Self.decision(outcome, true, attempt: attempt, rule: rule) else {
                Issue.record("no retry \(attempt)")
                continue
            }
            #expect((0...most).contains(pause), "\(attempt)")
        }
    }

    @Test func whatIsNotListedIsNotRepeated() {
        var rule = RetryRule()
        rule.on = [.status(500)]
        let refused = RetryRule.Outcome.failed(TransportError(.connectionRefused, neverSent: true))
        #expect(Self.word(Self.decision(refused, true, rule: rule)) == "give up")
        #expect(Self.word(Self.decision(.answered(status: 500, retryAfter: nil), true, rule: rule)) == "retry")
        #expect(Self.word(Self.decision(.answered(status: 503, retryAfter: nil), true, rule: rule)) == "give up")
    }

    @Test func theBreakerHearsOfFailuresOfTheServiceAlone() {
        func verdict(_ cause: TransportError.Cause) -> RetryRule.Verdict {
            RetryRule.verdict(.failed(TransportError(cause, neverSent: false)))
        }
        #expect(RetryRule.verdict(.answered(status: 500, retryAfter: nil)) == .failure)
        #expect(RetryRule.verdict(.answered(status: 429, retryAfter: nil)) == .success)
        #expect(RetryRule.verdict(.answered(status: 404, retryAfter: nil)) == .success)
        #expect(verdict(.timeout) == .failure && verdict(.connectionRefused) == .failure)
        #expect(
            verdict(.cancelled) == .unknown && verdict(.overloaded) == .unknown && verdict(.shuttingDown) == .unknown)
        #expect(verdict(.responseTooLarge) == .success)
    }
}
