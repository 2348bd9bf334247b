import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

/// Reading, changing and cancelling one event.
@MainActor @Suite struct ChangeTests {
    private func get(_ fixture: ServiceFixture, _ id: String, ifNoneMatch: String? = nil) async -> Answer {
        var input = RequestInput.event(.getEvent, id)
        input.conditions = Preconditions(ifNoneMatch: ifNoneMatch)
        return await fixture.read(input)
    }

    private func update(_ fixture: ServiceFixture, _ body: JSON, _ query: [(name: String, value: String)] = []) async
        -> Answer
    {
        let input = RequestInput.event(.patchEvent, "evt-1", body: body, query: query)
        return await fixture.written(input).answer
    }

    private func cancel(_ fixture: ServiceFixture, _ query: [(name: String, value: String)] = []) async -> Answer {
        let input = RequestInput.event(.cancelEvent, "evt-1", query: query)
        return await fixture.written(input).answer
    }

    // MARK: Read

    @Test func aReadHasAStrongTagAndAMatchingOneSavesTheBody() async throws {
        let fixture = ServiceFixture([("events/get", [CreateTests.read()])])
        let answer = await get(fixture, "evt-1")
        #expect(answer.status == 200 && answer.text == CreateTests.event)
        let tag = try #require(answer.field("ETag"))
        for condition in [tag, "W/" + tag, "\"other\" , \(tag)", "*"] {
            let second = await get(fixture, "evt-1", ifNoneMatch: condition)
            #expect(second.status == 304 && second.text.isEmpty && second.field("ETag") == tag, "\(condition)")
        }
        #expect(await get(fixture, "evt-1", ifNoneMatch: "\"other\"").status == 200)
    }

    @Test(arguments: ["", "evt 1", "evt-1/../x", "évt", String(repeating: "a", count: 101), "evt-1%"])
    func whatCannotBeAnIDIsNotFoundWithoutACall(id: String) async {
        let fixture = ServiceFixture([("events/get", [CreateTests.read()])])
        let answer = await get(fixture, id)
        #expect(answer.status == 404)
        #expect(answer.reason == "event_not_found")
        #expect(fixture.transport.requests.isEmpty)
    }

    // MARK: Update

