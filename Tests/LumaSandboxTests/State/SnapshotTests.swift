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
        #expect(again.sandbox.eventCount == visitor.sandbox.eventCount)

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
