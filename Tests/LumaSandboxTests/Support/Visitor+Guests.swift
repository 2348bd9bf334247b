import Core
import Testing

@testable import LumaSandbox

extension Visitor {
    /// Lets people register for an event and gives their entries.
    mutating func register(
        _ count: Int, for event: String, _ status: String? = nil, _ place: SourceLocation = #_sourceLocation
    ) -> [JSON] {
        var body: JSONObject = ["event_id": .string(event), "count": .number(count)]
        body["status"] = status.map { JSON.string($0) }
        let reply = post("/_sandbox/guests", .object(body))
        #expect(reply.status == 200, "\(reply.json)", sourceLocation: place)
        return reply.entries
    }

    mutating func guest(_ id: JSON?, of event: String) -> Reply {
        get("/v1/events/guests/get", ["event_id": event, "id": id?.stringValue ?? ""])
    }

    mutating func setStatus(
        _ status: String, of guest: JSON?, at event: String, _ more: JSONObject = JSONObject()
    ) -> Reply {
        var body: JSONObject = ["event_id": .string(event), "guest_id": guest ?? nil, "status": .string(status)]
        for (name, value) in more.members { body[name] = value }
        return post("/v1/events/guests/update-status", .object(body))
    }

    /// Every guest of an event, in pages of this size.
    mutating func guests(of event: String, pages limit: Int = 50) -> [JSON] {
        var found: [JSON] = []
        var cursor: String?
        while true {
            let reply =
                if let cursor {
                    get(
                        "/v1/events/guests/list",
                        ["event_id": event, "pagination_limit": "\(limit)", "pagination_cursor": cursor])
                } else { get("/v1/events/guests/list", ["event_id": event, "pagination_limit": "\(limit)"]) }
            found += reply.entries
            cursor = reply.json["next_cursor"]?.stringValue
            if reply.json["has_more"] != true { return found }
        }
    }

    /// What a cancellation would have to know.
    mutating func isPaid(_ event: String) -> Bool? {
        post("/v1/events/cancel/request", ["event_id": .string(event)]).json["is_paid"]?.boolValue
    }
}
