import Core
import HTTP
import LumaAPI
import LumaClient
import Synchronization
import TestKit
import Testing

/// What a write tells those who keep copies.
@MainActor @Suite struct TouchedTests {
    private final class Record: Sendable {
        let touched = Mutex<[Touched]>([])
    }

    /// Runs `body` over a scripted Luma and gives what was told of writes.
    private func touched(
        _ answers: [ScriptedTransport.Answer], _ body: (LumaClient, CallContext, MonotonicTime) async throws -> Void
    ) async -> [Touched] {
        let record = Record()
        let account = LumaAccount(BudgetSettings()) { touched in record.touched.withLock { $0.append(touched) } }
        let fixture = Fixture(account: account, ScriptedTransport(answers))
        try? await body(fixture.client, fixture.context, fixture.deadline())
        return record.touched.withLock { $0 }
    }

    @Test func everyWriteTellsWhatItTouches() async {
        let done = [ScriptedTransport.Answer.json(200, ["id": "evt-1"])]
        let event: JSONObject = ["name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC"]
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.createEvent(event, deadline: deadline, context: context)
            } == [.newEvent])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.updateEvent("evt-1", ["name": "x"], deadline: deadline, context: context)
            } == [.event("evt-1")])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.cancelEvent(
                    "evt-1", token: Secret("t"), shouldRefund: nil, deadline: deadline, context: context)
            } == [.event("evt-1")])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.updateTicketType(
                    "ttype-1", of: "evt-1", ["name": "x"], deadline: deadline, context: context)
            } == [.event("evt-1")])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.write(
                    try #require(Catalog["events/ticket-types/create"]), ["event_id": "evt-1", "name": "x"],
                    deadline: deadline, context: context)
            } == [.event("evt-1")])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.write(
                    try #require(Catalog["events/coupons/create"]), ["event_id": "evt-1", "code": "x"],
                    deadline: deadline, context: context)
            } == [.event("evt-1")])
    }

    /// What a journal has kept of a write says the same.
    @Test func aKeptWriteTellsWhatItTouches() {
        let kept: [(operation: String, subject: String?, body: JSONObject, touched: Touched)] = [
            ("events/create", nil, ["name": "Tea"], .newEvent), ("events/update", "evt-1", [:], .event("evt-1")),
            ("events/cancel", "evt-1", [:], .event("evt-1")),
            ("events/ticket-types/update", "ttype-1", ["event_id": "evt-1"], .event("evt-1")),
            ("events/ticket-types/update", "ttype-1", [:], .everything),
            ("events/coupons/create", nil, ["event_id": "evt-1"], .event("evt-1")), ("unknown", "x", [:], .everything),
        ]
        for row in kept { #expect(Touched(row.operation, subject: row.subject, body: row.body) == row.touched) }
    }

    @Test func whatMayHaveTakenEffectCountsAndWhatWasNeverSentDoesNot() async {
        let change: (LumaClient, CallContext, MonotonicTime) async throws -> Void = { client, context, deadline in
            _ = try await client.updateEvent("evt-1", ["name": "x"], deadline: deadline, context: context)
        }
        #expect(await touched([.lost(.timeout), .json(200, ["id": "evt-1"])], change) == [.event("evt-1")])
        #expect(
            await touched([.json(200, [:])]) { client, context, _ in
                _ = try await client.updateEvent(
                    "evt-1", ["name": "x"], deadline: MonotonicTime(nanoseconds: 0), context: context)
            } == [])
        #expect(
            await touched([.json(200, ["id": "evt-1"])]) { client, context, deadline in
                _ = try await client.getEvent("evt-1", deadline: deadline, context: context)
            } == [])
        let request = ScriptedTransport.Answer.json(
            200, ["cancellation_token": "t", "is_paid": false, "guest_count": 0])
        #expect(
            await touched([request]) { client, context, deadline in
                _ = try await client.requestCancellation("evt-1", deadline: deadline, context: context)
            } == [])
    }
}
