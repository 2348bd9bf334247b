import Core
import Testing

@testable import LumaSandbox

/// Who moves whom, and what it does to tickets and money.
struct GuestStatusTests {
    private static let targets = ["approved", "declined", "pending_approval", "waitlist"]

    private func paid(_ visitor: inout Visitor) throws -> String {
        try visitor.create(["ticket_types": [["name": "Seat", "type": "paid", "cents": 2500, "currency": "eur"]]])
    }

    @Test(arguments: targets + ["invited"], targets) func aHostMovesEverybody(_ from: String, _ to: String) throws {
        var visitor = Visitor()
        let event = try visitor.create(["max_capacity": 1])
        let id = visitor.register(1, for: event, from).first?["id"]
        visitor.advance(seconds: 60)
        let reply = visitor.setStatus(to, of: id, at: event)
        #expect(reply.status == 200)
        #expect(reply.json == [:])

        let guest = visitor.guest(id, of: event).json
        #expect(guest["approval_status"] == .string(to))
        let tickets = guest["event_tickets"]?.arrayValue ?? []
        // Who was invited has chosen nothing, and gets a ticket with the approval only.
        #expect(tickets.count == (to == "declined" || from == "invited" && to != "approved" ? 0 : 1))
        #expect((guest["invited_at"]?.stringValue != nil) == (from == "invited"))
        #expect((guest["registered_at"]?.stringValue != nil) == (from != "invited" || to != "declined"))
        let counts = visitor.get("/v1/events/get", ["event_id": event]).json["guest_counts"]
        let expected: JSON = ["guests": 1, "tickets": .number(tickets.count)]
        #expect(counts?[to] == expected)
        if from != to { #expect(counts?[from] == ["guests": 0, "tickets": 0]) }
    }

    @Test(arguments: [
        (#"{"status": "invited"}"#, 400, "status must be one of"), (#"{"status": "session"}"#, 400, "status must be"),
        (#"{"status": null}"#, 400, "status must not be null"),
        (#"{"guest_id": "gst-none"}"#, 404, "Guest not found"), (#"{"guest_id": ""}"#, 404, "Guest not found"),
        (#"{"event_id": "evt-none"}"#, 403, "access to this event"),
        (#"{"event_id": "evt-none", "guest_id": "gst-none"}"#, 403, "access to this event"),
        (#"{"message": "Hello", "send_email": false}"#, 400, "message cannot be combined with send_email false"),
        (#"{"should_refund": null}"#, 400, "should_refund must not be null"),
    ])
    func refuses(_ change: String, _ status: Int, _ words: String) throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Hands-on workshop")
        let guest = visitor.guests(of: event).first { $0["approval_status"] == "pending_approval" }
        let more = try #require(try JSON.parse(change).objectValue)
        let before = visitor.sandbox.snapshot()
        visitor.setStatus("approved", of: guest?["id"], at: event, more).expectRefusal(status, words)
        #expect(visitor.sandbox.snapshot() == before)
    }

    @Test func aMessageIsShortAndGoesWithAMail() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let id = visitor.register(1, for: event).first?["id"]
        let long = JSON.string(String(repeating: "x", count: 201))
        visitor.setStatus("declined", of: id, at: event, ["message": long]).expectRefusal(400, "message must be")
        let fitting: [JSONObject] = [
            ["message": "Sorry", "send_email": true], ["message": nil, "send_email": false], ["send_email": nil],
        ]
        for more in fitting {
            #expect(visitor.setStatus("declined", of: id, at: event, more).status == 200)
        }
    }

    @Test func theStatusThatAGuestHasChangesNothing() throws {
        var visitor = Visitor()
        let event = try paid(&visitor)
        let id = visitor.register(1, for: event).first?["id"]
        let before = visitor.sandbox.snapshot()
        let changes = visitor.get("/_sandbox/changes").entries.count
        #expect(visitor.setStatus("approved", of: id, at: event, ["should_refund": true]).json == [:])
        #expect(visitor.sandbox.snapshot() == before)
        #expect(visitor.get("/_sandbox/changes").entries.count == changes)

        #expect(visitor.setStatus("waitlist", of: id, at: event).status == 200)
        let change = visitor.get("/_sandbox/changes").entries.last
        #expect(change?["change"] == "events/guests/update-status")
        #expect(change?["id"] == id)
    }

    /// Money goes back only from a guest who has paid and comes no more, and only when somebody says so.
    @Test(
        arguments: [
            ("approved", "declined", true, 1), ("approved", "waitlist", true, 1),
            ("approved", "pending_approval", true, 1),
            ("approved", "declined", false, 0), ("approved", "waitlist", false, 0), ("approved", "declined", nil, 0),
            ("pending_approval", "declined", true, 0), ("pending_approval", "waitlist", true, 0),
            ("waitlist", "approved", true, 0),
        ] as [(String, String, Bool?, Int)])
    func refunds(_ from: String, _ to: String, _ refund: Bool?, _ refunds: Int) throws {
        var visitor = Visitor()
        let event = try paid(&visitor)
        let id = visitor.register(1, for: event, from).first?["id"]
        #expect(visitor.isPaid(event) == (from == "approved"))
        var more = JSONObject()
        more["should_refund"] = refund.map { JSON.bool($0) }
        #expect(visitor.setStatus(to, of: id, at: event, more).status == 200)
        #expect(visitor.sandbox.counters.refunds == refunds)
        #expect(visitor.get("/_sandbox/state").json["refunds"]?.intValue == refunds)
        #expect(visitor.isPaid(event) == (to == "approved" || from == "approved" && refunds == 0))

        let guest = visitor.guest(id, of: event).json
        if refunds == 1 {
            let order = guest["event_ticket_orders"]?.arrayValue?.first
            #expect(order?["amount"] == 2500)
            #expect(order?["amount_refunded"] == 2500)
            let amounts = (guest["event_tickets"]?.arrayValue ?? []).compactMap { $0["amount"]?.intValue }
            #expect(amounts == (to == "declined" ? [] : [0]))
        }
    }

    @Test func nothingIsGivenBackTwice() throws {
        var visitor = Visitor()
        let event = try paid(&visitor)
        let id = visitor.register(1, for: event).first?["id"]
        for _ in 0..<2 {
            #expect(visitor.setStatus("declined", of: id, at: event, ["should_refund": true]).status == 200)
            #expect(visitor.setStatus("approved", of: id, at: event).status == 200)
        }
        #expect(visitor.sandbox.counters.refunds == 1)
        #expect(visitor.isPaid(event) == false)
        // The ticket is good again, and free.
        let tickets = visitor.guest(id, of: event).json["event_tickets"]?.arrayValue ?? []
        #expect(tickets.map { $0["amount"]?.intValue } == [0])
    }

    @Test func whatIsHeldIsTakenWithTheApprovalAndLetGoWithoutIt() throws {
        var visitor = Visitor()
        let event = try paid(&visitor)
        let ids = visitor.register(2, for: event, "pending_approval").map { $0["id"] }
        func money(_ id: JSON?, _ list: String) -> [JSON] {
            var copy = visitor
            let items = copy.guest(id, of: event).json[list]?.arrayValue ?? []
            return items.flatMap { [$0["amount"], $0["is_captured"]].compactMap(\.self) }
        }
        #expect(money(ids[0], "event_ticket_orders") == [2500, false])
        #expect(money(ids[0], "event_tickets") == [2500, false])
        #expect(visitor.isPaid(event) == false)

        #expect(visitor.setStatus("approved", of: ids[0], at: event).status == 200)
        #expect(money(ids[0], "event_ticket_orders") == [2500, true])
        #expect(money(ids[0], "event_tickets") == [2500, true])
        #expect(visitor.isPaid(event) == true)

        #expect(visitor.setStatus("declined", of: ids[1], at: event).status == 200)
        #expect(money(ids[1], "event_ticket_orders") == [])
        #expect(money(ids[1], "event_tickets") == [])
        #expect(visitor.setStatus("approved", of: ids[1], at: event).status == 200)
        #expect(money(ids[1], "event_tickets") == [0, false])
    }

    @Test func aDeclinedGuestNeedsNoRefundOfTheEvent() throws {
        var visitor = Visitor()
        let event = try paid(&visitor)
        let id = visitor.register(1, for: event).first?["id"]
        #expect(visitor.setStatus("declined", of: id, at: event, ["should_refund": true]).status == 200)
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(event)]).json
        #expect(token["is_paid"] == false)
        #expect(token["guest_count"] == 0)
        let cancel: JSON = ["event_id": .string(event), "cancellation_token": token["cancellation_token"] ?? nil]
        #expect(visitor.post("/v1/events/cancel", cancel).status == 200)
    }

    @Test func approvedGuestsTakeSeats() throws {
        var visitor = Visitor()
        let event = try visitor.create(["max_capacity": 3])
        let ids = visitor.register(4, for: event, "waitlist").map { $0["id"] }
        func spots() -> JSON? {
            var copy = visitor
            return copy.get("/v1/events/get", ["event_id": event]).json["spots_remaining"]
        }
        #expect(spots() == 3)
        for (place, id) in ids.enumerated() {
            #expect(visitor.setStatus("approved", of: id, at: event).status == 200)
            #expect(spots()?.intValue == max(0, 2 - place))
        }
    }
}
