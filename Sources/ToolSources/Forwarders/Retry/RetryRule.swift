public import Core
public import HTTP

/// When a request that failed is sent again.
///
/// | what happened | repeatable tool | any other |
/// |---|---|---|
/// | nothing was sent, and `connect` is listed | retry | retry |
/// | the connection broke before the answer was whole, and `connect` is listed | retry | unknown outcome |
/// | time is over | give up | unknown outcome |
/// | a status that is listed | retry | give up |
/// | anything else | give up | give up, or unknown outcome without an answer |
///
/// A retry needs an attempt that is left and a pause that ends before the deadline. Pure: the instant and the random source
/// come in.
public struct RetryRule: Sendable, Equatable {
    /// What may lead to a retry.
    public enum Cause: Sendable, Equatable {
        /// No connection, or one that broke.
        case connect
        case status(Int)
    }

    /// How an attempt ended, other than in an accepted answer.
    public enum Outcome: Sendable {
        case failed(TransportError)
        /// `retryAfter` in seconds.
        case answered(status: Int, retryAfter: Double?)
    }

    /// What follows a failed attempt.
    public enum Decision: Sendable, Equatable {
        case retry(afterSeconds: Double)
        case giveUp
        /// The request may have taken effect: it is not sent again before somebody has looked.
        case unknownOutcome
    }

    /// What the end of an attempt says about the service.
    public enum Verdict: Sendable, Equatable {
        case success, failure, unknown
    }

    /// Seconds; the pause before retry n (from 0) is random between 0 and `base * 2^n`, at most `cap`.
    static let base = 0.5
    static let cap = 5.0
    static let longestRetryAfter = 3600.0

    /// In all, the first among them.
    public var attempts = 2
    public var on: [Cause] = [.connect, .status(429), .status(502), .status(503), .status(504)]

    public init() {}

    /// - Parameter attempt: how many were made, the one that has just ended among them.
    public func decision(
        attempt: Int, outcome: Outcome, isRepeatable: Bool, now: MonotonicTime, deadline: MonotonicTime,
        random: inout some RandomNumberGenerator
    ) -> Decision {
        let asked: Double
        switch outcome {
        case .failed(let error):
            let end: Decision = isRepeatable || error.neverSent ? .giveUp : .unknownOutcome
            guard isRepeatable || error.neverSent, on.contains(.connect), Self.isConnection(error.cause) else {
                return end
            }
            asked = 0
        case .answered(let status, let retryAfter):
            guard isRepeatable, on.contains(.status(status)) else { return .giveUp }
            asked =
                retryAfter.map { $0.isFinite ? min(max($0, 0), Self.longestRetryAfter) : Self.longestRetryAfter } ?? 0
        }
        guard attempt < attempts else { return .giveUp }
        let ceiling = min(Self.cap, Self.base * Double(1 << min(max(attempt - 1, 0), 16)))
        // Those who were told the same time would all come back in the same moment: the jitter is added to it.
        let pause = asked + Double.random(in: 0...ceiling, using: &random)
        guard now.advanced(seconds: pause) < deadline else { return .giveUp }
        return .retry(afterSeconds: pause)
    }

    /// Whether the same a moment later may go well.
    private static func isConnection(_ cause: TransportError.Cause) -> Bool {
        switch cause {
        case .nameNotResolved, .connectionRefused, .connectTimeout, .tlsFailed, .connectionLost: true
        case .invalidRequest, .addressRefused, .timeout, .responseTooLarge, .malformedResponse, .cancelled,
            .shuttingDown, .overloaded,
            .other:
            false
        }
    }

    /// What the end of an attempt tells the breaker. A 4xx or a 429 is an answer.
    public static func verdict(_ outcome: Outcome) -> Verdict {
        switch outcome {
        case .answered(let status, _): return status >= 500 ? .failure : .success
        case .failed(let error):
            switch error.cause {
            case .invalidRequest, .addressRefused, .cancelled, .shuttingDown, .overloaded: return .unknown
            // It has answered, with more than is wanted.
            case .responseTooLarge: return .success
            case .nameNotResolved, .connectionRefused, .connectTimeout, .tlsFailed, .timeout, .connectionLost,
                .malformedResponse, .other:
                return .failure
            }
        }
    }
}
