import Core
import HTTP
import Testing

@testable import LumaSandbox

struct CouponTests {
    private let make = "/v1/events/coupons/create"
    private let list = "/v1/events/coupons/list"

    private func body(_ event: String, _ code: String, _ changes: JSONObject = JSONObject()) -> JSON {
        var body: JSONObject = [
            "event_id": .string(event), "code": .string(code),
            "discount": ["discount_type": "percent", "percent_off": 20],
        ]
        for (name, value) in changes.members { body[name] = value }
        return .object(body)
    }

    private func codes(_ reply: Reply) -> [String] { reply.entries.compactMap { $0["code"]?.stringValue } }

    @Test func aCouponIsShownAsItWasMade() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let made = visitor.post(make, body(event, "Early"))
        #expect(made.status == 200)
        let id = try #require(made.json["id"]?.stringValue)
        #expect(id.hasPrefix("coup-"))
        #expect(
            made.json == [
                "id": .string(id), "code": "Early", "remaining_count": 1_000_000, "valid_start_at": nil,
                "valid_end_at": nil, "percent_off": 20, "cents_off": nil, "currency": nil, "event_ticket_type_id": nil,
            ])
        #expect(visitor.get(list, ["event_id": event]).entries == [made.json])
        let other = try visitor.create()
        #expect(visitor.get(list, ["event_id": other]).entries.isEmpty)
    }

    @Test func valuesComeOutAsLumaWritesThem() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let text = """
            {"discount": {"discount_type": "amount", "cents_off": 5.00e2, "currency": "eur"}, "remaining_count": 1e1,
            "valid_start_at": "2026-07-01T20:00+02:00", "valid_end_at": null, "unheard_of": 1}
            """
        let changes = try #require(try JSON.parse(text).objectValue)
        let made = visitor.post(make, body(event, "x", changes)).json
        #expect(made["cents_off"] == 500)
        #expect(made["currency"] == "eur")
        #expect(made["percent_off"] == .some(.null))
        #expect(made["remaining_count"] == 10)
        #expect(made["valid_start_at"] == "2026-07-01T18:00:00.000Z")
        #expect(made["unheard_of"] == nil)
    }

    @Test(arguments: [
        (#"{"code": ""}"#, 400, "code must be 1 to 20"), (#"{"code": "abcdefghijklmnopqrstu"}"#, 400, "code must be"),
        (#"{"code": "TAKEN"}"#, 400, "A coupon with this code already exists"),
        (#"{"code": "taken"}"#, 400, "A coupon with this code already exists"),
        (#"{"discount": {"discount_type": "flat", "cents_off": 1}}"#, 400, "discount.discount_type must be one of"),
        (#"{"discount": {"discount_type": "percent", "percent_off": 101}}"#, 400, "discount.percent_off must be"),
        (#"{"discount": {"discount_type": "amount", "cents_off": -1, "currency": "eur"}}"#, 400, "cents_off must be"),
        (#"{"discount": {"discount_type": "amount", "cents_off": 1}}"#, 400, "discount.currency is required"),
        (#"{"remaining_count": 1000001}"#, 400, "remaining_count must be"),
        (#"{"remaining_count": 1.5}"#, 400, "remaining_count must be an integer"),
        (#"{"event_ticket_type_id": "ttype-none"}"#, 404, "Ticket type not found"),
        (#"{"event_ticket_type_id": "ttype-none", "code": "taken"}"#, 404, "Ticket type not found"),
        (#"{"event_id": "evt-none"}"#, 403, "access to this event"),
        (
            #"{"valid_start_at": "2026-07-02T00:00:00Z", "valid_end_at": "2026-07-02T00:00:00Z"}"#, 400,
            "valid_end_at must be after valid_start_at"
        ),
    ])
    func createRefuses(_ changes: String, _ status: Int, _ words: String) throws {
        var visitor = Visitor()
        let event = try visitor.create()
        #expect(visitor.post(make, body(event, "Taken")).status == 200)
        let before = visitor.sandbox.snapshot()
        let changed = body(event, "x", try #require(try JSON.parse(changes).objectValue))
        visitor.post(make, changed).expectRefusal(status, words)
        #expect(visitor.sandbox.snapshot() == before)
    }

    @Test func aCouponMayBeForOneTicketType() throws {
        var visitor = Visitor()
        let (event, other) = (try visitor.create(), try visitor.create())
        let type = try #require(visitor.get("/v1/events/ticket-types/list", ["event_id": event]).entries.first?["id"])
        let made = visitor.post(make, body(event, "x", ["event_ticket_type_id": type]))
        #expect(made.json["event_ticket_type_id"] == type)
        visitor.post(make, body(other, "x", ["event_ticket_type_id": type])).expectRefusal(404, "Ticket type not found")
        // A code is taken in its own event only.
        #expect(visitor.post(make, body(other, "x")).status == 200)
    }

    @Test func pagesCoverEverythingOnceInTheOrderOfMaking() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let all = (1...12).map { "code\($0)" }
        for code in all { #expect(visitor.post(make, body(event, code)).status == 200) }
        var found: [String] = []
        var cursor: String?
        for _ in 0..<5 {
            let reply =
                if let cursor {
                    visitor.get(list, ["event_id": event, "pagination_limit": "5", "pagination_cursor": cursor])
                } else { visitor.get(list, ["event_id": event, "pagination_limit": "5"]) }
            found += codes(reply)
            cursor = reply.json["next_cursor"]?.stringValue
            if reply.json["has_more"] == false { break }
        }
        #expect(found == all)
        #expect(codes(visitor.get(list, ["event_id": event])) == all)
        let events = visitor.get("/v1/calendars/events/list", ["pagination_limit": "1"]).json["next_cursor"]
        for text in ["x", events?.stringValue ?? ""] {
            visitor.get(list, ["event_id": event, "pagination_cursor": text]).expectRefusal(400, "pagination_cursor")
        }
        visitor.get(list, ["event_id": event, "pagination_limit": "0"]).expectRefusal(400, "pagination_limit")
        visitor.get(list, ["event_id": "evt-none"]).expectRefusal(403, "access to this event")
    }

    @Test func aCancelledEventTakesItsCouponsAlong() throws {
        var visitor = Visitor()
        let (event, other) = (try visitor.create(), try visitor.create())
        for id in [event, other] { #expect(visitor.post(make, body(id, "x")).status == 200) }
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(event)]).json["cancellation_token"]
        _ = visitor.post("/v1/events/cancel", ["event_id": .string(event), "cancellation_token": token ?? nil])
        #expect(visitor.sandbox.state.shelves.things(of: event, on: "coupons").isEmpty)
        #expect(visitor.sandbox.state.shelves.count(on: "coupons") == 1)
        visitor.get(list, ["event_id": event]).expectRefusal(403, "access to this event")
    }

    @Test func whatIsMadeIsToldAmongTheChanges() throws {
        var visitor = Visitor()
        let event = try visitor.create()
        let made = visitor.post(make, body(event, "x")).json
        let change = try #require(visitor.get("/_sandbox/changes").entries.last)
        #expect(change["change"] == "events/coupons/create")
        #expect(change["event_id"] == .string(event))
        #expect(change["id"] == made["id"])
        #expect(visitor.get("/_sandbox/state").json["creates"] == 1)
    }

    @Test func faultsStrikeItToo() throws {
        var faults = FaultBook(try FaultSet(text: "reset,on=events/coupons/*,nth=2"), seed: 1)
        let request = SandboxRequest(method: .post, path: "/v1/event/create-coupon", apiKey: "k")
        let operation = try #require(Sandbox.operation(of: request))
        #expect(operation == "events/coupons/create")
        #expect([1, 2, 3].map { _ in faults.plan(for: operation) != nil } == [false, true, false])
    }
}
