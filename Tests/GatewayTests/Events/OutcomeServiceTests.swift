import Core
import GatewayAPI
import HTTP
import LumaClient
import TestKit
import Testing

@testable import Gateway

/// What a create and an update send is what their dry run tells; a document that was read can be sent back.
@MainActor @Suite struct OutcomeServiceTests {
    nonisolated static let event: JSON = [
        "platform": "luma", "id": "evt-1", "calendar_id": "cal-1", "user_id": "usr-1", "name": "Tea",
        "start_at": "2027-05-01T18:00:00.000Z", "end_at": "2027-05-01T21:00:00.000Z", "duration_interval": "PT3H",
        "created_at": "2026-01-01T00:00:00.000Z", "timezone": "Europe/Berlin", "url": "https://luma.com/tea",
        "geo_address_json": [
            "address": "Alexanderplatz", "city": "Berlin", "full_address": "Alexanderplatz 1, Berlin",
            "google_maps_place_id": nil,
        ],
        "coordinate": nil, "meeting_url": nil, "max_capacity": 40, "require_approval": true, "hosts": [],
        "description": "Tea.", "description_md": "*Tea.*", "visibility": "public",
    ]

    private func fixture() -> ServiceFixture {
        ServiceFixture([
            ("events/update", [.json(200, [:])]), ("events/get", [.json(200, Self.event)]),
            ("events/create", [.json(200, ["id": "evt-2"])]),
            ("ticket-types/list", [.json(200, ["entries": []])]),
        ])
    }

    private func update(
        _ fixture: ServiceFixture, _ body: JSON, dryRun: Bool = false, ifMatch: String? = nil,
        surface: EventPlausibility.Surface = .rest
    ) async -> Answer {
        var input = RequestInput.event(
            .patchEvent, "evt-1", body: body, query: dryRun ? [("dry_run", "true")] : [])
        if let ifMatch { input.conditions = Preconditions(ifMatch: ifMatch) }
        return await fixture.written(input, surface: surface).answer
    }

    private func create(
        _ fixture: ServiceFixture, _ body: JSON, dryRun: Bool = false, surface: EventPlausibility.Surface = .rest
    ) async -> Answer {
        let input = RequestInput.event(.createEvent, body: body, query: dryRun ? [("dry_run", "true")] : [])
        return await fixture.written(input, surface: surface).answer
    }

    private func changed(_ members: JSONObject) -> JSON {
        var event = Self.event.objectValue ?? [:]
        for member in members.members { event[member.name] = member.value }
        return .object(event)
    }

    // MARK: What is told is what is sent

    @Test(
        arguments: [
            (
                ["start_at": "2027-05-01T21:30"],
                #""start_at":"2027-05-01T19:30:00.000Z","end_at":"2027-05-01T22:30:00.000Z""#
            ),
            (["end_at": "2027-05-01T23:30"], #""end_at":"2027-05-01T21:30:00.000Z""#),
            (
                ["timezone": "America/New_York"],
                #""timezone":"America/New_York","start_at":"2027-05-01T18:00:00.000Z","end_at":"2027-05-01T21:00:00.000Z""#
            ),
            (["name": "Coffee"], #""name":"Coffee""#),
        ] as [(JSON, String)])
    func aDryRunTellsWhatIsSent(body: JSON, sent: String) async throws {
        let dry = fixture()
        let told = await update(dry, body, dryRun: true)
        #expect(told.status == 200 && dry.posted.isEmpty)
        #expect(dry.transport.requests.count <= 1)
        #expect(told.json?["dry_run"] == true && told.json?["status"] == "unchanged")
        #expect(told.json?["sends"].map { String(decoding: $0.encoded, as: UTF8.self) } == "{\(sent)}")

        let wet = fixture()
        #expect(await update(wet, body).status == 200)
        #expect(wet.posted == ["events/update {\"event_id\":\"evt-1\",\(sent)}"])
    }

    /// What is not there cannot be changed, and a rename leaves the event when it is.
    @Test(arguments: [["name": "Coffee"], ["require_rsvp_approval": true], ["start_at": "2027-05-01T21:30"]] as [JSON])
    func aDryRunEndsAsTheChangeWould(body: JSON) async {
        for dryRun in [true, false] {
            let gone = ServiceFixture([
                ("events/get", [ChangeTests.denied]), ("events/update", [ChangeTests.denied]),
                ("ticket-types/list", [ChangeTests.denied]),
            ])
            let answer = await update(gone, body, dryRun: dryRun)
            #expect(answer.status == 403 && answer.reason == "event_not_accessible", "\(dryRun)")
        }
        let told = await update(fixture(), body, dryRun: true)
        #expect(told.json?["outcome"]?["timezone"] == "Europe/Berlin")
        #expect(told.json?["outcome"]?["ends"]?.stringValue?.hasPrefix("Sun 2027-05-02 0") == (body["start_at"] != nil))
        #expect(told.json?["outcome"]?["duration_interval"] == "PT3H")
    }

    @Test func aDryRunOfWhatIsSoAlreadySendsNothing() async {
        let body: JSON = ["start_at": "2027-05-01T18:00Z", "suppress_notifications": true]
        let told = await update(fixture(), body, dryRun: true)
        #expect(told.status == 200 && told.json?["sends"] == [:])
        let same = fixture()
        #expect(await update(same, body).status == 200 && same.posted.isEmpty)
    }

    @Test func aDryRunOfACreateAsksNobody() async {
        let fixture = fixture()
        let body: JSON = [
            "name": " Tea ", "start_at": "2027-05-01 18:00", "timezone": "Europe/Berlin", "end_at": "2027-05-01T20:00",
            "require_rsvp_approval": true,
        ]
        let told = await create(fixture, body, dryRun: true)
        #expect(told.status == 200 && fixture.transport.requests.isEmpty)
        #expect(told.json?["sends"]?["name"] == "Tea" && told.json?["require_rsvp_approval"] == true)
        #expect(
            told.json?["outcome"] == [
                "start_at": "2027-05-01T16:00:00.000Z", "end_at": "2027-05-01T18:00:00.000Z",
                "timezone": "Europe/Berlin", "duration_interval": "PT2H", "starts": "Sat 2027-05-01 18:00 CEST",
                "ends": "Sat 2027-05-01 20:00 CEST",
            ])
    }

    @Test func theZoneAloneIsToldWithBothClocks() async {
        let answer = await update(fixture(), ["timezone": "America/New_York"])
        #expect(
            answer.json?["warnings"]?.arrayValue?.first == """
                timezone changes and the instant stays the same: 2027-05-01 20:00 in Europe/Berlin is 2027-05-01 14:00 in \
                America/New_York now; give start_at, too, to move the event
                """)
    }

