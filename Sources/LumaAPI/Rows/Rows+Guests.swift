import Core

extension Rows {
    static let guests: [Operation] = [
        Operation(
            "events/guests/list", .get, "/v1/events/guests/list",
            legacy: .init(["/v1/event/get-guests"], entryCopy: "guest", inputNames: legacyEventId),
            query: [
                eventID,
                SchemaField(
                    "approval_status", .enumeration(Shapes.approvalStatuses),
                    note: "Only guests of this status. Default: all."),
            ] + Shapes.paging + [
                SchemaField(
                    "sort_column", .enumeration(["name", "email", "created_at", "registered_at", "checked_in_at"])),
                Shapes.sortDirection,
            ],
            answer: Shapes.page(of: .object(Shapes.guestEntry)),
            effects: [.reads], repetition: .always,
            summary: "List the guests of an event, in pages, without their orders.",
            meaning: .init(
                subject: .init(.guest, of: (.event, "event_id")), shows: [.guest, .ticketType],
                secretAnswer: ["check_in_qr_code"],
                example: ["event_id": "evt-", "approval_status": "approved"])),
        Operation(
            "events/guests/get", .get, "/v1/events/guests/get",
            legacy: .init(
                ["/v1/event/get-guest"], wrapper: "guest",
                inputNames: ["event_api_id": "event_id", "api_id": "id", "email": "id", "proxy_key": "id"]),
            query: [eventID, SchemaField("id", .string(), required: true, note: guestNote)],
            answer: Shapes.guest,
            effects: [.reads], repetition: .always,
            summary: "Get one guest of an event, with tickets and orders.",
            meaning: .init(
                subject: .init(.guest, "id", of: (.event, "event_id")), shows: [.guest, .ticketType],
                secretAnswer: ["check_in_qr_code"],
                example: ["event_id": "evt-", "id": "gst-"])),
        Operation(
            "events/guests/update-status", .post, "/v1/events/guests/update-status",
            legacy: .init(["/v1/event/update-guest-status"], inputNames: legacyEventId),
            body: [
                eventID, SchemaField("guest_id", .string(), required: true, note: guestNote),
                SchemaField(
                    "status", .enumeration(["approved", "declined", "pending_approval", "waitlist"]), required: true,
                    note: "New status of the guest."),
                SchemaField(
                    "should_refund", .boolean, note: "Refund a guest who has paid and is no longer approved."
                ),
                SchemaField(
                    "send_email", .boolean, nullable: true,
                    note: "Whether Luma sends the guest an e-mail; default true."),
                SchemaField(
                    "message", .string(length: 0...200), nullable: true, note: "Personal message in that e-mail."),
            ],
            rules: [.notWith("message", "send_email", false)],
            effects: [.changes, .notifiesGuests, .movesMoney], repetition: .onlyIfUnseen,
            summary: "Approve or decline a guest, or move them back to pending or to the waitlist.",
            meaning: .init(
                subject: .init(.guest, "guest_id", of: (.event, "event_id")),
                recovery: .shown(
                    by: .init("events/guests/get", ["event_id": "event_id", "id": "guest_id"]),
                    renamed: ["status": "approval_status"]),
                touches: [.guest, .event], example: ["event_id": "evt-", "guest_id": "gst-", "status": "approved"])),
    ]

    private static let eventID = SchemaField("event_id", .id(prefix: "evt-"), required: true)
    private static let guestNote = "The guest's id, one of their ticket keys, or their e-mail address."
}
