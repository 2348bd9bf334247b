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
        effects: [.changes], summary: "Adds an event.")

    private let block = Operation(
        "calendars/contacts/block", .post, "/v1/calendars/contacts/block",
        body: [SchemaField("contact_id", .string()), SchemaField("email", .string())],
        rules: [.atLeastOne(of: ["contact_id", "email"]), .atMostOne(of: ["contact_id", "email"])],
        effects: [.changes], summary: "Blocks a contact.")

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

    /// What follows from the rest of a row.
    @Test func aRowSaysOnlyWhatDoesNotFollow() {
        let read = Operation(
            "events/guests/get", .get, query: .fields(.id(of: .event), .required("id", .string())), summary: "",
            subject: .init(.guest, "id"), shows: [.coupon])
        #expect(read.path == "/v1/events/guests/get" && read.effects == [.reads] && read.repetition == .always)
        #expect(read.subject?.parent?.kind == .event && read.subject?.members == ["event_id", "id"])
        #expect(read.shows == [.guest, .coupon] && read.touches.isEmpty)
        let write = Operation(
            "x", .post, body: .required("coupon_id", .string()), effects: [.changes, .movesMoney], summary: "",
            subject: .init(.coupon, "coupon_id"), touches: [.event])
        #expect(write.repetition == .onlyIfUnseen && write.touches == [.coupon, .event])
        #expect(write.subject?.parent == nil && write.subject?.members == ["coupon_id"])
        #expect(write.example == [:] && read.example == ["event_id": "evt-"])
        #expect(addEvent.shows == .all && addEvent.touches.isEmpty)
    }

    /// At every depth, of each variant and of the elements of a list.
    @Test func aSecretMemberIsOneOfItsRow() {
        let deep: Schema = .array(of: .object(.required("c", .string(), isSecret: true)))
        let operation = Operation(
            "x", .post, body: .required("a", .string(), isSecret: true),
            bodyVariants: .init(discriminator: "k", members: ["v": .required("b", .string(), isSecret: true)]),
            answer: .fields(
                .required("list", deep),
                .optional("one", .variants(discriminator: "k", ["v": .fields(.optional("d", deep))])),
                .required("e", .string(), isSecret: true), .required("f", .string())),
            effects: [.changes], summary: "")
        #expect(operation.secretInput == ["a", "b"])
        #expect(operation.secretAnswer == ["c", "e"])
    }

    @Test func membersAreDeclaredInGroups() {
        let fields: [SchemaField] = .fields(
            .id(of: .event), .required("a", .string(), nullable: true, note: "A."), .optional("b", .boolean),
            .required("c", "d", as: .dateTime), .optional("e", "f", as: .dateTime, nullable: true))
        #expect(fields.map(\.name) == ["event_id", "a", "b", "c", "d", "e", "f"])
        #expect(fields.map(\.required) == [true, true, false, true, true, false, false])
        #expect(fields.map(\.nullable) == [false, true, false, false, false, true, true])
        #expect(fields[1].note == "A." && fields.allSatisfy { !$0.isSecret })
        let problems = SchemaValidator().problems(in: ["event_id": "", "a": nil, "c": "x"], fields: fields)
        #expect(problems.map { "\($0.path) \($0.problem)" }.count == 3)
        #expect(Set(problems.map(\.path)) == ["event_id", "c", "d"])
    }

    @Test func aListOfPathsIsEnoughForALegacyFamily() {
        #expect(addEvent.legacyPaths == ["/v1/calendar/add-event"])
        #expect(addEvent.legacy.wrapper == nil)
        #expect(block.legacyPaths.isEmpty)
    }
}