    @Test func anEndBeforeTheStartIsRefusedHere() async {
        let fixture = fixture()
        let answer = await update(fixture, ["end_at": "2027-05-01T19:00"])
        #expect(answer.status == 422 && fixture.posted.isEmpty)
        #expect(answer.json?["details"]?["fields"]?.arrayValue?.first?["code"] == "end_not_after_start")
    }

    @Test func aPastStartIsAWarningToProgramsAndARefusalToAssistants() async {
        let body: JSON = ["name": "Tea", "start_at": "2023-05-01T18:00", "timezone": "UTC"]
        let program = await create(fixture(), body)
        #expect(program.status == 201)
        #expect(
            program.json?["warnings"]?.arrayValue?.first?.stringValue?.hasPrefix("start_at is in the past; now is ")
                == true)
        let assistant = await create(fixture(), body, surface: .assistant)
        #expect(assistant.status == 422)
        #expect(assistant.json?["details"]?["fields"]?.arrayValue?.first?["code"] == "start_in_past")
    }

    // MARK: A document that was read

    @Test func whatWasReadCanBeSentBack() async {
        let same = fixture()
        let answer = await update(same, Self.event)
        #expect(answer.status == 200 && answer.json == Self.event)
        #expect(same.posted.isEmpty && same.transport.requests.count == 1)

        let renamed = fixture()
        #expect(await update(renamed, changed(["name": "Renamed"])).status == 200)
        #expect(renamed.posted == [#"events/update {"event_id":"evt-1","name":"Renamed"}"#])
    }

    @Test func theConditionIsHeldToWhatWasRead() async {
        let fixture = fixture()
        let answer = await update(fixture, changed(["name": "Renamed"]), ifMatch: "\"other\"")
        #expect(answer.status == 412 && fixture.posted.isEmpty)
        #expect(fixture.transport.requests.count == 1)
    }

    @Test(
        arguments: [
            ("url", "https://luma.com/x", "is set by Luma and cannot be changed; slug sets it"),
            ("id", "evt-9", "is set by Luma and cannot be changed"),
            (
                "require_approval", false,
                "is set by Luma and cannot be changed; require_rsvp_approval sets it"
            ),
        ] as [(String, JSON, String)])
    func whatLumaSetsIsNotChanged(name: String, value: JSON, problem: String) async {
        let fixture = fixture()
        let answer = await update(fixture, changed([name: value]))
        #expect(answer.status == 422 && fixture.posted.isEmpty)
        let fields = answer.json?["details"]?["fields"]?.arrayValue ?? []
        #expect(fields.map { $0["field"] } == [.string(name)])
        #expect(fields.first?["problem"] == .string(problem) && fields.first?["code"] == "set_by_luma")
    }

    @Test func aCopyOfWhatWasReadIsAnEventOfItsOwn() async {
        let fixture = fixture()
        let answer = await create(
            fixture, changed(["name": "Copy", "hosts": [["id": "usr-1"]], "display_price": ["amount": 2500]]))
        #expect(answer.status == 201)
        #expect(
            fixture.posted.first == """
                events/create {"name":"Copy","start_at":"2027-05-01T18:00:00.000Z","end_at":"2027-05-01T21:00:00.000Z",\
                "timezone":"Europe/Berlin","geo_address_json":{"type":"manual","address":"Alexanderplatz 1, Berlin"},\
                "max_capacity":40,"description_md":"*Tea.*","visibility":"public"}
                """)
        // Who had to be approved still has to be.
        #expect(fixture.transport.lines.contains { $0.contains("ticket-types/list") })
        #expect(
            answer.json?["warnings"]?.arrayValue?.first == "hosts and display_price are set by Luma and not taken over")
    }
}
