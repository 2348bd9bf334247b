import Core
import Crypto
import GatewayAPI
import HTTP
import Store
import TestKit
import Testing

@testable import Gateway

/// A cancel that was agreed to: what a preview gave is taken once more, and only for what it told.
@MainActor @Suite struct CancelConfirmationTests {
    nonisolated private static func event(
        name: String = "Tea", start: String = "2026-12-31T23:00:00.000Z", guests: Int = 7
    ) -> JSON {
        [
            "id": "evt-1", "name": .string(name), "start_at": .string(start), "timezone": "America/New_York",
            "guest_counts": ["approved": ["guests": .number(JSONNumber(guests)), "tickets": 9]],
        ]
    }

    /// The event as it is told, and each next time as in `later`.
    private func fixture(
        isPaid: Bool = false, later: JSON = event(), cancel: ScriptedTransport.Answer = .json(200, [:]),
        store: any NonceStore = SQLiteStateStore(.memory)
    ) -> ServiceFixture {
        ServiceFixture(
            [
                ("events/cancel/request", [ChangeTests.asked(isPaid: isPaid)]), ("events/cancel", [cancel]),
                (
                    "events/get",
                    [Self.event(), later].map { .success(OutboundResponse(status: 200, body: $0.encoded)) }
                ),
            ], store: store)
    }

    private func cancel(
        _ fixture: ServiceFixture, _ query: [(name: String, value: String)], id: String = "evt-1",
        principal: String = "ops", inForm: Bool = false
    ) async -> Answer {
        var input = RequestInput.event(.cancelEvent, id, query: query)
        input.principal = principal
        return await fixture.written(input, isAgreedInForm: inForm).answer
    }

    private func preview(
        _ fixture: ServiceFixture, _ query: [(name: String, value: String)] = [], principal: String = "ops"
    ) async throws -> String {
        let told = await cancel(fixture, [("dry_run", "true")] + query, principal: principal)
        #expect(told.json?["name"] == "Tea" && told.json?["start_at"] == "2026-12-31T23:00:00.000Z")
        #expect(told.json?["expires_in_seconds"] == 600)
        return try #require(told.json?["confirm"]?.stringValue)
    }

