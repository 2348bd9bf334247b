import Core
import Testing

@testable import LumaSandbox

struct TicketTypeTests {
    @Test func approvalAndPriceFollowTheAvailableTypes() throws {
        var visitor = Visitor()
        let id = try visitor.create([
            "ticket_types": [
                ["name": "Seat", "type": "paid", "cents": 2500, "currency": "eur"],
                ["name": "Box", "type": "paid", "cents": 9000, "currency": "eur", "require_approval": true],
                ["name": "Press", "type": "free", "is_hidden": true],
            ]
        ])
        func event() -> JSON {
            var copy = visitor
            return copy.get("/v1/events/get", ["event_id": id]).json
        }
        #expect(event()["require_approval"] == true)
        #expect(event()["display_price"] == ["amount": 2500, "currency": "eur", "is_flexible": false])
        let visible = visitor.get("/v1/events/ticket-types/list", ["event_id": id])
        #expect(visible.names == ["Seat", "Box"])
        let all = visitor.get("/v1/events/ticket-types/list", ["event_id": id, "include_hidden": "true"])
        #expect(all.names == ["Seat", "Box", "Press"])

        // A type whose sale is over asks nobody for approval.
        let box = try #require(all.entries[1]["id"])
        let changed = visitor.post(
            "/v1/events/ticket-types/update", ["event_ticket_type_id": box, "valid_end_at": "2026-05-01"])
        #expect(changed.json["valid_end_at"] == "2026-05-01")
        #expect(changed.json["cents"] == 9000)
        #expect(event()["require_approval"] == false)

        // One free and visible type makes the event free.
        let press = try #require(all.entries[2]["id"])
        _ = visitor.post("/v1/events/ticket-types/update", ["event_ticket_type_id": press, "is_hidden": false])
        #expect(event()["display_price"] == .some(.null))
    }

    @Test func aTypeIsAdded() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        let reply = visitor.post(
            "/v1/events/ticket-types/create",
            ["event_id": .string(id), "name": "VIP", "type": "free", "max_capacity": 5])
        #expect(reply.status == 200)
        #expect(reply.json["id"]?.stringValue?.hasPrefix("ttype-") == true)
        #expect(reply.json["max_capacity"] == 5)
        #expect(visitor.get("/v1/events/ticket-types/list", ["event_id": id]).names == ["Standard", "VIP"])
    }

    @Test(arguments: [
        (#"{"name": "x"}"#, "type is required"), (#"{"type": "free"}"#, "name is required"),
        (#"{"name": "x", "type": "gold"}"#, "type must be one of"),
        (#"{"name": "x", "type": "paid"}"#, "cents is required"),
        (#"{"name": "x", "type": "paid", "cents": 1}"#, "currency is required"),
        (#"{"name": "x", "type": "paid", "cents": 1, "currency": "EUR"}"#, "currency must be"),
        (#"{"name": "x", "type": "paid", "cents": -1, "currency": "eur"}"#, "cents must be a whole number"),
        (#"{"name": "x", "type": "paid", "cents": 0.5, "currency": "eur"}"#, "cents must be a whole number"),
        (#"{"name": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "type": "free"}"#, "name must be at most 30"),
        (#"{"name": "x", "type": "free", "valid_start_at": "tomorrow"}"#, "valid_start_at must be an ISO 8601 date"),
        (#"{"name": "x", "type": "free", "require_approval": null}"#, "require_approval must not be null"),
    ])
    func createRefuses(_ text: String, _ words: String) throws {
        var visitor = Visitor()
        let id = try visitor.create()
        var body = try #require(try JSON.parse(text).objectValue)
        body["event_id"] = .string(id)
        visitor.post("/v1/events/ticket-types/create", .object(body)).expectRefusal(400, words)
        #expect(visitor.get("/v1/events/ticket-types/list", ["event_id": id]).names == ["Standard"])
    }

    @Test func unknownIdsAreNotFound() {
        var visitor = Visitor()
        visitor.get("/v1/events/ticket-types/list", ["event_id": "evt-none"]).expectRefusal(403, "access to this event")
        visitor.post("/v1/events/ticket-types/create", ["event_id": "evt-none", "name": "x", "type": "free"])
            .expectRefusal(403, "access to this event")
        visitor.post("/v1/events/ticket-types/update", ["event_ticket_type_id": "ttype-none"])
            .expectRefusal(404, "Ticket type not found")
        visitor.post("/v1/events/ticket-types/update", ["name": "x"]).expectRefusal(
            400, "event_ticket_type_id is required")
    }

    @Test func theNumberOfTypesIsBounded() throws {
        var visitor = Visitor()
        let types = JSON.array(Array(repeating: ["name": "x", "type": "free"], count: 101))
        let body: JSON = [
            "name": "x", "start_at": "2026-07-01T18:00:00Z", "timezone": "UTC", "ticket_types": types,
        ]
        visitor.post("/v1/events/create", body).expectRefusal(400, "at most 100")
        let id = try visitor.create(["ticket_types": .array(Array(types.arrayValue?.prefix(100) ?? []))])
        visitor.post("/v1/events/ticket-types/create", ["event_id": .string(id), "name": "x", "type": "free"])
            .expectRefusal(400, "at most 100")
    }

    @Test func aCancelledEventTakesItsTypesAlong() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        let type = try #require(visitor.get("/v1/events/ticket-types/list", ["event_id": id]).entries.first?["id"])
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(id)]).json["cancellation_token"]
        _ = visitor.post("/v1/events/cancel", ["event_id": .string(id), "cancellation_token": token ?? nil])
        visitor.post("/v1/events/ticket-types/update", ["event_ticket_type_id": type]).expectRefusal(404, "Ticket type")
    }
}
