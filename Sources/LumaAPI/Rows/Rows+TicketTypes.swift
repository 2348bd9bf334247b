import Core

extension Rows {
    static let ticketTypes: [Operation] = [
        Operation(
            "events/ticket-types/list", .get,
            legacy: .init(["/v1/event/ticket-types/list"], renamedAnswer: ["entries": "ticket_types"]),
            query: .fields(
                .id(of: .event),
                .optional("include_hidden", .string(), note: "The text `true` includes hidden types.")),
            answer: .required("entries", .array(of: .object(Shapes.ticketType))),
            summary: "List all ticket types of an event.", subject: .init(.ticketType)),
        Operation(
            "events/ticket-types/create", .post,
            legacy: .init(["/v1/event/ticket-types/create"], wrapper: "ticket_type"),
            body: .fields(.id(of: .event), Shapes.ticketTypeInput), answer: Shapes.ticketType, effects: [.changes],
            summary: "Add a ticket type to an event.", subject: .init(.ticketType), touches: [.event],
            example: ["name": "Supporter", "type": "free"]),
        Operation(
            "events/ticket-types/update", .post,
            legacy: .init(
                ["/v1/event/ticket-types/update"],
                inputNames: ["event_ticket_type_api_id": "event_ticket_type_id"]),
            body: .fields(.required("event_ticket_type_id", .id(prefix: "ttype-")), Shapes.ticketTypeChange),
            answer: Shapes.ticketType, effects: [.changes],
            summary: "Change the given members of a ticket type.", subject: .init(.ticketType, "event_ticket_type_id"),
            recovery: .shown(
                by: .init(
                    "events/ticket-types/list", entry: "event_ticket_type_id", fixed: ["include_hidden": "true"])),
            touches: [.event], example: ["event_id": "evt-", "name": "Friends"]),
    ]
}
