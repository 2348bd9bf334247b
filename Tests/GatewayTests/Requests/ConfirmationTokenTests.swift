import Core
import GatewayAPI
import LumaClient
import Testing

@testable import Gateway

/// What a preview gives and a write takes back: for one binding, for ten minutes, once.
@MainActor @Suite struct ConfirmationTokenTests {
    private let confirmations = Confirmations(Seal(secret: Secret("key")))
    private let start = Timestamp(milliseconds: 1_800_000_000_000)
    private let call = UpstreamCall(deadline: MonotonicTime(nanoseconds: 1), context: CallContext())
    private let binding = ConfirmationBinding(
        principal: "ops", operation: "events/cancel", input: ["event_id": "evt-1", "b": 1])
    private let stale = APIError(.confirmationStale)

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
    private func once(_ confirmation: ConfirmationToken, failing reason: Reason? = nil) async -> String {
        do throws(APIError) {
            return try await confirmations.redeem(confirmation, at: start, call, refusal: stale) {
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
        let stranger = Confirmations(Seal(secret: Secret("other")))
        #expect(stranger.open(text, binding, at: start, isInForm: false) == nil)
    }

    @Test(arguments: [(0, true), (599.9, true), (600, false), (-1, false)] as [(Double, Bool)])
    func itIsGoodForTenMinutes(seconds: Double, isGood: Bool) throws {
        let text = try given()
        #expect((open(text, after: seconds) != nil) == isGood)
        // A form may be looked at for longer, and has a time of its own.
        #expect(open(text, after: seconds, isInForm: true)?.age(at: start.advanced(seconds: seconds)) == seconds)
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
        let told = try await confirmations.redeem(confirmation, at: start, call, refusal: stale) {
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

    /// What it encloses is for the write alone.
    @Test func itsBearerCannotReadIt() throws {
        let text = try given(enclosing: "token-1")
        for word in ["ops", "evt-1", "token-1", "Tea"] { #expect(!SealTests.holds(text, word)) }
    }
}
