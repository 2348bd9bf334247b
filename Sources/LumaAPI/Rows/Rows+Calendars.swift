import Core

extension Rows {
    static let calendars: [Operation] = [
        Operation(
            "calendars/get", .get, "/v1/calendars/get",
            legacy: .init(["/v1/calendar/get"], wrapper: "calendar"),
            answer: Shapes.calendar,
            effects: [.reads], repetition: .always,
            summary: "Get the calendar that the key belongs to.",
            meaning: .init(subject: .init(.calendar))),
        Operation(
            "calendars/events/list", .get, "/v1/calendars/events/list",
            legacy: .init(["/v1/calendar/list-events"], entryCopy: "event"),
            query: [
                SchemaField("after", .dateTime, note: "Lower bound of the start."),
                SchemaField("before", .dateTime, note: "Upper bound of the start."),
            ] + Shapes.paging + [
                SchemaField("sort_column", .enumeration(["start_at"])),
                Shapes.sortDirection,
                SchemaField(
                    "status", .enumeration(["approved", "pending"]), note: "Submission status; approved when absent."),
                SchemaField(
                    "platforms", .array(of: .enumeration(["luma", "external"])), note: "Repeated; luma when absent."),
                SchemaField(
                    "access", .array(of: .enumeration(["manage", "view"])), note: "Repeated; manage when absent."),
            ],
            answer: Shapes.page(of: Shapes.eventEntry),
            effects: [.reads], repetition: .always,
            summary: "List the events of the calendar, in pages, without their descriptions.",
            meaning: .init(subject: .init(.event), example: ["after": "2026-05-01T00:00:00Z", "pagination_limit": 10])),
    ]

    static let users: [Operation] = [
        Operation(
            "users/get-self", .get, "/v1/users/get-self",
            legacy: .init(["/v1/user/get-self"], wrapper: "user"),
            answer: Shapes.person,
            effects: [.reads], repetition: .always,
            summary: "Get the owner of the key; also the way to try a key.",
            meaning: .init(subject: .init(.user)))
    ]

    static let entities: [Operation] = [
        Operation(
            "entities/lookup", .get, "/v1/entities/lookup",
            legacy: ["/v1/entity/lookup"],
            query: [SchemaField("slug", .string(), required: true)],
            answer: [SchemaField("entity", Shapes.entity, required: true, nullable: true)],
            effects: [.reads], repetition: .always,
            summary: "Look up what a slug stands for; null when it is free.",
            meaning: .init(
                subject: .init(.entity, "slug"), shows: [.entity, .event, .calendar],
                example: ["slug": "sandbox-calendar"]))
    ]
}
