import Core
import Testing

@testable import LumaSandbox

struct CancellationTests {
    private func cancel(
        _ visitor: inout Visitor, _ id: String, _ token: JSON?, refund: JSON? = nil
    ) -> Reply {
        var body: JSONObject = ["event_id": .string(id)]
        body["cancellation_token"] = token
        body["should_refund"] = refund
        return visitor.post("/v1/events/cancel", .object(body))
    }

    private func request(_ visitor: inout Visitor, _ id: String) -> JSON {
        visitor.post("/v1/events/cancel/request", ["event_id": .string(id)]).json
    }

    @Test func twoStepsRemoveAFreeEvent() throws {
        var visitor = Visitor()
        let id = try visitor.create(["slug": "gone"])
        let asked = request(&visitor, id)
        #expect(asked["is_paid"] == false)
        #expect(asked["guest_count"] == 0)
        #expect(visitor.get("/v1/events/get", ["event_id": id]).status == 200)

        let reply = cancel(&visitor, id, asked["cancellation_token"])
        #expect(reply.status == 200)
        #expect(reply.json == [:])
        visitor.get("/v1/events/get", ["event_id": id]).expectRefusal(403, "access to this event")
        cancel(&visitor, id, asked["cancellation_token"]).expectRefusal(403, "access to this event")
        visitor.post("/v1/events/cancel/request", ["event_id": .string(id)]).expectRefusal(403, "access to this event")
        #expect(visitor.get("/v1/entities/lookup", ["slug": "gone"]).json["entity"] == .some(.null))
        #expect(visitor.sandbox.counters.cancels == 1)
        #expect(visitor.sandbox.counters.refunds == 0)
    }

    @Test(arguments: [(true, 1), (false, 0)])
    func aPaidEventNeedsADecision(_ refund: Bool, _ refunds: Int) throws {
        var visitor = Visitor()
        let id = try visitor.seeded("Benefit concert")
        let asked = request(&visitor, id)
        #expect(asked["is_paid"] == true)
        #expect(asked["guest_count"] == 57)
        cancel(&visitor, id, asked["cancellation_token"]).expectRefusal(400, "should_refund is required")
        cancel(&visitor, id, asked["cancellation_token"], refund: "true").expectRefusal(
            400, "should_refund must be a boolean")
        #expect(cancel(&visitor, id, asked["cancellation_token"], refund: .bool(refund)).status == 200)
        #expect(visitor.sandbox.counters.refunds == refunds)
    }

    @Test func aTokenLivesFifteenMinutes() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        let asked = request(&visitor, id)
        visitor.advance(seconds: 15 * 60)
        cancel(&visitor, id, asked["cancellation_token"]).expectRefusal(400, "cancellation_token")
        let again = request(&visitor, id)
        visitor.advance(seconds: 15 * 60 - 0.001)
        #expect(cancel(&visitor, id, again["cancellation_token"]).status == 200)
    }

    @Test func aTokenIsBoundToItsEvent() throws {
        var visitor = Visitor()
        let (first, second) = (try visitor.create(), try visitor.create())
        let asked = request(&visitor, first)
        cancel(&visitor, second, asked["cancellation_token"]).expectRefusal(400, "cancellation_token")
        cancel(&visitor, second, "made-up").expectRefusal(400, "cancellation_token")
        cancel(&visitor, second, nil).expectRefusal(400, "cancellation_token is required")
        #expect(visitor.sandbox.counters.cancels == 0)
    }

    @Test func anEarlierTokenStaysGood() throws {
        var visitor = Visitor()
        let id = try visitor.create()
        let first = request(&visitor, id)
        #expect(first["cancellation_token"] != request(&visitor, id)["cancellation_token"])
        #expect(cancel(&visitor, id, first["cancellation_token"]).status == 200)
    }

    @Test func theNumberOfTokensIsBounded() {
        var tokens = CancellationTokens()
        let now = Timestamp(milliseconds: 0)
        for index in 0...CancellationTokens.capacity { tokens.add("t\(index)", for: "evt-1", now: now) }
        #expect(tokens.tokens.count == CancellationTokens.capacity)
        #expect(!tokens.accepts("t0", for: "evt-1", now: now))
        #expect(tokens.accepts("t1", for: "evt-1", now: now))
        tokens.add("late", for: "evt-1", now: Timestamp(milliseconds: CancellationTokens.lifetimeMilliseconds))
        #expect(tokens.tokens.map(\.text) == ["late"])
    }
}
