import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

@MainActor @Suite struct CreateTests {
    nonisolated static let body: JSON = [
        "name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "Europe/Berlin",
    ]
    nonisolated static let event = "{ \"id\":\"evt-1\",  \"name\":\"Tea\", \"max_capacity\":1.0 }"

    nonisolated static func read(_ text: String = event) -> ScriptedTransport.Answer {
        .success(OutboundResponse(status: 200, body: Array(text.utf8)))
    }

    private func fixture(
        created: [ScriptedTransport.Answer] = [.json(200, ["id": "evt-1"])],
        read: [ScriptedTransport.Answer] = [read()],
        types: [ScriptedTransport.Answer] = [.json(200, ["entries": [["id": "ttype-1", "require_approval": false]]])],
        update: [ScriptedTransport.Answer] = [.json(200, [:])]
    ) -> ServiceFixture {
        ServiceFixture([
            ("events/create", created), ("events/get", read), ("ticket-types/list", types),
            ("ticket-types/update", update),
        ])
    }

    private func create(_ fixture: ServiceFixture, _ more: JSON = [:], prefer: String? = nil) async -> Answer {
        var body = Self.body.objectValue ?? JSONObject()
        for member in more.objectValue?.members ?? [] { body[member.name] = member.value }
        let input = RequestInput.event(.createEvent, body: .object(body), prefer: prefer)
        return await fixture.written(input).answer
    }

    @Test func theEventIsReadBackAsLumaSentIt() async {
        let fixture = fixture()
        let answer = await create(fixture)
        #expect(answer.status == 201)
        #expect(answer.field("Location") == "/events/evt-1")
        #expect(answer.text == Self.event)
        #expect(fixture.transport.lines == ["POST /v1/events/create", "GET /v1/events/get?event_id=evt-1"])
    }

