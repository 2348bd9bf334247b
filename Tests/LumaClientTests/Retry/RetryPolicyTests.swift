import Core
import HTTP
import LumaAPI
import LumaClient
import Testing

@Suite struct RetryPolicyTests {
    enum Kind { case retry, giveUp, unknown }

    private static func failed(_ cause: TransportError.Cause, sent: Bool = true) -> RetryPolicy.Outcome {
        .failed(TransportError(cause, neverSent: !sent))
    }

    private static func answered(_ status: Int, _ retryAfter: Double? = nil) -> RetryPolicy.Outcome {
        .answered(status: status, retryAfter: retryAfter, isLumas: true)
    }

    /// What happened, what a repeatable call does, what a call does that may be repeated only if unseen.
    static let table: [(RetryPolicy.Outcome, Kind, Kind)] = [
        (failed(.nameNotResolved, sent: false), .retry, .retry),
        (failed(.connectionRefused, sent: false), .retry, .retry),
        (failed(.connectTimeout, sent: false), .retry, .retry),
        (failed(.tlsFailed, sent: false), .retry, .retry),
        (failed(.connectionLost, sent: false), .retry, .retry),
        (failed(.connectionLost), .retry, .unknown),
        (failed(.timeout), .retry, .unknown),
        (failed(.malformedResponse), .retry, .unknown),
        (failed(.other), .retry, .unknown),
        (failed(.responseTooLarge), .giveUp, .unknown),
        (failed(.cancelled), .giveUp, .unknown),
        (failed(.cancelled, sent: false), .giveUp, .giveUp),
        (failed(.shuttingDown), .giveUp, .unknown),
        (failed(.shuttingDown, sent: false), .giveUp, .giveUp),
        (failed(.invalidRequest, sent: false), .giveUp, .giveUp),
        (answered(429), .retry, .retry),
        (answered(429, 5), .retry, .retry),
        (answered(503, 5), .retry, .unknown),
        (answered(503), .retry, .unknown),
        (answered(500), .retry, .unknown),
        (answered(502), .retry, .unknown),
        (answered(504), .retry, .unknown),
        (answered(500, 5), .retry, .unknown),
        (answered(520), .retry, .unknown),
        (answered(501), .giveUp, .unknown),
        (answered(505), .giveUp, .unknown),
        (answered(408), .giveUp, .unknown),
        (answered(408, 5), .giveUp, .unknown),
        (answered(425), .giveUp, .unknown),
        (answered(400), .giveUp, .giveUp),
        (answered(401), .giveUp, .giveUp),
        (answered(404), .giveUp, .giveUp),
        (answered(302), .giveUp, .giveUp),
    ]

    @Test(arguments: table.indices) func theTableHolds(index: Int) {
        let (outcome, always, unseen) = Self.table[index]
        for (repetition, expected) in [(Operation.Repetition.always, always), (.onlyIfUnseen, unseen)] {
            var random = SeededGenerator(seed: 1)
            let decision = RetryPolicy().decision(
                attempt: 0, outcome: outcome, repetition: repetition, now: at(0), deadline: at(100), random: &random)
            let kind: Kind =
                switch decision {
                case .retry: .retry
                case .giveUp: .giveUp
                case .unknownOutcome: .unknown
                }
            #expect(kind == expected)
        }
    }

    private static func pause(
        _ policy: RetryPolicy, attempt: Int, retryAfter: Double? = nil, deadline: Double = 1e9, seed: UInt64 = 1
    ) -> Double? {
        var random = SeededGenerator(seed: seed)
        let decision = policy.decision(
            attempt: attempt, outcome: .answered(status: 429, retryAfter: retryAfter, isLumas: true),
            repetition: .always, now: at(0),
            deadline: at(deadline), random: &random)
        if case .retry(let seconds) = decision { return seconds }
        return nil
    }

    @Test(arguments: [(0, 0.5), (1, 1), (2, 2), (3, 4), (5, 16), (6, 20), (40, 20)])
    func thePauseIsRandomUpToAGrowingCeiling(attempt: Int, ceiling: Double) throws {
        let policy = RetryPolicy(maxRetries: 100)
        let pauses = try (1...200).map { seed in
            try #require(Self.pause(policy, attempt: attempt, seed: UInt64(seed)))
        }
        #expect(pauses.allSatisfy { (0...ceiling).contains($0) })
        #expect(pauses.min()! < ceiling * 0.1)
        #expect(pauses.max()! > ceiling * 0.9)
    }

    @Test func retryAfterIsTheLeastPause() throws {
        for seed in 1...50 {
            let pause = try #require(Self.pause(RetryPolicy(), attempt: 0, retryAfter: 12, seed: UInt64(seed)))
            #expect((12...12.5).contains(pause))
        }
    }

    @Test func attemptsAndTheDeadlineEndRetries() {
        #expect(Self.pause(RetryPolicy(maxRetries: 2), attempt: 1) != nil)
        #expect(Self.pause(RetryPolicy(maxRetries: 2), attempt: 2) == nil)
        #expect(Self.pause(RetryPolicy(maxRetries: 0), attempt: 0) == nil)
        #expect(Self.pause(RetryPolicy(), attempt: 0, retryAfter: 12, deadline: 12) == nil)
        #expect(Self.pause(RetryPolicy(), attempt: 0, retryAfter: .infinity, deadline: 3600) == nil)
    }

    @Test(arguments: [Double.infinity, .nan, -5, 0, 1e300])
    func wildSettingsAndHintsDoNoHarm(value: Double) {
        let policy = RetryPolicy(maxRetries: 9, factor: value, base: value, cap: value)
        for attempt in 0..<9 {
            if let pause = Self.pause(policy, attempt: attempt, retryAfter: value) {
                #expect(pause.isFinite && pause >= 0)
            }
        }
    }
}
