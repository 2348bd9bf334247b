public import Core
import HTTP

/// How the last calls to Luma ended, so that health can be told without spending budget.
public struct Reachability: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// Luma answered and took our key, whatever it said to the request.
        case reachable
        /// A bounded label such as `connection_refused`, `timeout`, `authentication_refused`, `plan_required` or `upstream_failure`.
        case failing(cause: String)
    }

    /// Nil until a first call has ended.
    public internal(set) var last: Outcome?
    public internal(set) var lastAt: Timestamp?
    public internal(set) var lastSuccessAt: Timestamp?
    /// Failures since the last success.
    public internal(set) var failures = 0

    public init() {}

    mutating func note(_ outcome: Outcome, at now: Timestamp) {
        last = outcome
        lastAt = now
        if outcome == .reachable {
            lastSuccessAt = now
            failures = 0
        } else if failures < .max {
            failures += 1
        }
    }

    /// What the end of one attempt says about Luma and our key; nil when it says nothing.
    static func outcome(of error: LumaError) -> Outcome? {
        switch error {
        case .cancelled, .budgetExhausted, .notRecorded, .circuitOpen, .unreachable(.invalidRequest),
            .unreachable(.shuttingDown),
            .unreachable(.cancelled), .unreachable(.overloaded):
            nil
        case .notFound, .eventNotAccessible, .refused, .rateLimited, .unknownOutcome, .tooLarge: .reachable
        case .authenticationRefused, .planRequired, .upstreamFailure, .unreachable, .timedOut, .malformedAnswer:
            .failing(cause: error.label)
        }
    }
}
