import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct ImportAnswerTests {
    private func answer(_ status: Int, _ body: JSON = [:], retryAfter: String? = nil) -> ImportAnswer {
        ImportAnswer(status: status, retryAfter: retryAfter, isReplayed: false, body: body.encoded)
    }

    @Test func aCreatedEventHasItsID() {
        #expect(answer(201, ["id": "evt-1"]) == .created(id: "evt-1", isReplayed: false, warnings: []))
        #expect(
            answer(201, ["id": "evt-1", "warnings": ["w"]]) == .created(id: "evt-1", isReplayed: false, warnings: ["w"])
        )
    }

    /// What may be sent again is sent again, with the same key; what may not, is not.
    @Test(arguments: [
        (409, "request_in_progress", ImportAnswer.again(.settling, after: 3)),
        (429, "rate_limited", .again(.budget, after: 3)),
        (504, "outcome_unknown", .again(.doubt("e"), after: 3)),
        (500, "internal", .again(.doubt("e"), after: 3)),
        (502, "upstream_unreachable", .again(.trouble("e"), after: 3)),
        (503, "upstream_unavailable", .again(.trouble("e"), after: 3)),
        (503, "shutting_down", .again(.trouble("e"), after: 3)),
        (504, "upstream_timeout", .again(.trouble("e"), after: 3)),
        (502, "upstream_auth", .useless("e", isAccess: false)),
        (401, "unauthenticated", .useless("e", isAccess: true)),
        (403, "read_only", .useless("e", isAccess: true)),
        (421, "host_not_allowed", .useless("e", isAccess: true)),
        (404, "not_found", .useless("e", isAccess: false)),
        (422, "idempotency_key_reused", .reused("e")),
        (422, "validation_failed", .refused("e")),
        (409, "upstream_refused", .refused("e")),
        (413, "payload_too_large", .refused("e")),
    ])
    func anErrorIsTheRowsOrEverybodys(_ status: Int, _ reason: String, _ expected: ImportAnswer) {
        #expect(answer(status, ["error": "e", "reason": .string(reason)], retryAfter: "3") == expected)
    }

    @Test func theMessageNamesFieldsAndLumasWords() {
        let fields: JSON = ["fields": [["field": "name", "problem": "is required"]]]
        #expect(answer(422, ["error": "e", "details": fields]) == .refused("e: name is required"))
        let luma: JSON = ["luma": ["message": "no"]]
        #expect(answer(422, ["error": "e", "details": luma]) == .refused("e: no"))
    }

    @Test(arguments: [("x", nil), ("-1", 0.0), ("999999999", 86_400), ("nan", nil)])
    func aStrangeRetryAfterDoesNoHarm(text: String, seconds: Double?) {
        guard case .again(_, let after) = answer(503, retryAfter: text) else {
            Issue.record("no wait")
            return
        }
        #expect(after == seconds)
    }

    @Test func anAnswerThatIsNotTheGatewaysIsNoRowsFault() {
        let page = Array("<html>".utf8)
        #expect(
            ImportAnswer(status: 502, retryAfter: nil, isReplayed: false, body: page)
                == .again(.absent("HTTP status 502"), after: nil))
        #expect(
            ImportAnswer(status: 404, retryAfter: nil, isReplayed: false, body: page)
                == .useless("HTTP status 404", isAccess: false))
    }
}
