import Core
import GatewayAPI
import HTTP
import LumaAPI
import LumaClient
import Store
import Testing

@testable import Gateway

/// What is kept of an answer is given again as it was, and only what repeating cannot change is kept.
@Suite struct StoredAnswerTests {
    @Test func anAnswerComesBackWithItsFieldsAndTheMark() throws {
        let response = Response.json(
            status: 201, fields: [Field("Location", "/events/evt-1")], Array(#"{"id":"evt-1"}"#.utf8))
        let again = try StoredAnswer(response, id: "evt-1").replayed().response
        #expect(again.status == 201)
        #expect(again.body == response.body)
        #expect(again.fields == response.fields + [Field("Idempotency-Replayed", "true")])
    }

    @Test func aLongAnswerIsKeptWithoutItsEvent() throws {
        let response = Response.json(status: 201, Array(#"{"x":""#.utf8) + [UInt8](repeating: 0x61, count: 70_000))
        let again = try StoredAnswer(response, id: "evt-1").replayed().response
        #expect(try JSON.parse(again.body)["id"] == "evt-1")
        #expect(try JSON.parse(again.body)["remarks"]?.arrayValue?.first?["code"] == "answer_not_kept")
        #expect(again.body.count < 500)
    }

    static let refusals: [(error: APIError, isKept: Bool)] = [
        (APIError(lumaRefused: 400, LumaMessage(message: "Slug is taken")), true),
        (APIError.notFound(.event, "evt-1"), true), (APIError.notFound(.guest, "gst-1"), true),
        (APIError.notFound(.coupon, "coup-1"), true),
        (APIError.eventNotAccessible("evt-1", LumaMessage(message: "You don't have access to this event.")), true),
        (APIError(.planRequired(LumaMessage(message: "Luma Plus")), subject: "evt-1"), false),
        (APIError(.upstreamFailure(status: 404), subject: "evt-1"), false),
        (APIError(.preconditionFailed), true), (APIError(lumaRefused: 429, LumaMessage(message: "")), false),
        (APIError(lumaRefused: 500, LumaMessage(message: "")), false), (APIError(.rateLimited, retryAfter: 3), false),
        (APIError(.upstreamTimeout), false), (APIError(.outcomeUnknown), false), (APIError(.upstreamAuth), false),
        (APIError(invalid: [FieldProblem("name", "is missing")]), false), (.refundUndecided(guestCount: 3), false),
        (APIError(.upstreamUnreachable), false), (APIError(.shuttingDown), false), (.storeUnavailable, false),
    ]

    @Test(arguments: refusals.indices) func onlyFinalRefusalsAreKept(index: Int) throws {
        let row = Self.refusals[index]
        let stored = StoredAnswer(row.error)
        #expect((stored != nil) == row.isKept)
        guard let stored else { return }
        let error = #expect(throws: APIError.self) { try stored.replayed() }
        var expected = row.error
        expected.isReplayed = true
        #expect(error == expected)
        #expect(error?.response(requestID: "r").fields.contains(Field("Idempotency-Replayed", "true")) == true)
    }
}
