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
    }
}