    @Test(arguments: [
        ("return=minimal", true), ("Return=Minimal", true), ("respond-async, return=minimal; x=1", true),
        ("return=\"minimal\"", true), ("return=representation", false), ("minimal", false), ("", false),
    ])
    func whoPrefersLittleSavesTheSecondCall(prefer: String, isMinimal: Bool) async {
        let fixture = fixture()
        let answer = await create(fixture, prefer: prefer)
        #expect(answer.status == 201)
        #expect(answer.field("Preference-Applied") == (isMinimal ? "return=minimal" : nil))
        #expect(answer.field("Location") == "/events/evt-1")
        #expect(fixture.transport.requests.count == (isMinimal ? 1 : 2))
        if isMinimal { #expect(answer.json == ["id": "evt-1"]) }
    }

    @Test func aFailedReadIsAWarningOfTheCreatedEvent() async {
        let fixture = fixture(read: [.status(500)])
        let answer = await create(fixture)
        #expect(answer.status == 201)
        #expect(answer.field("Location") == "/events/evt-1")
        #expect(answer.json?["id"] == "evt-1")
        #expect(answer.json?["warnings"]?.arrayValue?.count == 1)
        #expect(answer.json?["warnings"]?.arrayValue?.first?.stringValue?.contains("Luma failed") == true)
        #expect(fixture.transport.count("/events/create") == 1)
    }

    @Test(arguments: [#"{"ok":true}"#, #"{"id":"evt-2"}"#, "[]"]) func whatIsReadBackIsLookedAt(body: String) async {
        let fixture = fixture(read: [Self.read(body)])
        let answer = await create(fixture)
        #expect(answer.status == 201 && answer.field("Location") == "/events/evt-1")
        #expect(answer.json?.objectValue?.members.map(\.name) == ["id", "remarks", "warnings"])
        #expect(answer.json?["id"] == "evt-1")
    }

    @Test func approvalIsSetOnEveryTicketTypeThatDiffers() async {
        let types: JSON = [
            "entries": [
                ["id": "ttype-1", "require_approval": false], ["id": "ttype-2", "require_approval": true],
                ["id": "ttype-3"],
            ]
        ]
        let fixture = fixture(types: [.json(200, types)])
        let answer = await create(fixture, ["require_rsvp_approval": true])
        #expect(answer.text == Self.event)
        #expect(
            fixture.posted.dropFirst() == [
                #"events/ticket-types/update {"event_ticket_type_id":"ttype-1","require_approval":true}"#,
                #"events/ticket-types/update {"event_ticket_type_id":"ttype-3","require_approval":true}"#,
            ])
        #expect(fixture.posted.first?.contains("require_rsvp_approval") == false)
        #expect(fixture.transport.lines[1] == "GET /v1/events/ticket-types/list?event_id=evt-1&include_hidden=true")
    }

    @Test(
        arguments: [
            (["require_rsvp_approval": false], 0),
            (
                [
                    "require_rsvp_approval": false,
                    "ticket_types": [["name": "A", "type": "free", "require_approval": true]],
                ], 1
            ),
            (["ticket_types": [["name": "A", "type": "free"]]], 0),
        ] as [(JSON, Int)])
    func approvalCostsCallsOnlyWhereItCanDiffer(more: JSON, lists: Int) async {
        let fixture = fixture()
        #expect(await create(fixture, more).status == 201)
        #expect(fixture.transport.count("/ticket-types/list") == lists)
    }

    nonisolated static let approvalFailures: [(types: ScriptedTransport.Answer, update: ScriptedTransport.Answer)] = [
        (.status(500), .json(200, [:])), (.json(200, ["entries": [["name": "no id"]]]), .json(200, [:])),
        (.json(200, [:]), .json(200, [:])),
        (.json(200, ["entries": [["id": "ttype-1"]]]), .json(400, ["message": "no"])),
        (.json(200, ["entries": [["id": "ttype-1"]]]), .status(404)),
    ]

    @Test(arguments: approvalFailures.indices) func aFailedApprovalIsAWarningAndTheEventIsStillRead(index: Int) async {
        let failure = Self.approvalFailures[index]
        let fixture = fixture(types: [failure.types], update: [failure.update])
        let answer = await create(fixture, ["require_rsvp_approval": true])
        #expect(answer.status == 201)
        #expect(answer.json?["name"] == "Tea")
        #expect(answer.text.contains("\"max_capacity\":1.0"))
        #expect(answer.json?["warnings"]?.arrayValue?.count == 1)
        #expect(answer.text.contains("require_rsvp_approval could not be set to true"))
    }

    @Test func everyFailureAfterTheCreateIsAWarningOfItsOwn() async {
        let fixture = fixture(read: [.status(404)], types: [.status(404)])
        let answer = await create(fixture, ["require_rsvp_approval": true])
        #expect(answer.status == 201)
        #expect(answer.json?["warnings"]?.arrayValue?.count == 2)
        let remarks = answer.json?["remarks"]?.arrayValue ?? []
        #expect(remarks.map { $0["code"] } == ["approval_not_set", "not_read_back"])
        #expect(remarks.map { $0["sentence"] } == answer.json?["warnings"]?.arrayValue)
        #expect(remarks.last?["field"] == nil && remarks.last?["values"]?["done"] == "created")
        #expect(remarks.last?["values"]?["reason"] == "upstream_failure")
    }

    @Test func aTemplateGivesItsDefaultsAndTheCallerOverrides() async throws {
        let fixture = fixture()
        let input = RequestInput.event(
            .createFromTemplate,
            body: [
                "template_type": "workshop", "name": "Swift", "start_at": "2027-05-04T17:00:00+02:00",
                "timezone": "Europe/Berlin", "require_rsvp_approval": false, "meeting_url": "https://meet.example/a",
            ])
        let answer = await fixture.written(input).answer
        #expect(answer.status == 201)
        let sent = try #require(fixture.transport.requests.first.flatMap { try? JSON.parse($0.body) })
        #expect(sent["start_at"] == "2027-05-04T15:00:00.000Z")
        #expect(sent["end_at"] == "2027-05-04T18:00:00.000Z")
        #expect(sent["template_type"] == nil)
        #expect(fixture.transport.count("/ticket-types/") == 0)
    }

    @Test(arguments: [Endpoint.createEvent, .createFromTemplate]) func aParameterIsRefusedByName(endpoint: Endpoint)
        async
    {
        let fixture = fixture()
        let input = RequestInput.event(endpoint, body: Self.body, query: [("dryrun", "true")])
        let answer = await fixture.written(input).answer
        #expect(answer.status == 422)
        #expect(answer.json?["details"]?["fields"]?.arrayValue?.first?["field"] == "dryrun")
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test func whatIsWrongCostsNoCall() async {
        let fixture = fixture()
        let answer = await create(fixture, ["timezone": "Mars/Base", "nmae": "x"])
        #expect(answer.status == 422)
        #expect(answer.reason == "validation_failed")
        #expect(answer.json?["details"]?["fields"]?.arrayValue?.count == 2)
        #expect(fixture.transport.requests.isEmpty)
    }

    @Test func aLostCreateThatCannotBeSettledIsNeverSentAgain() async {
        let fixture = ServiceFixture([
            ("events/create", [.lost(.connectionLost)]),
            ("calendars/events/list", [.json(200, ["entries": [], "has_more": false])]),
        ])
        let answer = await create(fixture)
        #expect(answer.status == 504)
        #expect(answer.reason == "outcome_unknown")
        #expect(answer.json?["details"]?["operation"] == "events/create")
        #expect(answer.json?["details"]?["finding"] == "not_found")
        #expect(answer.json?["details"]?["cause"] == "connection_lost")
        #expect(fixture.transport.count("/events/create") == 1)
    }
}
