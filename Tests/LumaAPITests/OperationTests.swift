import Core
import LumaAPI
import Testing

/// Shapes that the first rows do not use and later ones need: a row must be enough for them.
struct OperationTests {
    private let addEvent = Operation(
        "calendars/events/add", .post, "/v1/calendars/events/add", legacy: ["/v1/calendar/add-event"],
        body: [SchemaField("submission_mode", .enumeration(["auto", "pending"]))],
        bodyVariants: .init(
            discriminator: "platform",
            members: [
                "external": [
                    SchemaField("url", .url(prefixes: []), required: true),
                    SchemaField("start_at", .dateTime, required: true),
                ],
                "luma": [SchemaField("event_id", .id(prefix: "evt-")), SchemaField("event_api_id", .string())],
            ]),
        effects: [.changes], repetition: .onlyIfUnseen, summary: "Adds an event.")

    private let block = Operation(
        "calendars/contacts/block", .post, "/v1/calendars/contacts/block",
        body: [SchemaField("contact_id", .string()), SchemaField("email", .string())],
        rules: [.atLeastOne(of: ["contact_id", "email"]), .atMostOne(of: ["contact_id", "email"])],
        effects: [.changes], repetition: .onlyIfUnseen, summary: "Blocks a contact.")

    @Test(arguments: [
        (#"{"platform":"luma","event_id":"evt-1"}"#, []),
        (#"{"platform":"luma","submission_mode":"later"}"#, ["submission_mode"]),
        (#"{"platform":"external","url":"https://x.example","start_at":"2026-05-01T10:00Z"}"#, []),
        (#"{"platform":"external"}"#, ["url", "start_at"]),
        (#"{"platform":"other"}"#, ["platform"]),
        (#"{}"#, ["platform"]),
    ])
    func bodyMayHaveVariants(_ body: String, _ places: [String]) throws {
        #expect(SchemaValidator().problems(in: try JSON.parse(body), of: addEvent).map(\.path) == places)
    }

    @Test(arguments: [
        (#"{"email":"a@example.org"}"#, [SchemaProblem.Kind]()),
        (#"{"email":null}"#, [.null, .noneOf(["contact_id", "email"])]),
        (#"{}"#, [.noneOf(["contact_id", "email"])]),
        (#"{"email":"a@example.org","contact_id":"c"}"#, [.moreThanOneOf(["contact_id", "email"])]),
    ])
    func rulesCrossMembers(_ body: String, _ kinds: [SchemaProblem.Kind]) throws {
        #expect(SchemaValidator().problems(in: try JSON.parse(body), of: block).map(\.kind) == kinds)
    }

    @Test func aListOfPathsIsEnoughForALegacyFamily() {
        #expect(addEvent.legacyPaths == ["/v1/calendar/add-event"])
        #expect(addEvent.legacy.wrapper == nil)
        #expect(block.legacyPaths.isEmpty)
    }
}
