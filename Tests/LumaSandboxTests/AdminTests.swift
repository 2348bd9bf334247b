import Core
import HTTP
import Testing

@testable import LumaSandbox

struct AdminTests {
    @Test func theViewNeedsNoKeyAndNoBudget() throws {
        var visitor = Visitor(SandboxConfiguration(rateLimit: 1))
        _ = visitor.get("/v1/users/get-self")
        _ = visitor.get("/v1/users/get-self")
        visitor.key = nil
        let state = visitor.get("/_sandbox/state")
        #expect(state.status == 200)
        #expect(state.json["rate_limited"] == 1)
        #expect(state.json["requests"] == ["users/get-self": 2])
        #expect(state.json["events"]?.intValue == 7)
        #expect(state.json["rate_limit"] == 1)
        #expect(visitor.get("/_sandbox/events").entries.count == 7)
    }

    @Test func everyChangeIsToldWithItsEvent() throws {
        var visitor = Visitor()
        let first = try visitor.create()
        visitor.advance(seconds: 5)
        let second = try visitor.create()
        _ = visitor.post("/v1/events/update", ["event_id": .string(first), "name": "Other"])
        _ = visitor.post("/v1/events/update", ["event_id": "evt-none", "name": "Other"])
        let token = visitor.post("/v1/events/cancel/request", ["event_id": .string(second)]).json["cancellation_token"]
        _ = visitor.post("/v1/events/cancel", ["event_id": .string(second), "cancellation_token": token ?? ""])
        let changes = visitor.get("/_sandbox/changes").json
        let told = (changes["entries"]?.arrayValue ?? []).map {
            [$0["change"]?.stringValue, $0["event_id"]?.stringValue, $0["number"]?.intValue.map(String.init)]
        }
        #expect(
            told == [
                ["create", first, "1"], ["create", second, "2"], ["update", first, "3"], ["cancel", second, "4"],
            ])
        #expect(changes["forgotten"] == 0)
        let state = visitor.get("/_sandbox/state").json
        #expect(state["creates"] == 2)
        #expect(state["updates"] == 1)
        #expect(state["cancels"] == 1)
        let event = visitor.get("/_sandbox/events").entries.first { $0["id"]?.stringValue == first }
        #expect(event?["settings"]?["name"] == "Other")
        _ = visitor.post("/_sandbox/reset", [:])
        #expect(visitor.get("/_sandbox/changes").entries.isEmpty)
    }

    @Test func theLogOfChangesIsBounded() {
        var log = ChangeLog()
        for number in 0..<(ChangeLog.capacity + 1) {
            log.note(.update, "evt-\(number)", at: Timestamp(milliseconds: 0))
        }
        let entries = log.json["entries"]?.arrayValue ?? []
        #expect(entries.count == ChangeLog.capacity / 2 + 1)
        #expect(entries.first?["number"]?.intValue == ChangeLog.capacity / 2 + 1)
        #expect(entries.last?["event_id"]?.stringValue == "evt-\(ChangeLog.capacity)")
        #expect(log.json["forgotten"]?.intValue == ChangeLog.capacity / 2)
    }

    @Test func theIndexSaysWhatIsNotEmulated() {
        var visitor = Visitor()
        let index = visitor.get("/_sandbox").json
        #expect(index == visitor.get("/_sandbox/").json)
        #expect(index["routes"]?["GET /_sandbox/changes"] != nil)
        #expect((index["not_emulated"]?.arrayValue?.count ?? 0) >= 5)
    }

    @Test func resetBringsTheStartBack() throws {
        var visitor = Visitor()
        let before = visitor.get("/_sandbox/events").json
        _ = try visitor.create()
        #expect(visitor.get("/_sandbox/events").json != before)
        #expect(visitor.post("/_sandbox/reset", [:]).status == 200)
        #expect(visitor.get("/_sandbox/events").json == before)
        #expect(visitor.sandbox.counters == SandboxCounters())
    }

    @Test func theLimitCanBeChanged() {
        var visitor = Visitor(SandboxConfiguration(rateLimit: 1))
        _ = visitor.get("/v1/users/get-self")
        #expect(visitor.get("/v1/users/get-self").status == 429)
        #expect(visitor.post("/_sandbox/rate-limit", ["limit": 2]).json["rate_limit"] == 2)
        let outcomes = (0..<3).map { _ in visitor.get("/v1/users/get-self").status }
        #expect(outcomes == [200, 200, 429])
    }

    @Test func theWindowCanBeShortened() {
        var visitor = Visitor(SandboxConfiguration(rateLimit: 5))
        _ = visitor.post("/_sandbox/rate-limit", ["limit": 1, "window_seconds": 10])
        #expect(visitor.get("/v1/users/get-self").status == 200)
        visitor.advance(seconds: 10)
        #expect(visitor.get("/v1/users/get-self").status == 200)
        // Not said again it is a minute again.
        _ = visitor.post("/_sandbox/rate-limit", ["limit": 1])
        #expect(visitor.get("/v1/users/get-self").status == 200)
        visitor.advance(seconds: 10)
        #expect(visitor.get("/v1/users/get-self").status == 429)
    }

    @Test(arguments: [#"{"limit":5,"window_seconds":0}"#, #"{"limit":5,"window_seconds":"9"}"#])
    func aBadWindowIsRefused(_ body: String) {
        var visitor = Visitor()
        visitor.post("/_sandbox/rate-limit", bytes: Array(body.utf8)).expectRefusal(400, "window_seconds")
    }

    @Test(arguments: ["", "{}", #"{"limit":0}"#, #"{"limit":"5"}"#, #"{"limit":1e9}"#, "[", #"{"limit":99999999999}"#])
    func aBadLimitIsRefused(_ body: String) {
        var visitor = Visitor()
        visitor.post("/_sandbox/rate-limit", bytes: Array(body.utf8)).expectRefusal(400, "limit")
    }

    @Test func whatIsNotThereIsSaid() {
        var visitor = Visitor()
        visitor.get("/_sandbox/else").expectRefusal(404, "Not found")
        visitor.get("/_sandbox/reset").expectRefusal(405, "Method")
        visitor.post("/_sandbox/state", [:]).expectRefusal(405, "Method")
        visitor.post("/_sandbox/changes", [:]).expectRefusal(405, "Method")
        visitor.post("/_sandbox", [:]).expectRefusal(405, "Method")
    }
}
