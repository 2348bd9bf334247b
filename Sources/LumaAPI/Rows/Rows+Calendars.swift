import Core

extension Rows {
    static let calendars: [Operation] = [
        Operation(
            "calendars/get", .get, legacy: .init(["/v1/calendar/get"], wrapper: "calendar"), answer: Shapes.calendar,
            summary: "Get the calendar that the key belongs to.", subject: .init(.calendar)),
        Operation(
            "calendars/events/list", .get, legacy: .init(["/v1/calendar/list-events"], entryCopy: "event"),
            query: .fields(
                .optional("after", .dateTime, note: "Lower bound of the start."),
                .optional("before", .dateTime, note: "Upper bound of the start."),
                Shapes.paging, Shapes.sorting(by: ["start_at"]),
                .optional(
                    "status", .enumeration(["approved", "pending"]), note: "Submission status; approved when absent."),
                .optional(
                    "platforms", .array(of: .enumeration(["luma", "external"])), note: "Repeated; luma when absent."),
                .optional(
                    "access", .array(of: .enumeration(["manage", "view"])), note: "Repeated; manage when absent.")),
            answer: Shapes.page(of: Shapes.eventEntry),
            summary: "List the events of the calendar, in pages, without their descriptions.",
            subject: .init(.event), example: ["after": "2026-05-01T00:00:00Z", "pagination_limit": 10]),
    ]

    static let users: [Operation] = [
        Operation(
            "users/get-self", .get, legacy: .init(["/v1/user/get-self"], wrapper: "user"), answer: Shapes.person,
            summary: "Get the owner of the key; also the way to try a key.", subject: .init(.user))
    ]

    static let entities: [Operation] = [
        Operation(
            "entities/lookup", .get, legacy: ["/v1/entity/lookup"], query: .required("slug", .string()),
            answer: .required("entity", Shapes.entity, nullable: true),
            summary: "Look up what a slug stands for; null when it is free.",
            subject: .init(.entity, "slug"), shows: [.event, .calendar], example: ["slug": "sandbox-calendar"])
    ]
}
