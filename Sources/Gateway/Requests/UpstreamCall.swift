import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import LumaClient

/// One request's dealings with Luma: until when they may last, and what they cost.
struct UpstreamCall {
    let deadline: MonotonicTime
    let context: CallContext
}

extension APIError {
    /// What a caller is told of a call to Luma that gave no result.
    ///
    /// - Parameter subject: the id of the event that the call was about, if any.
    init(_ error: LumaError, subject: String?) {
        switch error {
        case .budgetExhausted(let seconds), .rateLimited(let seconds):
            self.init(.rateLimited, retryAfter: Double(seconds))
        case .authenticationRefused(let status, _):
            self.init(.upstreamAuth, details: JSONObject([("luma_status", .number(JSONNumber(status)))]))
        case .planRequired(let words):
            self = .planRequired(words)
        case .notFound(let words):
            if let subject {
                self = .notFound(.event, subject, words)
            } else {
                self.init(lumaRefused: 404, words)
            }
        case .eventNotAccessible(let words):
            if let subject {
                self = .eventNotAccessible(subject, words)
            } else {
                self.init(lumaRefused: 403, words)
            }
        case .refused(let status, let words): self.init(lumaRefused: status, words)
        case .upstreamFailure(let status):
            self.init(.upstreamFailure, details: JSONObject([("luma_status", .number(JSONNumber(status)))]))
        case .unreachable(.overloaded): self.init(.overloaded, retryAfter: 1)
        case .unreachable(.shuttingDown): self.init(.shuttingDown)
        case .unreachable(let cause):
            self.init(.upstreamUnreachable, details: JSONObject([("cause", .string(cause.rawValue))]))
        case .timedOut: self.init(.upstreamTimeout)
        case .circuitOpen(let seconds, let cause):
            self.init(
                .upstreamUnavailable, details: JSONObject([("cause", .string(cause))]), retryAfter: Double(seconds))
        case .malformedAnswer, .tooLarge:
            self.init(.upstreamFailure, details: JSONObject([("cause", .string(error.label))]))
        case .unknownOutcome(let unknown):
            var details = JSONObject([
                ("operation", .string(unknown.operation)), ("cause", .string(unknown.cause)),
                ("finding", .string(unknown.finding.rawValue)),
            ])
            if !unknown.candidates.isEmpty {
                details["candidates"] = .array(unknown.candidates.map { .string($0) })
            }
            self.init(.outcomeUnknown, details: details)
        case .notRecorded(.unavailable): self = .storeUnavailable
        case .notRecorded(.duplicate(let id)): self = .duplicate(of: .event, id)
        case .cancelled: self.init(.shuttingDown)
        }
    }

    /// What a caller is told of a request that the end of the program has cut off: once a write is on its way to Luma,
    /// nobody knows any more whether it is done.
    func described(after context: CallContext) -> APIError {
        guard reason == .shuttingDown, context.hasSentWrite else { return self }
        return APIError(
            .outcomeUnknown,
            details: JSONObject([
                ("cause", .string(Reason.shuttingDown.rawValue)),
                ("finding", .string(UnknownOutcome.Finding.notSettled.rawValue)),
            ]))
    }
}

extension RateLimitStatus {
    /// Luma's budget, which all callers of this gateway share. What is left is what could be sent at once.
    init(luma budget: BudgetSnapshot, isWrite: Bool, now: MonotonicTime) {
        let allowance = isWrite ? budget.post : budget.get
        self.init(
            policy: "luma", quota: allowance.limit, window: Int(budget.window.rounded(.up)),
            remaining: allowance.remaining, reset: budget.resetAt?.seconds(since: now))
    }
}
