import Core

extension Rows {
    static let guests: [Operation] = [
        Operation(
            "events/guests/list", .get, legacy: .init(["/v1/event/get-guests"], entryCopy: "guest"),
            query: .fields(
                .id(of: .event),
                .optional("approval_status", Shapes.approvalStatus, note: "Only guests of this status. Default: all."),
                Shapes.paging, Shapes.sorting(by: ["name", "email", "created_at", "registered_at", "checked_in_at"])),
            answer: Shapes.page(of: Shapes.guestEntry),
            summary: "List the guests of an event, in pages, without their orders.",
            subject: .init(.guest), shows: [.ticketType], example: ["approval_status": "approved"]),
        Operation(
            "events/guests/get", .get,
            legacy: .init(
                ["/v1/event/get-guest"], wrapper: "guest",
                inputNames: ["api_id": "id", "email": "id", "proxy_key": "id"]),
            query: .fields(.id(of: .event), .required("id", .string(), note: guestNote)), answer: Shapes.guest,
            summary: "Get one guest of an event, with tickets and orders.",
            subject: .init(.guest, "id"), shows: [.ticketType], example: ["id": "gst-"]),
        Operation(
            "events/guests/update-status", .post, legacy: ["/v1/event/update-guest-status"],
            body: .fields(
                .id(of: .event), .required("guest_id", .string(), note: guestNote),
                .required("status", newStatus, note: "New status of the guest."),
                .optional("should_refund", .boolean, note: "Refund a guest who has paid and is no longer approved."),
                .optional("send_email", .boolean, nullable: true, note: "Whether Luma mails the guest; default true."),
                .optional("message", .string(length: 0...200), nullable: true, note: "Personal text in that e-mail.")),
            rules: [.notWith("message", "send_email", false)], effects: [.changes, .notifiesGuests, .movesMoney],
            summary: "Approve or decline a guest, or move them back to pending or to the waitlist.",
            subject: .init(.guest, "guest_id"),
            recovery: .shown(
                by: .init("events/guests/get", ["id": "guest_id"]), renamed: ["status": "approval_status"]),
            touches: [.event], example: ["guest_id": "gst-", "status": "approved"]),
    ]

    private static let newStatus: Schema = .enumeration(["approved", "declined", "pending_approval", "waitlist"])
    private static let guestNote = "The guest's id, one of their ticket keys, or their e-mail address."
}
