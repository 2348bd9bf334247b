import Core
import GatewayAPI
import IO
import LumaClient
import Store
import Testing

@testable import Gateway

/// Confirmations whose store is slow or fails: nothing is done by one of which nobody knows whether it was used.
@Suite struct ConfirmationLedgerTests {
    /// One loop's confirmations over a store that a test holds up.
    private struct Room {
        let store = ScriptedStore()
        let clock: LoopClock
        let confirmations: Confirmations

        init(_ reactor: Reactor) {
            clock = LoopClock(reactor)
            confirmations = Confirmations(
                Seal(secret: Secret("key")), StoredConfirmations(store: store, reactor: reactor, clock: clock))
        }

        func issue() throws -> String {
            try confirmations.issue(Self.binding, shown: ["Tea"], at: clock.wallClock)
        }

        /// What a caller with so much time is told.
        func redeem(_ text: String, seconds: Double = 20) async throws -> String {
            let token = try #require(confirmations.open(text, Self.binding, at: clock.wallClock, isInForm: true))
            let call = UpstreamCall(deadline: clock.now.advanced(seconds: seconds), context: CallContext())
            do throws(APIError) {
                return try await confirmations.redeem(token, call, refusal: APIError(.confirmationStale)) { "done" }
            } catch {
                return error == .confirmationUnchecked ? "unchecked" : error.reason.rawValue
            }
        }

        private static let binding = ConfirmationBinding(principal: "ops", operation: "events/cancel", input: [:])
    }

    private func onLoop(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
        let loop = try Loop(label: "confirmations")
        loop.start()
        try await loop.work(body)
        await loop.stop()
    }

    @Test func whatTheStoreTakesLateIsGivenBack() async throws {
        try await onLoop { reactor in
            let room = Room(reactor)
            let text = try room.issue()
            room.store.hold(.takeNonce)
            #expect(try await room.redeem(text, seconds: 0.1) == "unchecked")
            room.store.release()
            // It takes its way over the store and back to the loop.
            var told = ""
            for _ in 0..<100 where told != "done" {
                told = try await room.redeem(text)
                try await room.clock.sleep(until: room.clock.now.advanced(seconds: 0.02))
            }
            #expect(told == "done")
            #expect(try await room.redeem(text) == "confirmation_stale")
        }
    }

    @Test func aStoreThatFailsAllowsNothing() async throws {
        try await onLoop { reactor in
            let room = Room(reactor)
            let text = try room.issue()
            room.store.fail(.takeNonce, StoreFailure(.diskFull))
            #expect(try await room.redeem(text) == "unchecked")
            #expect(try await room.redeem(text) == "done")
        }
    }

    @Test func whoDeclinesWaitsForTheStoreForAMoment() async throws {
        try await onLoop { reactor in
            let room = Room(reactor)
            let text = try room.issue()
            room.store.hold(.voidNonce)
            await room.confirmations.void(text)
            #expect(room.store.isHolding)
            room.store.release()
            #expect(try await room.redeem(text) == "confirmation_stale")
        }
    }
}

extension Loop {
    fileprivate func work(_ body: @Sendable (Reactor) async throws -> Void) async throws {
        try await body(reactor)
    }
}