    @Test func oneTokenIsAskedForAndUsed() async throws {
        let fixture = fixture()
        let confirm = try await preview(fixture)
        let done = await cancel(fixture, [("confirm", confirm)])
        #expect(
            done.json == [
                "id": "evt-1", "status": "canceled", "guest_count": 7, "refunded": false, "is_paid": false,
                "name": "Tea", "start_at": "2026-12-31T23:00:00.000Z", "timezone": "America/New_York",
            ])
        #expect(
            fixture.posted == [
                #"events/cancel/request {"event_id":"evt-1"}"#,
                #"events/cancel {"event_id":"evt-1","cancellation_token":"token-1"}"#,
            ])
    }

    @Test(
        arguments: [
            event(name: "Coffee"), event(start: "2026-12-31T23:30:00.000Z"), event(guests: 8),
        ])
    func anEventThatHasChangedIsNotCancelled(later: JSON) async throws {
        let fixture = fixture(later: later)
        let refused = await cancel(fixture, [("confirm", try await preview(fixture))])
        #expect(refused.status == 412 && refused.reason == "confirmation_stale")
        #expect(fixture.posted.count == 1)
    }

    /// Another event's, another caller's, another decision's, a changed one, none at all.
    @Test func itIsBoundToWhatItWasGivenFor() async throws {
        let fixture = fixture()
        let confirm = try await preview(fixture, [("refund", "true")])
        let agreed: [(name: String, value: String)] = [("confirm", confirm), ("refund", "true")]
        let refused = [
            await cancel(fixture, agreed, id: "evt-2"), await cancel(fixture, agreed, principal: "other"),
            await cancel(fixture, [("confirm", confirm), ("refund", "false")]),
            await cancel(fixture, [("confirm", confirm)]),
            await cancel(fixture, [("confirm", confirm + "A"), ("refund", "true")]),
            await cancel(fixture, [("confirm", ""), ("refund", "true")]),
        ]
        #expect(refused.map(\.reason) == Array(repeating: "confirmation_stale", count: refused.count))
        #expect(fixture.posted.count == 1)
        #expect(await cancel(fixture, agreed).status == 200)
    }

    /// Luma's token would let its bearer cancel without having agreed to anything.
    @Test func itsBearerCannotReadIt() async throws {
        let confirm = try await preview(fixture(), principal: "operators")
        for word in ["operators", "evt-1", "token-1"] { #expect(!SealTests.holds(confirm, word)) }
    }

    /// The decision on money may come with the cancel, and must come.
    @Test func aPaidEventStillNeedsADecision() async throws {
        let fixture = fixture(isPaid: true)
        let confirm = try await preview(fixture)
        #expect(await cancel(fixture, [("confirm", confirm)]).reason == "refund_decision_required")
        let done = await cancel(fixture, [("confirm", confirm), ("refund", "true")])
        #expect(done.json?["refunded"] == true)
        #expect(fixture.posted.last?.hasSuffix(#""cancellation_token":"token-1","should_refund":true}"#) == true)
    }

    /// A form may be looked at for longer than a preview counts by itself, and than Luma's token lives.
    @Test(arguments: [(601.0, false, 1), (601, true, 2), (900, true, 3), (3600, true, 1)] as [(Double, Bool, Int)])
    func itGrowsOld(seconds: Double, inForm: Bool, posted: Int) async throws {
        let fixture = fixture()
        let confirm = try await preview(fixture)
        fixture.clock.pass(seconds: seconds)
        let answer = await cancel(fixture, [("confirm", confirm)], inForm: inForm)
        #expect(answer.status == (posted > 1 ? 200 : 412))
        #expect(fixture.posted.count == posted)
    }

    /// Luma itself would refuse the second: it must not be asked.
    @Test func twoGatewaysOnOneStoreCancelOnce() async throws {
        let store = SQLiteStateStore(.memory)
        let gateways = [fixture(store: store), fixture(store: store)]
        let confirm = try await preview(gateways[0])
        #expect(await cancel(gateways[1], [("confirm", confirm)]).status == 200)
        for gateway in gateways {
            #expect(await cancel(gateway, [("confirm", confirm)]).reason == "confirmation_stale")
        }
        #expect(gateways.flatMap(\.posted).count { $0.hasPrefix("events/cancel {") } == 1)
    }

    @Test func withoutTheStoreNothingIsCancelled() async throws {
        let store = ScriptedStore()
        let fixture = fixture(store: store)
        let confirm = try await preview(fixture)
        store.fail(.takeNonce, StoreFailure(.readOnly))
        let refused = await cancel(fixture, [("confirm", confirm)])
        #expect(refused.status == 503 && refused.reason == "store_unavailable")
        #expect(refused.text.contains("nothing was done"), "\(refused.text)")
        #expect(fixture.posted.count == 1)
        #expect(await cancel(fixture, [("confirm", confirm)]).status == 200)
    }

    /// Luma takes the token no more, or somebody has paid since: what is true now is told by a new preview.
    @Test func whatLumaRefusesIsToldAnew() async throws {
        let fixture = fixture(cancel: .json(400, ["message": "should_refund is required"]))
        let refused = await cancel(fixture, [("confirm", try await preview(fixture))])
        #expect(refused.reason == "confirmation_stale")
        #expect(refused.json?["details"]?["luma"]?["message"] == "should_refund is required")
    }

    /// With another confirmation it is the same cancel: a key that was used for it gives its answer.
    @Test func aKeyStandsForTheCancelAndNotForItsConfirmation() {
        func fingerprint(_ query: [(name: String, value: String)]) -> [UInt8]? {
            Fingerprint.of(.cancelEvent, "evt-1", query: query, document: nil)
        }
        let plain = fingerprint([("refund", "true")])
        #expect(plain != nil && plain == fingerprint([("confirm", "x"), ("refund", "true")]))
        #expect(plain != fingerprint([("confirm", "x"), ("refund", "false")]))
    }
}
