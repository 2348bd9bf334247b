import Core

extension Rows {
    static let events: [Operation] = [
        Operation(
            "events/get", .get, "/v1/events/get",
            legacy: .init(
                ["/v1/event/get"], wrapper: "event", besideWrapper: ["hosts"],
                inputNames: ["id": "event_id", "api_id": "event_id", "event_api_id": "event_id"]),
            query: [SchemaField("event_id", .id(prefix: "evt-"), required: true)],
            answer: Shapes.event,
            effects: [.reads], repetition: .always,
            summary: "Get one event, with its hosts and guest counts.",
            meaning: .init(subject: .init(.event, "event_id"), example: ["event_id": "evt-"])),
        Operation(
            "events/create", .post, "/v1/events/create",
            legacy: ["/v1/event/create"],
            body: Shapes.eventInput,
            answer: [SchemaField("id", .id(prefix: "evt-"), required: true)],
            effects: [.changes], repetition: .onlyIfUnseen,
            summary: "Create an event; the answer is its id only.",
            meaning: .init(
                subject: .init(.event),
                recovery: .listed(
                    by: .init("calendars/events/list", [:]), same: ["name": "name", "start_at": "start_at"]),
                touches: [.event, .calendar],
                example: [
                    "name": "Community meetup", "start_at": "2026-09-01T18:00:00+02:00", "timezone": "Europe/Berlin",
                ])),
        Operation(
            "events/update", .post, "/v1/events/update",
            legacy: .init(["/v1/event/update"], inputNames: legacyEventId),
            body: Shapes.eventChange,
            effects: [.changes, .notifiesGuests], repetition: .onlyIfUnseen,
            summary: "Change the given members of an event; the answer is an empty object.",
            meaning: .init(
                subject: .init(.event, "event_id"), recovery: .shown(by: .init("events/get", ["event_id": "event_id"])),
                touches: [.event, .calendar], example: ["event_id": "evt-", "name": "Community picnic"])),
    ]

    static let cancellation: [Operation] = [
        Operation(
            "events/cancel/request", .post, "/v1/events/cancel/request",
            legacy: .init(["/v1/event/cancel/request"], inputNames: legacyEventId),
            body: [SchemaField("event_id", .id(prefix: "evt-"), required: true)],
            answer: [
                SchemaField("cancellation_token", .string(), required: true, note: "Good for 15 minutes."),
                SchemaField("is_paid", .boolean, required: true, note: "True when guests have paid."),
                SchemaField("guest_count", .number(), required: true, note: "Approved guests."),
            ],
            effects: [.reads], repetition: .always,
            summary: "Ask for the token that a cancellation needs; changes nothing.",
            meaning: .init(
                subject: .init(.event, "event_id"), secretAnswer: ["cancellation_token"],
                example: ["event_id": "evt-"])),
        Operation(
            "events/cancel", .post, "/v1/events/cancel",
            legacy: .init(["/v1/event/cancel"], inputNames: legacyEventId),
            body: [
                SchemaField("event_id", .id(prefix: "evt-"), required: true),
                SchemaField("cancellation_token", .string(), required: true),
                SchemaField("should_refund", .boolean, note: "Required when the request said `is_paid`."),
            ],
            effects: [.changes, .notifiesGuests, .irreversible, .movesMoney], repetition: .onlyIfUnseen,
            summary: "Cancel an event for good: notify all guests, refund if asked, delete it.",
            meaning: .init(
                subject: .init(.event, "event_id"), recovery: .gone(by: .init("events/get", ["event_id": "event_id"])),
                touches: .within(.event).union([.calendar]), secretInput: ["cancellation_token"],
                example: ["event_id": "evt-", "cancellation_token": "token"])),
    ]

    static let legacyEventId = ["event_api_id": "event_id"]
}
