import Core
import Testing

@testable import LumaSandbox

struct SnapshotTests {
    private func used() throws -> (Visitor, String, JSON) {
        var visitor = Visitor()
        let id = try visitor.create([
            "slug": "kept", "max_capacity": 7, "geo_address_json": ["type": "manual", "address": "a"],
            "ticket_types": [["name": "Seat", "type": "paid", "cents": 100, "currency": "usd"]],
        ])
        let coupon: JSON = [
            "event_id": .string(id), "code": "Kept", "discount": ["discount_type": "percent", "percent_off": 5],
        ]
        #expect(visitor.post("/v1/events/coupons/create", coupon).status == 200)
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(id)]).json["cancellation_token"]
        return (visitor, id, token ?? nil)
    }

    @Test func goesOnWhereItStopped() throws {
        var (visitor, id, token) = try used()
        let saved = visitor.sandbox.snapshot()
        var again = visitor
        // Through text, as a file would hold it.
        again.sandbox = try Sandbox(snapshot: try JSON.parse(saved.encoded), visitor.sandbox.configuration)
        #expect(again.sandbox.snapshot() == saved)
        #expect(again.sandbox.state.events.count == visitor.sandbox.state.events.count)

        for path in ["/v1/calendars/get", "/v1/users/get-self", "/v1/calendars/events/list"] {
            #expect(again.get(path).json == visitor.get(path).json)
        }
        #expect(
            again.get("/v1/events/get", ["event_id": id]).json == visitor.get("/v1/events/get", ["event_id": id]).json)
        let types = again.get("/v1/events/ticket-types/list", ["event_id": id]).json
        #expect(types == visitor.get("/v1/events/ticket-types/list", ["event_id": id]).json)
        let coupons = again.get("/v1/events/coupons/list", ["event_id": id])
        #expect(coupons.entries.map { $0["code"] } == ["Kept"])
        #expect(coupons.json == visitor.get("/v1/events/coupons/list", ["event_id": id]).json)
        let taken: JSON = [
            "event_id": .string(id), "code": "KEPT", "discount": ["discount_type": "percent", "percent_off": 5],
        ]
        again.post("/v1/events/coupons/create", taken).expectRefusal(400, "already exists")
        #expect(try again.create() == visitor.create())
        let cancel: JSON = ["event_id": .string(id), "cancellation_token": token]
        #expect(again.post("/v1/events/cancel", cancel).status == 200)
    }

    @Test func anUnusedSandboxIsSeededAfterItWasSaved() throws {
        var visitor = Visitor()
        visitor.sandbox = try Sandbox(snapshot: visitor.sandbox.snapshot())
        #expect(visitor.get("/v1/calendars/events/list").entries.count == 5)
        visitor.sandbox = try Sandbox(snapshot: visitor.sandbox.snapshot())
        #expect(visitor.get("/v1/calendars/events/list").entries.count == 5)
    }

    @Test func guestsGoOnWhereTheyStopped() throws {
        var visitor = Visitor()
        let event = try visitor.seeded("Benefit concert")
        _ = visitor.register(2, for: event, "invited")
        let ids = visitor.register(2, for: event, "pending_approval").map { $0["id"] }
        _ = visitor.setStatus("approved", of: ids[0], at: event)
        _ = visitor.setStatus("declined", of: ids[0], at: event, ["should_refund": true])
        var again = visitor
        again.sandbox = try Sandbox(snapshot: try JSON.parse(visitor.sandbox.snapshot().encoded))
        #expect(again.sandbox.snapshot() == visitor.sandbox.snapshot())
        let past = try visitor.seeded("Autumn retrospective")
        for id in [event, past] { #expect(again.guests(of: id) == visitor.guests(of: id)) }
        #expect(again.guest(ids[0], of: event).json == visitor.guest(ids[0], of: event).json)
        #expect(again.get("/_sandbox/state").json["guests"]?.intValue == 102)
        // What is kept of a declined guest is kept in the file, too.
        for status in ["approved", "waitlist"] {
            #expect(again.setStatus(status, of: ids[0], at: event).status == 200)
            #expect(visitor.setStatus(status, of: ids[0], at: event).status == 200)
        }
        #expect(again.sandbox.snapshot() == visitor.sandbox.snapshot())
        #expect(again.register(1, for: event) == visitor.register(1, for: event))
    }

    /// As it was written before there were guests and shelves.
    private static func old(_ approved: String) -> String {
        """
        {"version": 1, "seed": "1", "ids_made": "40", "user_id": "usr-RMvMlWsjX73tZeiU",
        "calendar_id": "cal-nft42kXcgafqOPqg", "is_seeded": true, "events": [{"id": "evt-old", "platform": "luma",
        "submission": "approved", "created_at": "2026-05-01T00:00:00.000Z", "start_at": "2026-06-11T18:00:00.000Z",
        "end_at": "2026-06-11T20:00:00.000Z", "slug": "old-one", "settings": {"name": "Old", "timezone": "UTC"},
        "ticket_types": [{"id": "ttype-old", "values": {"cents": 2500, "currency": "eur", "description": null,
        "is_flexible": false, "is_hidden": false, "max_capacity": null, "min_cents": null, "name": "Seat",
        "require_approval": false, "type": "paid", "valid_end_at": null, "valid_start_at": null}}],
        "guests": {"has_paid": true, "counts": {"approved": \(approved),
        "checked_in": {"guests": 1, "tickets": 1}, "declined": {"guests": 1, "tickets": 1}}}}], "tokens": []}
        """
    }

    @Test func aSnapshotFromBeforeThereWereGuestsGetsAsMany() throws {
        var visitor = Visitor()
        visitor.sandbox = try Sandbox(snapshot: try JSON.parse(Self.old(#"{"guests": 3, "tickets": 5}"#)))
        let counts = visitor.get("/v1/events/get", ["event_id": "evt-old"]).json["guest_counts"]
        #expect(counts?["approved"] == ["guests": 3, "tickets": 5])
        #expect(counts?["checked_in"]?["guests"] == 1)
        #expect(counts?["declined"]?["guests"] == 1)
        #expect(visitor.isPaid("evt-old") == true)
        let guests = visitor.guests(of: "evt-old")
        #expect(guests.count == 4)
        #expect(visitor.get("/v1/events/coupons/list", ["event_id": "evt-old"]).entries.isEmpty)
        // They stay who they are when the state is written anew.
        visitor.sandbox = try Sandbox(snapshot: visitor.sandbox.snapshot())
        #expect(visitor.guests(of: "evt-old") == guests)
    }

    @Test(arguments: [
        (#"{"guests": 10001, "tickets": 1}"#, "there are more than 10000 guests"),
        (#"{"guests": 1, "tickets": 1000000}"#, "events[0] has too many guests"),
    ])
    func aSnapshotWithTooManyGuestsIsRefused(_ approved: String, _ words: String) throws {
        let saved = try JSON.parse(Self.old(approved))
        do throws(SnapshotError) {
            _ = try Sandbox(snapshot: saved)
            Issue.record("it was taken up")
        } catch {
            #expect(error.problem == words)
        }
    }

    @Test func keysAreNotSaved() throws {
        var visitor = Visitor()
        visitor.key = "very-secret-key"
        _ = try visitor.create()
        #expect(!String(decoding: visitor.sandbox.snapshot().encoded, as: UTF8.self).contains("very-secret-key"))
    }

    @Test func anythingElseIsRefused() throws {
        let (visitor, _, _) = try used()
        let good = try #require(visitor.sandbox.snapshot().objectValue)
        func problem(_ change: (inout JSONObject) throws -> Void) rethrows -> String? {
            var object = good
            try change(&object)
            do throws(SnapshotError) {
                _ = try Sandbox(snapshot: .object(object))
                return nil
            } catch {
                return error.problem
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0["version"] = 2 } == "version must be 1")
        #expect(problem { $0["version"] = nil } == "version is required")
        #expect(problem { $0["seed"] = "-1" } == "seed must be a whole number")
        #expect(problem { $0["ids_made"] = "many" } == "ids_made must be a whole number")
        #expect(problem { $0["extra"] = 1 } == "extra is not known")
        #expect(problem { $0["events"] = [[:]] }?.hasPrefix("events[0].") == true)
        #expect(problem { $0["shelves"] = nil } == nil)
        #expect(problem { $0["shelves"] = [:] } == nil)
        #expect(problem { $0["shelves"] = ["hats": []] } == "shelves.hats is not known")
        let coupon = try #require(good["shelves"]?["coupons"]?.arrayValue?.first?.objectValue)
        func shelf(_ coupons: [JSONObject]) -> JSON { ["coupons": .array(coupons.map { .object($0) })] }
        #expect(
            problem { $0["shelves"] = shelf([coupon, coupon]) } == "shelves.coupons[1] repeats an id or a number")
        var stray = coupon
        stray["owner"] = "evt-none"
        #expect(problem { $0["shelves"] = shelf([stray]) } == "shelves.coupons[0] belongs to nothing")
        stray["values"] = ["code": 1]
        #expect(problem { $0["shelves"] = shelf([stray]) }?.hasPrefix("shelves.coupons[0].values.") == true)
        let withGuests = try #require(
            good["events"]?.arrayValue?.first { $0["guest_list"]?.arrayValue?.isEmpty == false }?.objectValue)
        let guest = try #require(withGuests["guest_list"]?.arrayValue?.first)
        func event(_ guests: [JSON]) -> JSON {
            var event = withGuests
            event["guest_list"] = .array(guests)
            return [.object(event)]
        }
        #expect(problem { $0["events"] = event([guest, guest]) } == "events[0] repeats a guest")
        #expect(problem { $0["events"] = event([[:]]) } == "events[0].guest_list[0].id is required")
        let first = try #require(good["events"]?.arrayValue?.first)
        #expect(problem { $0["events"] = [first, first] } == "events[1] repeats an id or a slug")
        #expect(
            problem {
                guard var event = first.objectValue else { return }
                event["start_at"] = "yesterday"
                $0["events"] = [.object(event)]
            }?.hasPrefix("events[0].start_at must be a date") == true)
        #expect(throws: SnapshotError.self) { try Sandbox(snapshot: []) }
        #expect(throws: SnapshotError.self) { try Sandbox(snapshot: nil) }
    }
}
