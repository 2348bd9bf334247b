import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// What a journal keeps of a write is enough to look for it in the next life of the program, in each way in which a row may
/// say how.
@MainActor @Suite struct RestartTests {
    /// A lost write, what is read after the restart, and what that tells.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let operation: String
        let input: JSONObject
        let answer: ScriptedTransport.Answer
        /// The reading; nil when none is to be sent.
        let line: String?
        let finding: SearchFinding
        let claimed: [String]

        init(
            _ title: String, _ operation: String, _ input: JSONObject, _ answer: ScriptedTransport.Answer,
            _ line: String?, _ finding: SearchFinding, claimed: [String] = []
        ) {
            (testDescription, self.operation, self.input, self.answer) = (title, operation, input, answer)
            (self.line, self.finding, self.claimed) = (line, finding, claimed)
        }
    }

    private nonisolated static let absent = ScriptedTransport.Answer.json(404, ["message": "Not found."])
    private nonisolated static let coupon: JSONObject = [
        "event_id": "evt-1", "code": "Early",
        "discount": ["discount_type": "amount", "cents_off": 500, "currency": "eur"],
    ]
    private nonisolated static let couponLine = "GET /v1/events/coupons/list?event_id=evt-1&pagination_limit=50"
    private nonisolated static let cancel: JSONObject = ["event_id": "evt-1", "cancellation_token": "t"]
    private nonisolated static let eventLine = "GET /v1/events/get?event_id=evt-1"
    private nonisolated static let ticketType: JSONObject = [
        "event_ticket_type_id": "ttype-1", "event_id": "evt-1", "require_approval": true,
    ]
    private nonisolated static let ticketLine = "GET /v1/events/ticket-types/list?event_id=evt-1&include_hidden=true"

    private nonisolated static func coupons(_ cents: JSON) -> ScriptedTransport.Answer {
        let entry: JSON = ["id": "cpn-1", "code": "EARLY", "percent_off": nil, "cents_off": cents, "currency": "eur"]
        return .json(200, ["entries": [entry], "has_more": false])
    }

    nonisolated static let cases = [
        Case(
            "shown", "events/update", ["event_id": "evt-1", "max_capacity": 10], .json(200, ["max_capacity": 10]),
            eventLine, .done(id: nil)),
        Case("listed", "events/coupons/create", coupon, coupons(500), couponLine, .done(id: "cpn-1")),
        Case("listed otherwise", "events/coupons/create", coupon, coupons(900), couponLine, .notSeen),
        Case(
            "listed as another's", "events/coupons/create", coupon, coupons(500), couponLine, .notSeen,
            claimed: ["cpn-1"]),
        Case(
            "not listed", "events/coupons/create", coupon, .json(200, ["entries": [], "has_more": false]), couponLine,
            .notSeen),
        Case("gone", "events/cancel", cancel, absent, eventLine, .done(id: nil)),
        Case("still there", "events/cancel", cancel, .json(200, ["id": "evt-1"]), eventLine, .notSeen),
        Case(
            "shown in a list", "events/ticket-types/update", ticketType,
            .json(200, ["entries": [["id": "ttype-1", "require_approval": true]]]), ticketLine, .done(id: nil)),
        Case(
            "in a list without it", "events/ticket-types/update", ticketType,
            .json(200, ["entries": [["id": "ttype-2", "require_approval": true]]]), ticketLine, .notSeen),
        Case(
            "no way to look", "events/ticket-types/create", ["event_id": "evt-1", "name": "VIP", "type": "free"],
            .status(500), nil, .undetermined),
    ]

    @Test(arguments: cases) func theJournalIsEnoughToLook(row: Case) async throws {
        let operation = try #require(Catalog[row.operation])
        let journal = WriteTests.Journal()
        let before = Fixture([.lost(.timeout), .json(400, ["message": "No."])])
        before.context.journal = journal
        let error = await failure {
            _ = try await before.client.write(
                operation, row.input, deadline: before.deadline(), context: before.context)
        }
        #expect(error?.label == "unknown_outcome")
        let kept = try #require(journal.writes.first)
        let write = LostWrite(
            operation: kept.operation, subject: kept.subject, body: kept.body, sentAt: kept.sentAt,
            claimed: row.claimed)
        let after = Fixture([row.answer])
        after.client.adopt(write)
        let finding = try await after.client.search(for: write, deadline: after.deadline(), context: after.context)
        after.client.release(write)
        #expect(finding == row.finding)
        #expect(after.transport.lines == [row.line].compactMap(\.self))
    }
}
