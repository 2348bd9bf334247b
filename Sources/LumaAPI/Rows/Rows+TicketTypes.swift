import Core

extension Rows {
    static let ticketTypes: [Operation] = [
        Operation(
            "events/ticket-types/list", .get, "/v1/events/ticket-types/list",
            legacy: .init(
                ["/v1/event/ticket-types/list"], inputNames: legacyEventId,
                renamedAnswer: ["entries": "ticket_types"]),
            query: [
                SchemaField("event_id", .id(prefix: "evt-"), required: true),
                SchemaField("include_hidden", .string(), note: "The text `true` includes hidden types."),
            ],
            answer: [SchemaField("entries", .array(of: .object(Shapes.ticketType)), required: true)],
            effects: [.reads], repetition: .always,
            summary: "List all ticket types of an event.",
            meaning: .init(subject: .init(.ticketType, of: (.event, "event_id")), example: ["event_id": "evt-"])),
        Operation(
            "events/ticket-types/create", .post, "/v1/events/ticket-types/create",
            legacy: .init(["/v1/event/ticket-types/create"], wrapper: "ticket_type", inputNames: legacyEventId),
            body: [SchemaField("event_id", .id(prefix: "evt-"), required: true)] + Shapes.ticketTypeInput,
            answer: Shapes.ticketType,
            effects: [.changes], repetition: .onlyIfUnseen,
            summary: "Add a ticket type to an event.",
            meaning: .init(
                subject: .init(.ticketType, of: (.event, "event_id")), touches: [.event, .ticketType],
                example: ["event_id": "evt-", "name": "Supporter", "type": "free"])),
        Operation(
            "events/ticket-types/update", .post, "/v1/events/ticket-types/update",
            legacy: .init(
                ["/v1/event/ticket-types/update"],
                inputNames: ["event_ticket_type_api_id": "event_ticket_type_id"]),
            body: [SchemaField("event_ticket_type_id", .id(prefix: "ttype-"), required: true)]
                + Shapes.ticketTypeChange,
            answer: Shapes.ticketType,
            effects: [.changes], repetition: .onlyIfUnseen,
            summary: "Change the given members of a ticket type.",
            meaning: .init(
                subject: .init(.ticketType, "event_ticket_type_id"),
                recovery: .shown(
                    by: .init(
                        "events/ticket-types/list", ["event_id": "event_id"], entry: "event_ticket_type_id",
                        fixed: ["include_hidden": "true"])),
                touches: [.event, .ticketType],
                example: ["event_id": "evt-", "event_ticket_type_id": "ttype-", "name": "Friends"])),
    ]
}