    @Test func anUpdateSendsWhatIsNamedAndReadsBack() async {
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]), ("events/get", [CreateTests.read()]),
        ])
        let answer = await update(fixture, ["name": "Coffee", "max_capacity": nil])
        #expect(answer.status == 200 && answer.text == CreateTests.event)
        #expect(fixture.posted == [#"events/update {"event_id":"evt-1","name":"Coffee","max_capacity":null}"#])
    }

    @Test func aLocalTimeIsResolvedInTheZoneOfTheEvent() async {
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]),
            ("events/get", [.json(200, ["id": "evt-1", "timezone": "Asia/Tokyo"])]),
        ])
        let answer = await update(fixture, ["start_at": "2025-05-01T18:00"])
        #expect(answer.status == 200)
        #expect(fixture.posted == [#"events/update {"event_id":"evt-1","start_at":"2025-05-01T09:00:00.000Z"}"#])
        #expect(fixture.transport.lines.map { $0.prefix(4) } == ["GET ", "POST", "GET "])
    }

    @Test(
        arguments: [
            (.json(404, ["message": "Not found."]), 404, "event_not_found"), (.status(404), 502, "upstream_failure"),
            (.json(403, ["message": "You don't have access to this event."]), 403, "event_not_accessible"),
            (.json(200, ["id": "evt-1"]), 502, "upstream_failure"),
            (.json(200, ["timezone": "Mars/Base"]), 422, "validation_failed"),
        ] as [(ScriptedTransport.Answer, Int, String)])
    func withoutTheZoneOfTheEventNothingIsChanged(read: ScriptedTransport.Answer, status: Int, reason: String) async {
        let fixture = ServiceFixture([("events/get", [read])])
        let answer = await update(fixture, ["start_at": "2025-05-01T18:00"])
        #expect(answer.status == status && answer.reason == reason)
        #expect(fixture.posted.isEmpty)
    }

    // MARK: Changes that are told

    private static let types: JSON = [
        "entries": [
            ["id": "ttype-1", "name": "Standard", "require_approval": false],
            ["id": "ttype-2", "name": "VIP", "require_approval": false],
            ["id": "ttype-3", "name": "Crew", "require_approval": false],
        ]
    ]

    /// Who follows an event hears of a change, and of nothing else.
    @Test(
        arguments: [
            (.cancelEvent, [:], [("dry_run", "true")], false), (.cancelEvent, [:], [], true),
            (.patchEvent, ["name": "Coffee"], [], true), (.patchEvent, ["require_rsvp_approval": true], [], true),
            (.patchEvent, ["require_rsvp_approval": false], [], false), (.patchEvent, [:], [], false),
        ] as [(Endpoint, JSON, [(name: String, value: String)], Bool)])
    func onlyChangesAreTold(
        endpoint: Endpoint, body: JSON, query: [(name: String, value: String)], isChange: Bool
    ) async {
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]), ("events/get", [CreateTests.read()]),
            ("ticket-types/list", [.json(200, Self.types)]), ("ticket-types/update", [.json(200, [:])]),
            ("events/cancel/request", [Self.asked(isPaid: false)]), ("events/cancel", [.json(200, [:])]),
        ])
        let input = RequestInput.event(endpoint, "evt-1", body: body, query: query)
        let told = await fixture.written(input)
        #expect(told.isChange == isChange)
    }

    /// The answer to a write is trusted to be about what was written.
    @Test(arguments: [#"{"ok":true}"#, #"{"id":"evt-2","name":"Other"}"#, #"{"id":1}"#])
    func whatIsReadBackIsLookedAt(body: String) async {
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]), ("events/get", [CreateTests.read(body)]),
        ])
        let answer = await update(fixture, ["name": "Coffee"])
        #expect(answer.status == 200 && answer.json?["id"] == "evt-1" && answer.json?["ok"] == nil)
        #expect(answer.json?["warnings"]?.arrayValue?.count == 1)
    }

    // MARK: Approval

    /// One ticket type that fails does not keep the others back, and is named.
    @Test(arguments: [true, false]) func everyTicketTypeFollows(hasMore: Bool) async throws {
        let refusal = ScriptedTransport.Answer.json(400, ["message": "Type is locked"])
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]), ("events/get", [CreateTests.read()]),
            ("ticket-types/list", [.json(200, Self.types)]),
            ("ticket-types/update", [.json(200, [:]), refusal, .json(200, [:])]),
        ])
        let answer = await update(
            fixture, hasMore ? ["name": "Coffee", "require_rsvp_approval": true] : ["require_rsvp_approval": true])
        #expect(answer.status == 200)
        #expect(fixture.posted.count { $0.hasPrefix("events/ticket-types/update") } == 3)
        let list = answer.json?["warnings"]?.arrayValue
        let warnings = try #require(list).compactMap(\.stringValue)
        #expect(warnings.count == 1)
        #expect(
            warnings.first
                == "require_rsvp_approval could not be set to true on 1 of 3 ticket types: \"VIP\" (ttype-2): "
                + "Luma refused the request (Type is locked)")
        let remark = answer.json?["remarks"]?.arrayValue?.first
        #expect(remark?["code"] == "approval_not_set" && remark?["field"] == "require_rsvp_approval")
        #expect(
            remark?["values"] == [
                "approval": true, "total": 3,
                "ticket_types": [
                    [
                        "reason": "upstream_refused", "message": "Luma refused the request (Type is locked)",
                        "id": "ttype-2", "name": "VIP",
                    ]
                ],
            ])
    }

    @Test func whereNoTicketTypeFollowsAndNothingElseWasAskedItIsAFailure() async {
        let fixture = ServiceFixture([
            ("ticket-types/list", [.json(200, Self.types)]),
            ("ticket-types/update", [.json(400, ["message": "Type is locked"])]),
        ])
        let answer = await update(fixture, ["require_rsvp_approval": true])
        #expect(answer.status == 400 && answer.reason == "upstream_refused")
        #expect(answer.json?["error"]?.stringValue?.contains("3 of 3 ticket types") == true)
        #expect(fixture.posted.count == 3)
    }

    @Test func anUpdateOfApprovalAloneChangesTicketTypesOnly() async {
        let fixture = ServiceFixture([
            ("ticket-types/list", [.json(200, ["entries": [["id": "ttype-1", "require_approval": true]]])]),
            ("ticket-types/update", [.json(200, [:])]), ("events/get", [CreateTests.read()]),
        ])
        let answer = await update(fixture, ["require_rsvp_approval": false])
        #expect(answer.status == 200 && answer.text == CreateTests.event)
        #expect(
            fixture.posted == [
                #"events/ticket-types/update {"event_ticket_type_id":"ttype-1","require_approval":false}"#
            ])
    }

    @Test(
        arguments: [
            (.json(404, ["message": "Not found."]), 404, "event_not_found"), (.status(404), 502, "upstream_failure"),
            (.json(403, ["message": "You don't have access to this event."]), 403, "event_not_accessible"),
            (.json(403, ["message": "no"]), 403, "upstream_refused"),
            (.status(401), 502, "upstream_auth"), (.status(500), 502, "upstream_failure"),
            (.lost(.timeout), 504, "upstream_timeout"),
            (.lost(.connectionRefused, neverSent: true), 502, "upstream_unreachable"),
            (.status(429, [Field("retry-after", "40")]), 429, "rate_limited"),
        ] as [(ScriptedTransport.Answer, Int, String)])
    func aFailureOfApprovalAloneKeepsItsCause(types: ScriptedTransport.Answer, status: Int, reason: String) async {
        let fixture = ServiceFixture([("ticket-types/list", [types])])
        let answer = await update(fixture, ["require_rsvp_approval": true])
        #expect(answer.status == status && answer.reason == reason)
        #expect((answer.field("Retry-After") != nil) == (status == 429))
    }

    @Test func afterAChangeAFailedApprovalAndAFailedReadAreWarnings() async {
        let fixture = ServiceFixture([
            ("events/update", [.json(200, [:])]), ("ticket-types/list", [.status(500)]), ("events/get", [.status(500)]),
        ])
        let answer = await update(fixture, ["name": "Coffee", "require_rsvp_approval": true])
        #expect(answer.status == 200)
        #expect(answer.json?["id"] == "evt-1")
        #expect(answer.json?["warnings"]?.arrayValue?.count == 2)
    }

    @Test(
        arguments: [
            ([:], [], 400, "empty_update"), (["suppress_notifications": true], [], 400, "empty_update"),
            (["nmae": "x"], [], 422, "validation_failed"), (["name": nil], [], 422, "validation_failed"),
            (["name": "x"], [("dryrun", "true")], 422, "validation_failed"),
            (["name": "x"], [("dry_run", "perhaps")], 422, "validation_failed"),
            (["start_at": "2027-05-01T20:00Z", "end_at": "2027-05-01T18:00Z"], [], 422, "validation_failed"),
        ] as [(JSON, [(name: String, value: String)], Int, String)])
    func anUpdateThatIsWrongCostsNoCall(
        body: JSON, query: [(name: String, value: String)], status: Int, reason: String
    ) async {
        let fixture = ServiceFixture([])
        let answer = await update(fixture, body, query)
        #expect(answer.status == status && answer.reason == reason)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test func lumasRefusalOfAnUpdateKeepsStatusAndWords() async {
        let fixture = ServiceFixture([("events/update", [.json(400, ["message": "slug taken", "code": "slug"])])])
        let answer = await update(fixture, ["slug": "tea-2025"])
        #expect(answer.status == 400 && answer.reason == "upstream_refused")
        #expect(answer.json?["details"]?["luma"] == ["message": "slug taken", "code": "slug"])
    }

    // MARK: Cancel

    nonisolated static let denied = ScriptedTransport.Answer.json(
        403, ["message": "You don't have access to this event.", "code": nil])

    nonisolated static func asked(isPaid: Bool) -> ScriptedTransport.Answer {
        .json(200, ["cancellation_token": "token-1", "is_paid": .bool(isPaid), "guest_count": 7])
    }

    @Test(
        arguments: [
            (false, nil, false, ""), (false, "true", false, ",\"should_refund\":true"),
            (true, "true", true, ",\"should_refund\":true"), (true, "false", false, ",\"should_refund\":false"),
        ] as [(Bool, String?, Bool, String)])
    func aCancelAsksForTheTokenAndUsesIt(isPaid: Bool, refund: String?, refunded: Bool, member: String) async {
        let fixture = ServiceFixture([
            ("events/cancel/request", [Self.asked(isPaid: isPaid)]), ("events/cancel", [.json(200, [:])]),
        ])
        let answer = await cancel(fixture, refund.map { [("refund", $0)] } ?? [])
        #expect(answer.status == 200)
        #expect(
            answer.json
                == ["id": "evt-1", "status": "canceled", "guest_count": 7, "refunded": .bool(refunded)])
        #expect(
            fixture.posted == [
                #"events/cancel/request {"event_id":"evt-1"}"#,
                #"events/cancel {"event_id":"evt-1","cancellation_token":"token-1"\#(member)}"#,
            ])
    }

    @Test func aPaidEventNeedsADecision() async {
        let fixture = ServiceFixture([("events/cancel/request", [Self.asked(isPaid: true)])])
        let answer = await cancel(fixture)
        #expect(answer.status == 409 && answer.reason == "refund_decision_required")
        #expect(answer.json?["details"] == ["is_paid": true, "guest_count": 7])
        #expect(fixture.transport.requests.count == 1)
    }

    @Test(arguments: [(true, true), (false, false)]) func aDryRunOnlyTells(isPaid: Bool, needsDecision: Bool) async {
        let fixture = ServiceFixture([
            ("events/cancel/request", [Self.asked(isPaid: isPaid)]), ("events/get", [CreateTests.read()]),
        ])
        let answer = await cancel(fixture, [("dry_run", "true")])
        #expect(answer.status == 200)
        #expect(answer.json?["dry_run"] == true && answer.json?["status"] == "unchanged")
        #expect(answer.json?["needs_refund_decision"] == .bool(needsDecision))
        #expect(fixture.posted == [#"events/cancel/request {"event_id":"evt-1"}"#])
        #expect(!answer.text.contains("token-1"))
    }

    @Test(
        arguments: [
            (.json(404, ["message": "Not found."]), .status(404), 404, "event_not_found"),
            (.status(404), .status(404), 502, "upstream_failure"),
            (.status(403), .status(404), 502, "upstream_failure"),
            (denied, .status(404), 403, "event_not_accessible"),
            (asked(isPaid: false), denied, 403, "event_not_accessible"),
            (.json(403, ["message": "no"]), .status(404), 403, "upstream_refused"),
            (asked(isPaid: false), .json(400, ["message": "expired"]), 400, "upstream_refused"),
            (asked(isPaid: false), .json(404, ["message": "gone"]), 404, "event_not_found"),
            (asked(isPaid: false), .status(404), 504, "outcome_unknown"),
            (.json(200, ["is_paid": false]), .status(404), 502, "upstream_failure"),
        ] as [(ScriptedTransport.Answer, ScriptedTransport.Answer, Int, String)])
    func aCancelThatLumaRefusesSaysSo(
        request: ScriptedTransport.Answer, cancel answer: ScriptedTransport.Answer, status: Int, reason: String
    ) async {
        let fixture = ServiceFixture([("events/cancel/request", [request]), ("events/cancel", [answer])])
        let answer = await cancel(fixture)
        #expect(answer.status == status && answer.reason == reason)
    }

    @Test(
        arguments: [
            (.json(404, ["message": "gone"]), 200, "canceled"), (denied, 200, "canceled"),
            (CreateTests.read(), 504, "unchanged"), (.json(403, ["message": "no"]), 504, "not_settled"),
        ] as [(ScriptedTransport.Answer, Int, String)])
    func aLostCancelIsSettledByLooking(read: ScriptedTransport.Answer, status: Int, word: String) async {
        let fixture = ServiceFixture([
            ("events/cancel/request", [Self.asked(isPaid: false)]), ("events/cancel", [.lost(.connectionLost)]),
            ("events/get", [read]),
        ])
        let answer = await cancel(fixture)
        #expect(answer.status == status)
        #expect(answer.text.contains("\"\(word)\""))
        #expect(fixture.posted.count == 2)
    }
}
