import Core
import Foundation
import GatewayAPI
import LumaClient
import Store
import TestKit
import Testing

@testable import Gateway

/// What a preview gives and a write takes back: for one binding, for ten minutes, once.
@MainActor @Suite struct ConfirmationTokenTests {
    private let clock = ManualClock()
    private let store = ScriptedStore()
    private let confirmations: Confirmations
    private let start: Timestamp
    private let call = UpstreamCall(deadline: MonotonicTime(nanoseconds: 1), context: CallContext())
    private let binding = ConfirmationBinding(
        principal: "ops", operation: "events/cancel", input: ["event_id": "evt-1", "b": 1])
    private let stale = APIError(.confirmationStale)

    init() {
        confirmations = Self.confirmations(store, clock)
        start = clock.wallClock
    }

    /// Those of another gateway, or of the next program.
    private static func confirmations(_ store: any NonceStore, _ clock: ManualClock) -> Confirmations {
        Confirmations(Seal(secret: Secret("key")), DirectLedger(store: store, clock: clock))
    }

    private func given(_ binding: ConfirmationBinding? = nil, enclosing enclosed: JSON = .null) throws -> String {
        try confirmations.issue(binding ?? self.binding, shown: ["Tea"], enclosing: enclosed, at: start)
    }

    private func open(
        _ text: String, _ binding: ConfirmationBinding? = nil, after seconds: Double = 0, isInForm: Bool = false
    )
        -> ConfirmationToken?
    {
        confirmations.open(text, binding ?? self.binding, at: start.advanced(seconds: seconds), isInForm: isInForm)
    }

    /// The same as a caller hears of it.
    private func once(
        _ confirmation: ConfirmationToken, failing reason: Reason? = nil, at confirmations: Confirmations? = nil
    ) async -> String {
        do throws(APIError) {
            return try await (confirmations ?? self.confirmations).redeem(confirmation, call, refusal: stale) {
                () throws(APIError) in
                if let reason { throw APIError(reason) }
                return "done"
            }
        } catch {
            return error.reason.rawValue
        }
    }

