import HTTP
import LumaAPI

/// Everything of Luma's that is offered, one row for each operation.
package enum Surfaces {
    package static let all: [Surface] = [
        Surface(
            "calendars/events/list", .get, "/events/", tool: "list_events", command: "events list", answer: .page,
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/get", .get, "/events/{event_id}", tool: "get_event", command: "events get ID",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/create", .post, "/events/", tool: "create_event", command: "events create",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/update", .patch, "/events/{event_id}", tool: "update_event", command: "events update ID",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/cancel", .delete, "/events/{event_id}", tool: "cancel_event", command: "events cancel ID",
            handmade: [.rest, .tool, .command]),
        Surface(
            "entities/lookup", .get, "/events/lookup", tool: nil, command: nil, handmade: [.rest]),
        Surface(
            "events/guests/list", .get, "/events/{event_id}/guests/", tool: "list_guests", command: "guests list EVENT",
            answer: .page),
        Surface(
            "events/guests/update-status", .post, "/events/{event_id}/guests/{guest_id}/status",
            tool: "update_guest_status", command: "guests set-status EVENT GUEST", answer: .done),
        Surface(
            "events/coupons/create", .post, "/events/{event_id}/coupons/", tool: "create_coupon",
            command: "coupons create EVENT"),
    ]

    /// Why the other operations that are known are offered nowhere.
    package static let withheld: [String: String] = [
        "users/get-self": "the background check asks it; /health tells",
        "calendars/get": "nothing is promised of the calendar itself yet",
        "events/cancel/request": "a part of events/cancel, whose preview it makes",
        "events/ticket-types/list": "a part of events/update, for approval",
        "events/ticket-types/create": "not offered yet",
        "events/ticket-types/update": "a part of events/update, for approval",
        "events/guests/get": "shows what events/guests/update-status has done; not offered yet",
        "events/coupons/list": "shows what events/coupons/create has made; not offered yet",
    ]

    /// The row of an operation; nil for one that is withheld.
    package static subscript(operation name: String) -> Surface? { all.first { $0.operation.name == name } }
}
