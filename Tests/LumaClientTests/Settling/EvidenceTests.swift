import Core
import LumaAPI
import Testing

@testable import LumaClient

/// What a list tells of a create whose answer was lost.
@Suite struct EvidenceTests {
    private static let terms: JSONObject = ["code": "Early", "percent_off": 20]

    private static let twenty = JSONNumber(text: "2e1").map(JSON.number) ?? .null

    private static func coupon(_ id: String, _ code: String = "EARLY", _ percent: JSON = 20) -> JSON {
        ["id": .string(id), "code": .string(code), "percent_off": percent, "cents_off": nil]
    }

    private static func done(_ coupon: JSON) -> Evidence { .done(id: coupon["id"]?.stringValue, shown: coupon) }

    static let unique: [(entries: [JSON], others: Set<String>, finding: Evidence)] = [
        ([], [], .notFound),
        ([coupon("c-1")], [], done(coupon("c-1"))),
        ([coupon("c-1", "early", 20.5)], [], .unchanged),
        ([coupon("c-1", "early", twenty)], [], done(coupon("c-1", "early", twenty))),
        ([coupon("c-0", "LATE"), coupon("c-1"), coupon("c-2", "EARLY2")], [], done(coupon("c-1"))),
        // It was there before, with other terms, so the create was refused.
        ([coupon("c-1", "EARLY", 10)], [], .unchanged),
        ([coupon("c-1", "EARLY", nil)], [], .unchanged),
        // The same terms, and another write's.
        ([coupon("c-1")], ["c-1"], .unchanged),
        ([coupon("c-0", "LATE")], ["c-0"], .notFound),
        // A code is a code: what only looks like it is another one.
        ([coupon("c-1", "EAR-LY")], [], .notFound),
        // The term is not shown.
        ([["id": "c-1", "code": "EARLY"]], [], .undetermined),
        ([["code": "EARLY", "percent_off": 20], "text", [:]], [], .notFound),
        ([coupon("c-1"), coupon("c-2")], [], .ambiguous(["c-1", "c-2"])),
    ]

    @Test(arguments: unique.indices) func whatAUniqueMemberTells(index: Int) {
        let row = Self.unique[index]
        #expect(Evidence(Self.terms, unique: "code", among: row.entries, others: row.others) == row.finding)
    }

    /// Of ten uses that were sent: who has used it has left fewer, and nobody more. Fewer may be another's coupon as well.
    @Test(arguments: [
        (10, Evidence.done(id: "c-1", shown: nil)), (9, .undetermined), (0, .undetermined), (11, .unchanged),
        (1_000_000, .unchanged),
    ])
    func whatOnlyBecomesLessTells(left: Int, finding: Evidence) {
        var entry = Self.coupon("c-1").objectValue ?? JSONObject()
        entry["remaining_count"] = .number(JSONNumber(left))
        let found = Evidence(
            Self.terms, unique: "code", falling: ["remaining_count": 10], among: [.object(entry)])
        if case .done(let id, _) = found {
            #expect(finding == .done(id: id, shown: nil))
        } else {
            #expect(found == finding)
        }
    }

    @Test func whatIsNotShownOfItTellsNothing() {
        let entries = [Self.coupon("c-1")]
        #expect(Evidence(Self.terms, unique: "code", falling: ["remaining_count": 10], among: entries) == .undetermined)
        #expect(Evidence(Self.terms, unique: "code", falling: [:], among: entries) == Self.done(entries[0]))
    }

    static let plain: [(entries: [JSON], others: Set<String>, finding: Evidence)] = [
        ([], [], .notFound),
        ([coupon("c-1")], [], done(coupon("c-1"))),
        ([coupon("c-1", "EARLY", 10)], [], .notFound),
        ([coupon("c-1")], ["c-1"], .notFound),
        ([coupon("c-1"), coupon("c-2", "early")], [], .ambiguous(["c-1", "c-2"])),
        ([coupon("c-1"), coupon("c-2", "early")], ["c-1"], done(coupon("c-2", "early"))),
        // Luma may have written it in its own way.
        ([coupon("c-1", "EAR-LY")], [], .undetermined),
        ([coupon("c-1", "EAR-LY"), coupon("c-2")], [], done(coupon("c-2"))),
    ]

    @Test(arguments: plain.indices) func whatAnyMembersTell(index: Int) {
        let row = Self.plain[index]
        // The folding of what Luma may rewrite keeps capitals.
        let terms: JSONObject = ["code": "EARLY", "percent_off": 20]
        #expect(Evidence(terms, unique: nil, among: row.entries, others: row.others) == row.finding)
    }

    @Test func withoutATermNothingIsTold() {
        let entries = [Self.coupon("c-1")]
        #expect(Evidence([:], unique: nil, among: entries) == .undetermined)
        #expect(Evidence(["percent_off": 20], unique: "code", among: entries) == .undetermined)
        #expect(Evidence(["percent_off": 20], unique: nil, among: entries) == Self.done(entries[0]))
    }

    @Test func aPathGoesThroughObjectsAlone() {
        let input: JSONObject = ["code": "A", "discount": ["percent_off": 20, "more": ["x": nil]]]
        #expect(input.value(at: "code") == "A")
        #expect(input.value(at: "discount.percent_off") == 20)
        #expect(input.value(at: "discount.more.x") == .some(.null))
        for path in ["x", "code.x", "discount.x", "discount.percent_off.x"] {
            #expect(input.value(at: path) == Optional.none)
        }
    }

    /// What a change says of itself is no change, and a guest's status is shown under another name.
    @Test func aChangeIsComparedByWhatItChanges() {
        let operation = Operation(
            "x", .post, "/v1/x",
            body: ["event_id", "guest_id", "status", "should_refund", "send_email", "message"].map {
                SchemaField($0, .any)
            },
            effects: [.changes, .notifiesGuests, .movesMoney], summary: "",
            subject: .init(.guest, "guest_id"))
        let input: JSONObject = [
            "event_id": "evt-1", "guest_id": "gst-1", "status": "approved", "should_refund": false, "send_email": false,
            "message": nil,
        ]
        let reading = Operation.Reading("events/get")
        let changes = ChangeComparison.changes(of: operation, input, reading, ["status": "approval_status"])
        #expect(changes == ["approval_status": "approved"])
    }

    static let harms: [(effects: Set<Operation.Effect>, hasSwitch: Bool, input: JSONObject, isHarmless: Bool)] = [
        ([.changes], false, ["name": "x"], true),
        ([.changes, .notifiesGuests], true, ["name": "x"], false),
        ([.changes, .notifiesGuests], true, ["name": "x", "suppress_notifications": true], true),
        ([.changes, .notifiesGuests], true, ["name": "x", "suppress_notifications": false], false),
        ([.changes, .notifiesGuests], true, ["visibility": "public"], true),
        ([.changes, .notifiesGuests], false, ["visibility": "public"], false),
        ([.changes, .movesMoney], false, ["status": "x"], false),
        ([.changes, .irreversible], true, ["suppress_notifications": true], false),
    ]

    @Test(arguments: harms.indices) func whatMayBeMadeTwiceWithoutHarm(index: Int) {
        let row = Self.harms[index]
        let operation = Operation(
            "x", .post, "/v1/x", body: row.hasSwitch ? [SchemaField("suppress_notifications", .boolean)] : [],
            effects: row.effects, summary: "")
        #expect(ChangeComparison.isHarmless(operation, row.input) == row.isHarmless)
    }
}