    @Test func itHoldsForItsDealAndForNoOther() throws {
        let text = try given(enclosing: [true, "token"])
        #expect(open(text)?.enclosed == [true, "token"])
        // The order of members says nothing.
        #expect(
            open(
                text,
                ConfirmationBinding(principal: "ops", operation: "events/cancel", input: ["b": 1, "event_id": "evt-1"]))
                != nil)
        for other in [
            ConfirmationBinding(principal: "other", operation: binding.operation, input: binding.input),
            ConfirmationBinding(principal: "ops", operation: "events/update", input: binding.input),
            ConfirmationBinding(principal: "ops", operation: binding.operation, input: ["event_id": "evt-2", "b": 1]),
            ConfirmationBinding(principal: "ops", operation: binding.operation, input: ["event_id": "evt-1"]),
        ] {
            #expect(open(text, other) == nil, "\(other)")
        }
        #expect(open(text + "A") == nil && open("") == nil)
        let stranger = Confirmations(Seal(secret: Secret("other")), DirectLedger())
        #expect(stranger.open(text, binding, at: start, isInForm: false) == nil)
    }

    @Test(arguments: [(0, true), (599.9, true), (600, false), (-1, false)] as [(Double, Bool)])
    func itIsGoodForTenMinutes(seconds: Double, isGood: Bool) throws {
        let text = try given()
        #expect((open(text, after: seconds) != nil) == isGood)
    }

    @Test(arguments: [(0, true), (600, true), (3599.9, true), (3600, false), (-1, false)] as [(Double, Bool)])
    func inAFormItIsGoodForAnHour(seconds: Double, isGood: Bool) throws {
        let token = open(try given(), after: seconds, isInForm: true)
        #expect((token != nil) == isGood)
        if let token { #expect(token.age(at: start.advanced(seconds: seconds)) == seconds) }
    }

    @Test func itCoversWhatWasShown() throws {
        let confirmation = try #require(open(try given()))
        #expect(confirmations.covers(confirmation, ["Tea"]))
        #expect(!confirmations.covers(confirmation, ["Coffee"]) && !confirmations.covers(confirmation, .null))
    }

    @Test func itIsUsedOnce() async throws {
        let text = try given()
        #expect(await once(try #require(open(text))) == "done")
        #expect(await once(try #require(open(text))) == "confirmation_stale")
        // Another one for the same is another one.
        #expect(await once(try #require(open(try given()))) == "done")
    }

    @Test func itIsUsedByOneAtATime() async throws {
        let confirmation = try #require(open(try given()))
        let told = try await confirmations.redeem(confirmation, call, refusal: stale) {
            () throws(APIError) in
            await once(confirmation)
        }
        #expect(told == "confirmation_stale")
    }

    /// Nothing was done, so what was agreed to is still to be done.
    @Test(
        arguments: [
            (.rateLimited, "done"), (.upstreamRefused, "done"), (.outcomeUnknown, "confirmation_stale"),
        ] as [(Reason, String)])
    func aFailureThatChangedNothingLeavesItGood(reason: Reason, then: String) async throws {
        let confirmation = try #require(open(try given()))
        #expect(await once(confirmation, failing: reason) == reason.rawValue)
        #expect(await once(confirmation) == then)
    }

    // MARK: At several gateways, and over restarts

    @Test func whatWasUsedIsUsedForTheNextProgram() async throws {
        let folder = NSTemporaryDirectory() + "confirmations-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let confirmation = try #require(open(try given()))
        for expected in ["done", "confirmation_stale", "confirmation_stale"] {
            let store = SQLiteStateStore(.folder(folder))
            #expect(await once(confirmation, at: Self.confirmations(store, clock)) == expected)
            store.close()
        }
    }

    @Test func atTwoGatewaysAtOnceOneUsesIt() async throws {
        let confirmation = try #require(open(try given()))
        let other = Self.confirmations(store, clock)
        var told = ""
        let first = try await confirmations.redeem(confirmation, call, refusal: stale) { () throws(APIError) in
            told = await once(confirmation, at: other)
            return "done"
        }
        #expect(first == "done" && told == "confirmation_stale")
        // What changed nothing at one is still to be done at any.
        let second = try #require(open(try given()))
        #expect(await once(second, failing: .rateLimited) == "rate_limited")
        #expect(await once(second, at: other) == "done")
    }

    @Test func whatWasDeclinedIsNeverDone() async throws {
        let text = try given()
        let confirmation = try #require(open(text))
        await confirmations.void(text)
        #expect(await once(confirmation) == "confirmation_stale")
        #expect(await once(confirmation, at: Self.confirmations(store, clock)) == "confirmation_stale")
        // Also when it is under way, and fails.
        let other = try given()
        let second = try #require(open(other))
        do throws(APIError) {
            try await confirmations.redeem(second, call, refusal: stale) { () async throws(APIError) -> Void in
                await confirmations.void(other)
                throw APIError(.rateLimited)
            }
        } catch {
            #expect(error.reason == .rateLimited)
        }
        #expect(await once(second) == "confirmation_stale")
        // There is nothing to note of what is none.
        await confirmations.void(text + "x")
        await confirmations.void("")
        #expect(await once(try #require(open(try given()))) == "done")
    }

    /// The store forgets, and not before the confirmation is none anyway.
    @Test func itIsRememberedForAsLongAsItMayBeGood() async throws {
        let text = try given()
        let confirmation = try #require(open(text, isInForm: true))
        #expect(await once(confirmation) == "done")
        clock.pass(seconds: 3599)
        #expect(
            await once(try #require(confirmations.open(try later(), binding, at: clock.wallClock, isInForm: true)))
                == "done")
        #expect(open(text, after: 3599, isInForm: true) != nil)
        #expect(await once(confirmation) == "confirmation_stale")
        clock.pass(seconds: 1)
        #expect(open(text, after: 3600, isInForm: true) == nil)
        #expect(await once(confirmation) == "done")
    }

    /// One that is given now, by the clock.
    private func later() throws -> String { try confirmations.issue(binding, shown: ["Tea"], at: clock.wallClock) }

    @Test func aStoreThatFailsAllowsNothing() async throws {
        let confirmation = try #require(open(try given()))
        store.fail(.takeNonce, StoreFailure(.diskFull))
        do throws(APIError) {
            _ = try await confirmations.redeem(confirmation, call, refusal: stale) { () throws(APIError) in
                Issue.record("it was done without being noted")
            }
            Issue.record("it was not refused")
        } catch {
            #expect(error == .confirmationUnchecked && error.status == 503)
            #expect(error.message.contains("nothing was done") && error.retryAfter != nil)
        }
        #expect(await once(confirmation) == "done")
    }

    /// What it encloses is for the write alone.
    @Test func itsBearerCannotReadIt() throws {
        let text = try given(enclosing: "token-1")
        for word in ["ops", "evt-1", "token-1", "Tea"] { #expect(!SealTests.holds(text, word)) }
    }
}
