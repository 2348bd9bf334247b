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

    private static func touched(_ kinds: Operation.Kinds, _ event: String) -> Touched {
        Touched(kinds, of: .thing(Operation.Thing(.event, event)))
    }
    private static let changed = touched([.event, .calendar], "evt-1")
    private static let gone = touched(.within(.event).union([.calendar]), "evt-1")
    private static let types = touched([.event, .ticketType], "evt-1")
    private static let coupons = touched([.coupon], "evt-1")
    private static let made = Touched([.event, .calendar], of: .new(.event))

    @Test func everyWriteTellsWhatItTouches() async {
        let done = [ScriptedTransport.Answer.json(200, ["id": "evt-1"])]
        let event: JSONObject = ["name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC"]
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.createEvent(event, deadline: deadline, context: context)
            } == [Self.made])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.updateEvent("evt-1", ["name": "x"], deadline: deadline, context: context)
            } == [Self.changed])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.cancelEvent(
                    "evt-1", token: Secret("t"), shouldRefund: nil, deadline: deadline, context: context)
            } == [Self.gone])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.updateTicketType(
                    "ttype-1", of: "evt-1", ["name": "x"], deadline: deadline, context: context)
            } == [Self.types])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.write(
                    try #require(Catalog["events/ticket-types/create"]), ["event_id": "evt-1", "name": "x"],
                    deadline: deadline, context: context)
            } == [Self.types])
        #expect(
            await touched(done) { client, context, deadline in
                _ = try await client.write(
                    try #require(Catalog["events/coupons/create"]), ["event_id": "evt-1", "code": "x"],
                    deadline: deadline, context: context)
            } == [Self.coupons])
    }

    /// What a journal has kept of a write says the same.
    @Test func aKeptWriteTellsWhatItTouches() {
        let kept: [(operation: String, subject: String?, body: JSONObject, touched: Touched)] = [
            ("events/create", nil, ["name": "Tea"], Self.made), ("events/update", "evt-1", [:], Self.changed),
            ("events/cancel", "evt-1", [:], Self.gone),
            ("events/ticket-types/update", "ttype-1", ["event_id": "evt-1"], Self.types),
            ("events/ticket-types/update", "ttype-1", [:], Touched([.event, .ticketType], of: .any)),
            ("events/coupons/create", nil, ["event_id": "evt-1"], Self.coupons), ("unknown", "x", [:], .everything),
        ]
        for row in kept { #expect(Touched(row.operation, subject: row.subject, body: row.body) == row.touched) }
    }

    /// Each reading that looks for a lost write: also where what it shows does not tell, the write may have taken effect since.
    @Test(arguments: ["Tea", "Coffee"]) func aLookForALostWriteTellsToo(name: String) async {
        let shown = ScriptedTransport.Answer.json(200, ["id": "evt-1", "name": .string(name)])
        let found = await touched([shown]) { client, context, deadline in
            let write = LostWrite(
                operation: "events/update", subject: "evt-1", body: ["name": "Tea"],
                sentAt: Timestamp(milliseconds: 0), claimed: [])
            let finding = try await client.search(for: write, deadline: deadline, context: context)
            #expect((finding == .done(id: nil)) == (name == "Tea"))
        }
        #expect(found == [Self.changed])
    }

    @Test func whatMayHaveTakenEffectCountsAndWhatWasNeverSentDoesNot() async {
        let change: (LumaClient, CallContext, MonotonicTime) async throws -> Void = { client, context, deadline in
            _ = try await client.updateEvent("evt-1", ["name": "x"], deadline: deadline, context: context)
        }
        #expect(await touched([.lost(.timeout), .json(200, ["id": "evt-1"])], change) == [Self.changed])
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
