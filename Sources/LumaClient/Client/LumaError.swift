public import HTTP
public import LumaAPI

/// A write of which nobody knows whether it took effect, after everything was tried to find out.
public struct UnknownOutcome: Sendable, Equatable {
    /// What the search for its effect has found. The words stand in answers and in the journal.
    public enum Finding: String, Sendable {
        /// Nothing was found that the write would have left; it may still appear.
        case notFound = "not_found"
        /// Several things fit, or the list of what may fit is longer than is read.
        case ambiguous
        /// The thing, or one that stands in its place, is there, but not as the write would have left it; that may still come.
        case unchanged
        /// Looking failed, or there is no way to look.
        case notSettled = "not_settled"
    }

    /// The name of the operation's row.
    public let operation: String
    /// What the call itself ended with: a bounded label.
    public let cause: String
    public let finding: Finding
    /// Ids of what fits, at most ten.
    public let candidates: [String]

    public init(operation: String, cause: String, finding: Finding, candidates: [String] = []) {
        self.operation = operation
        self.cause = cause
        self.finding = finding
        self.candidates = Array(candidates.prefix(10))
    }
}

/// Why a call to Luma gave no result. Holds no key, no token and no body.
public enum LumaError: Error, Sendable, Equatable {
    /// Our own budget: the wait would have been too long. Nothing was sent.
    case budgetExhausted(retryAfterSeconds: Int)
    /// Luma answered 429 and retries did not help in time. The call had no effect.
    case rateLimited(retryAfterSeconds: Int)
    /// Luma refuses our key, not the caller's request.
    case authenticationRefused(status: Int, LumaMessage)
    /// The calendar of our key has no Luma Plus plan, without which Luma answers nothing.
    case planRequired(LumaMessage)
    /// Luma does not know the thing that the request names.
    case notFound(LumaMessage)
    /// Luma shows our key no event of this id: there is none, it was cancelled, or it is another calendar's.
    case eventNotAccessible(LumaMessage)
    /// Another 4xx, which the caller's request caused.
    case refused(status: Int, LumaMessage)
    /// A status that tells of trouble at Luma or before it: 5xx, a redirect, a 404 for a path that must exist, a 4xx that is
    /// not in Luma's words.
    case upstreamFailure(status: Int)
    /// No connection, or it was lost.
    case unreachable(TransportError.Cause)
    case timedOut
    /// Luma has failed too often in a row; nothing was sent. `cause` is the label of the last failure.
    case circuitOpen(retryAfterSeconds: Int, cause: String)
    /// An answer with a good status whose body is not what the operation answers.
    case malformedAnswer
    case tooLarge
    case unknownOutcome(UnknownOutcome)
    /// The journal does not let the write be sent. Nothing was sent.
    case notRecorded(JournalRefusal)
    /// The caller went away, or the program shuts down.
    case cancelled

    /// A bounded label for metrics and logs.
    public var label: String {
        switch self {
        case .budgetExhausted: "budget_exhausted"
        case .rateLimited: "rate_limited"
        case .authenticationRefused: "authentication_refused"
        case .planRequired: "plan_required"
        case .notFound: "not_found"
        case .eventNotAccessible: "event_not_accessible"
        case .refused: "refused"
        case .upstreamFailure: "upstream_failure"
        case .unreachable(let cause): cause.rawValue
        case .timedOut: "timeout"
        case .circuitOpen: "circuit_open"
        case .malformedAnswer: "malformed_answer"
        case .tooLarge: "too_large"
        case .unknownOutcome: "unknown_outcome"
        case .notRecorded: "not_recorded"
        case .cancelled: "cancelled"
        }
    }

    /// Whether Luma says that the thing is not there for us. Of an event that our key has seen before, that it is gone: Luma
    /// answers for one that was cancelled as for one that never was.
    var saysAbsent: Bool {
        switch self {
        case .notFound, .eventNotAccessible: true
        default: false
        }
    }

    /// Whether it is a refusal that is not in Luma's words.
    var isPage: Bool {
        if case .upstreamFailure(400..<500) = self { true } else { false }
    }

    /// The error for a call that got no answer.
    init(_ error: TransportError) {
        switch error.cause {
        case .timeout: self = .timedOut
        case .responseTooLarge: self = .tooLarge
        case .malformedResponse: self = .malformedAnswer
        case .cancelled: self = .cancelled
        default: self = .unreachable(error.cause)
        }
    }
}
