import Core

extension Rows {
    static let events: [Operation] = [
        Operation(
            "events/get", .get,
            legacy: .init(
                ["/v1/event/get"], wrapper: "event", besideWrapper: ["hosts"],
                inputNames: ["id": "event_id", "api_id": "event_id"]),
            query: .id(of: .event), answer: Shapes.event,
            summary: "Get one event, with its hosts and guest counts.", subject: .init(.event, "event_id")),
        Operation(
            "events/create", .post, legacy: ["/v1/event/create"],
            body: Shapes.eventInput, answer: .required("id", .id(prefix: "evt-")), effects: [.changes],
            summary: "Create an event; the answer is its id only.", subject: .init(.event),
            recovery: .listed(by: .init("calendars/events/list"), same: ["name", "start_at"]), touches: [.calendar],
            example: [
                "name": "Community meetup", "start_at": "2026-09-01T18:00:00+02:00", "timezone": "Europe/Berlin",
            ]),
        Operation(
            "events/update", .post, legacy: ["/v1/event/update"],
            body: Shapes.eventChange, effects: [.changes, .notifiesGuests],
            summary: "Change the given members of an event; the answer is an empty object.",
            subject: .init(.event, "event_id"), recovery: .shown(by: .init("events/get")), touches: [.calendar],
            example: ["name": "Community picnic"]),
    ]

    static let cancellation: [Operation] = [
        Operation(
            "events/cancel/request", .post, legacy: ["/v1/event/cancel/request"], body: .id(of: .event),
            answer: .fields(
                .required("cancellation_token", .string(), isSecret: true, note: "Good for 15 minutes."),
                .required("is_paid", .boolean, note: "True when guests have paid."),
                .required("guest_count", .number(), note: "Approved guests.")),
            effects: [.reads], summary: "Ask for the token that a cancellation needs; changes nothing.",
            subject: .init(.event, "event_id")),
        Operation(
            "events/cancel", .post, legacy: ["/v1/event/cancel"],
            body: .fields(
                .id(of: .event), .required("cancellation_token", .string(), isSecret: true),
                .optional("should_refund", .boolean, note: "Required when the request said `is_paid`.")),
            effects: [.changes, .notifiesGuests, .irreversible, .movesMoney],
            summary: "Cancel an event for good: notify all guests, refund if asked, delete it.",
            subject: .init(.event, "event_id"), recovery: .gone(by: .init("events/get")),
            touches: .within(.event).union([.calendar]), example: ["cancellation_token": "token"]),
    ]
}
