import Core
import GatewayAPI
import HTTP
import LumaAPI
import LumaClient
import Testing

@testable import Gateway

/// What becomes of each way in which a call to Luma can fail.
@Suite struct LumaErrorTests {
    static let words = LumaMessage(message: "no", code: "c")
    static let unknown = UnknownOutcome(
        operation: "events/create", cause: "timeout", finding: .ambiguous, candidates: ["evt-1", "evt-2"])

    static let rows: [(error: LumaError, status: Int, reason: Reason, details: JSON, retryAfter: String?)] = [
        (.budgetExhausted(retryAfterSeconds: 12), 429, .rateLimited, ["retry_after_seconds": 12], "12"),
        (.rateLimited(retryAfterSeconds: 60), 429, .rateLimited, ["retry_after_seconds": 60], "60"),
        (.authenticationRefused(status: 403, words), 502, .upstreamAuth, ["luma_status": 403], nil),
        (.planRequired(words), 502, .upstreamPlanRequired, ["luma": ["message": "no", "code": "c"]], nil),
        (.eventNotAccessible(words), 403, .upstreamRefused, ["luma": ["message": "no", "code": "c"]], nil),
        (.notFound(words), 404, .upstreamRefused, ["luma": ["message": "no", "code": "c"]], nil),
        (.refused(status: 409, words), 409, .upstreamRefused, ["luma": ["message": "no", "code": "c"]], nil),
        (.refused(status: 418, LumaMessage()), 418, .upstreamRefused, ["luma": ["message": ""]], nil),
        (.upstreamFailure(status: 503), 502, .upstreamFailure, ["luma_status": 503], nil),
        (.unreachable(.nameNotResolved), 502, .upstreamUnreachable, ["cause": "name_not_resolved"], nil),
        (.unreachable(.connectTimeout), 502, .upstreamUnreachable, ["cause": "connect_timeout"], nil),
        (.unreachable(.overloaded), 503, .overloaded, ["retry_after_seconds": 1], "1"),
        (.unreachable(.shuttingDown), 503, .shuttingDown, [:], nil),
        (.timedOut, 504, .upstreamTimeout, [:], nil),
        (.malformedAnswer, 502, .upstreamFailure, ["cause": "malformed_answer"], nil),
        (.tooLarge, 502, .upstreamFailure, ["cause": "too_large"], nil),
        (
            .unknownOutcome(unknown), 504, .outcomeUnknown,
            [
                "operation": "events/create", "cause": "timeout", "finding": "ambiguous",
                "candidates": ["evt-1", "evt-2"],
            ], nil
        ),
        (.cancelled, 503, .shuttingDown, [:], nil),
    ]

    @Test(arguments: rows.indices) func everyFailureHasStatusReasonAndDetails(index: Int) throws {
        let row = Self.rows[index]
        let error = APIError(row.error, subject: nil)
        let answer = error.response(requestID: "r")
        let body = try JSON.parse(answer.body)
        #expect(answer.status == row.status)
        #expect(body["code"] == .string(String(row.status)))
        #expect(error.reason == row.reason)
        #expect(body["details"] == row.details)
        #expect(answer.fields.first { $0.name == "Retry-After" }?.value == row.retryAfter)
    }

    @Test func whatTheRequestNamesIsNamedWhenItIsMissing() {
        let error = APIError(.notFound(Self.words), subject: "evt-1")
        #expect(error.status == 404 && error.reason == .absent(.event))
        #expect(error.details == ["event_id": "evt-1", "luma": ["message": "no", "code": "c"]])
        let denied = APIError(.eventNotAccessible(Self.words), subject: "evt-1")
        #expect(denied.status == 403 && denied.reason == .eventNotAccessible && denied.details == error.details)
        #expect(denied.message.contains("the id may be wrong"))
    }
}
