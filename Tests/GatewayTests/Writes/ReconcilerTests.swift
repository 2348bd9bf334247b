import Core
import Foundation
import GatewayAPI
import HTTP
import IO
import LumaClient
import Store
import TestKit
import Testing

@testable import Gateway

/// What becomes of writes that a program has left behind.
@Suite struct ReconcilerTests {
    private static let start = "2027-01-01T10:00:00.000Z"
    private static let body: JSONObject = ["name": "x", "start_at": .string(start), "timezone": "UTC"]

    /// Runs `body` on a loop of its own.
    private func onLoop(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
        let loop = try Loop(label: "reconciler")
        loop.start()
        try await loop.work(body)
        await loop.stop()
    }

    /// A reconciler whose Luma answers every list with these events, or not at all.
    private static func reconciler(
        _ store: any StateStore, _ reactor: Reactor, seconds: Double = 0.3,
        events: @escaping () -> [JSON]?,
        onSettled: @escaping (WriteEffect) -> Void, beforeSearch: @escaping () async -> Void = {}
    ) -> Reconciler {
        let transport = ScriptedTransport { request, _ in
            await beforeSearch()
            guard let events = events() else { return .status(400) }
            if request.url.contains("/events/get") { return .json(200, events.first ?? [:]) }
            return .json(
                200, ["entries": .array(events), "has_more": false], [Field("date", WallClock.now.httpDate)])
        }
        let clock = LoopClock(reactor)
        let luma = LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key")),
            account: LumaAccount(BudgetSettings(getRequests: 1000)), transport: transport, time: clock)
        return Reconciler(
            luma: luma, store: store, account: "a", reactor: reactor, clock: clock,
            steady: SteadyClock(),
            settings: .init(settleSeconds: seconds, keepSeconds: 60, patience: 5, longestPause: 0.1, idlePause: 0.05)
        ) { onSettled($1) }
    }

    private static func event(_ id: String, name: String = "x", created: Timestamp? = nil) -> JSON {
        [
            "id": .string(id), "name": .string(name), "start_at": .string(start),
            "created_at": created.map { .string($0.rfc3339) } ?? .null,
        ]
    }

    private static func record(
        _ store: any StateStore, _ reactor: Reactor, _ operation: String = "events/create", subject: String? = nil,
        mark: String? = "m", body: JSONObject = body
    ) async throws -> WriteID {
        let now = LoopClock(reactor).wallClock
        let write = WriteRecord(
            account: "a", request: nil, operation: operation, subject: subject, mark: mark,
            body: JSON.object(body).encoded, digest: nil, notes: [], now: now, sentAt: now)
        guard case .recorded(let id) = try await reactor.ask({ store.record(write, then: $0) }) else {
            throw APIError(.internal)
        }
        return id
    }

    /// Lets the reconciler work until it has settled something.
    private static func settled(
        _ store: any StateStore, _ reactor: Reactor, seconds: Double = 0.3, events: @escaping () -> [JSON]?
    ) async throws -> WriteEffect? {
        var effect: WriteEffect?
        let reconciler = reconciler(store, reactor, seconds: seconds, events: events) { effect = $0 }
        let task = reactor.start { await reconciler.run() }
        let clock = LoopClock(reactor)
        for _ in 0..<1000 where effect == nil { try await clock.sleep(until: clock.now.advanced(seconds: 0.01)) }
        task.cancel()
        return effect
    }

    @Test func anEventThatIsThereIsFoundAtOnce() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            let effect = try await Self.settled(store, reactor, seconds: 3600) { [Self.event("evt-1")] }
            #expect(effect == .done(result: "evt-1"))
        }
    }

    @Test func oneThatComesLateIsFound() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            var searches = 0
            let effect = try await Self.settled(store, reactor, seconds: 3600) {
                searches += 1
                return searches < 3 ? [] : [Self.event("evt-1")]
            }
            #expect(effect == .done(result: "evt-1"))
        }
    }

    @Test func oneThatIsNeverSeenCountsAsNotDoneAfterItsTime() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            let begun = LoopClock(reactor).now
            let effect = try await Self.settled(store, reactor, seconds: 0.3) { [] }
            #expect(effect == WriteEffect.none)
            #expect(LoopClock(reactor).now.seconds(since: begun) >= 0.3)
        }
    }

    /// While Luma cannot be asked nothing is learned: its create may be as late as its lists.
    @Test func theTimeRunsFromTheFirstLookThatLumaAnswers() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            let clock = LoopClock(reactor)
            let begun = clock.now
            var answered: MonotonicTime?
            let effect = try await Self.settled(store, reactor, seconds: 0.4) {
                if clock.now.seconds(since: begun) < 0.8 { return nil }
                answered = answered ?? clock.now
                // The create takes effect only now.
                return clock.now.seconds(since: answered ?? begun) < 0.2 ? [] : [Self.event("evt-1")]
            }
            #expect(effect == .done(result: "evt-1"))
            #expect(answered != nil)
        }
    }

    @Test func oneLookIsNeverEnough() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            var searches = 0
            let effect = try await Self.settled(store, reactor, seconds: 0) {
                searches += 1
                return []
            }
            #expect(effect == WriteEffect.none)
            #expect(searches == 2)
        }
    }

    /// Its event may be the one that was renamed: made again it would be there twice.
    @Test func aCreateWhoseEventMayHaveBeenRenamedCanNeverBeTold() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor))
            let edit = try await Self.record(store, reactor, "events/update", subject: "evt-1", mark: "of evt-1")
            // Not before it is known whether the change was made.
            var effect: WriteEffect?
            let reconciler = Self.reconciler(store, reactor, seconds: 0) {
                []
            } onSettled: {
                effect = $0
            }
            let clock = LoopClock(reactor)
            for _ in 0..<4 {
                await reconciler.pass()
                try await clock.sleep(until: clock.now.advanced(seconds: 0.3))
            }
            #expect(effect == nil)
            store.settle(edit, .done(result: nil), at: clock.wallClock)
            await reconciler.pass()
            #expect(effect == .unknown)
        }
    }

    /// What becomes of events says nothing of a coupon.
    @Test func aLostCouponIsHiddenByNoEvent() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let coupon: JSONObject = ["event_id": "evt-1", "code": "EARLY"]
            store.abandon(
                try await Self.record(store, reactor, "events/coupons/create", mark: "coupon", body: coupon))
            let edit = try await Self.record(store, reactor, "events/update", subject: "evt-1", mark: "of evt-1")
            store.settle(edit, .done(result: nil), at: LoopClock(reactor).wallClock)
            let effect = try await Self.settled(store, reactor, seconds: 0) { [] }
            #expect(effect == WriteEffect.none)
        }
    }

    /// Another coupon of the code is there, and it is known whose: this one was refused, and is not looked for without an end.
    @Test func whatAnotherWriteHasMadeIsLeftToItForGood() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let coupon: JSONObject = ["event_id": "evt-1", "code": "EARLY"]
            let made = try await Self.record(
                store, reactor, "events/coupons/create", mark: "coupon", body: coupon)
            store.settle(made, .done(result: "cpn-1"), at: LoopClock(reactor).wallClock)
            store.abandon(
                try await Self.record(store, reactor, "events/coupons/create", mark: "coupon", body: coupon))
            let entry: JSON = ["id": "cpn-1", "code": "EARLY"]
            let effect = try await Self.settled(store, reactor, seconds: 0) { [entry] }
            #expect(effect == WriteEffect.none)
        }
    }

    /// An event that Luma may have made of it, under a name of its own, that nobody else has made: for ever a doubt. One that another
    /// create has made, or that was there when the create was recorded, is none.
    @Test(arguments: [0, 1, 2]) func anEventNearbyIsADoubtUnlessItIsAnothers(reason: Int) async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let clock = LoopClock(reactor)
            if reason == 2 {
                let edit = try await Self.record(store, reactor, "events/update", subject: "evt-2", mark: nil)
                store.settle(edit, .done(result: nil), at: clock.wallClock)
            }
            store.abandon(try await Self.record(store, reactor, mark: "100 x"))
            if reason == 1 {
                let other = try await Self.record(store, reactor, mark: "200 y")
                store.settle(other, .done(result: "evt-2"), at: clock.wallClock)
            }
            let shown = Self.event("evt-2", name: "y")
            let effect = try await Self.settled(store, reactor, seconds: 0) { [shown] }
            #expect(effect == (reason == 0 ? .unknown : WriteEffect.none))
        }
    }

    /// What is under way may have made it: its answer tells.
    @Test func aDoubtWaitsForACreateThatIsUnderWay() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            store.abandon(try await Self.record(store, reactor, mark: "100 x"))
            let running = try await Self.record(store, reactor, mark: "300100 y")
            let shown = Self.event("evt-2", name: "y")
            var effect: WriteEffect?
            let reconciler = Self.reconciler(store, reactor, seconds: 0) {
                [shown]
            } onSettled: {
                effect = $0
            }
            let clock = LoopClock(reactor)
            for _ in 0..<4 {
                await reconciler.pass()
                try await clock.sleep(until: clock.now.advanced(seconds: 0.3))
            }
            #expect(effect == nil)
            store.settle(running, .done(result: "evt-2"), at: clock.wallClock)
            for _ in 0..<2 {
                await reconciler.pass()
                try await clock.sleep(until: clock.now.advanced(seconds: 0.3))
            }
            #expect(effect == WriteEffect.none)
        }
    }

    /// What an earlier life took for Luma's clock was an hour ahead. The time since the machine was started is the same for both,
    /// and what Luma's answers tell now counts; after another start of the machine only what was recorded does.
    @Test(arguments: [true, false]) func whatIsLearnedOfLumasClockCountsForWhatWasSentBefore(isSameStart: Bool)
        async throws
    {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let clock = LoopClock(reactor)
            let now = clock.wallClock
            let write = WriteRecord(
                account: "a", request: nil, operation: "events/create", subject: nil, mark: "m",
                body: JSON.object(Self.body).encoded, digest: nil, notes: [], now: now,
                sentAt: now.advanced(seconds: 3600), sentTick: clock.bootMilliseconds,
                boot: isSameStart ? SteadyClock().boot : "another")
            guard case .recorded(let id) = try await reactor.ask({ store.record(write, then: $0) }) else { return }
            store.abandon(id)
            let shown = Self.event("evt-1", created: now)
            let effect = try await Self.settled(store, reactor, seconds: 0) { [shown] }
            #expect(effect == (isSameStart ? .done(result: "evt-1") : WriteEffect.none))
        }
    }

    /// A repeat would undo what was acknowledged after it.
    @Test(arguments: [true, false]) func anUpdateIsNotRepeatedOverALaterOne(isFollowed: Bool) async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let changes: [JSONObject] = [["name": "A"], ["name": "x"]]
            let lost = try await Self.record(
                store, reactor, "events/update", subject: "evt-1", mark: nil, body: changes[0])
            store.abandon(lost)
            if isFollowed {
                let next = try await Self.record(
                    store, reactor, "events/update", subject: "evt-1", mark: nil, body: changes[1])
                store.settle(next, .done(result: nil), at: LoopClock(reactor).wallClock)
            }
            let effect = try await Self.settled(store, reactor, seconds: 0) { [Self.event("evt-1")] }
            #expect(effect == (isFollowed ? .unknown : WriteEffect.none))
        }
    }

    @Test func whatAnotherWriteIsAboutToMakeIsNotTaken() async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let lost = try await Self.record(store, reactor)
            let running = try await Self.record(store, reactor)
            store.abandon(lost)
            var effects: [WriteEffect] = []
            let reconciler = Self.reconciler(store, reactor, seconds: 3600) {
                [Self.event("evt-1")]
            } onSettled: {
                effects.append($0)
            }
            for _ in 0..<3 { await reconciler.pass() }
            #expect(effects.isEmpty)
            // It was that of the other one.
            let clock = LoopClock(reactor)
            store.settle(running, .done(result: "evt-1"), at: clock.wallClock)
            for _ in 0..<5 {
                try await clock.sleep(until: clock.now.advanced(seconds: 0.2))
                await reconciler.pass()
            }
            #expect(effects.isEmpty)
        }
    }

    /// Found, and then the store fails: taken for not found it would be made again.
    @Test func whatWasFoundIsNotForgottenWhileTheStoreFails() async throws {
        try await onLoop { reactor in
            let store = ScriptedStore()
            for _ in 0..<3 { store.fail(.adopt, StoreFailure(.locked)) }
            store.abandon(try await Self.record(store, reactor))
            let effect = try await Self.settled(store, reactor, seconds: 0.1) { [Self.event("evt-1")] }
            #expect(effect == .done(result: "evt-1"))
            #expect(store.isScriptOver)
        }
    }

    /// What may be another program's stays found until that one has its answer.
    @Test func whatIsContestedStaysFound() async throws {
        try await onLoop { reactor in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "luma-" + UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (store, other) = (
                SQLiteStateStore(.folder(folder.path)), SQLiteStateStore(.folder(folder.path))
            )
            let lost = try await Self.record(store, reactor)
            var effect: WriteEffect?
            var running: WriteID?
            // Recorded by the other one between the list of the lost and the search.
            let reconciler = Self.reconciler(store, reactor, seconds: 0.1) {
                [Self.event("evt-1")]
            } onSettled: {
                effect = $0
            } beforeSearch: {
                if running == nil { running = try? await Self.record(other, reactor) }
            }
            store.abandon(lost)
            let clock = LoopClock(reactor)
            for _ in 0..<4 {
                await reconciler.pass()
                try await clock.sleep(until: clock.now.advanced(seconds: 0.2))
            }
            #expect(effect == nil)
            other.settle(try #require(running), .none, at: clock.wallClock)
            _ = try await reactor.ask { other.count(then: $0) }
            for _ in 0..<20 where effect == nil {
                try await clock.sleep(until: clock.now.advanced(seconds: 0.1))
                await reconciler.pass()
            }
            #expect(effect == .done(result: "evt-1"))
            store.close()
            other.close()
        }
    }

    /// A change of an event that was there before hides nothing; of one that shows no time, or a later one, it may.
    @Test(arguments: [(-3600.0, true), (-5, false), (5, false), (nil, false)] as [(Double?, Bool)])
    func whatWasThereBeforeACreateDoesNotHideIt(age: Double?, isTold: Bool) async throws {
        try await onLoop { reactor in
            let store = SQLiteStateStore(.memory)
            let clock = LoopClock(reactor)
            store.abandon(try await Self.record(store, reactor))
            let edit = try await Self.record(
                store, reactor, "events/update", subject: "evt-1", mark: "of evt-1")
            store.settle(edit, .done(result: nil), at: clock.wallClock)
            var event: JSONObject = [
                "id": "evt-1", "name": "another name", "start_at": .string(Self.start),
            ]
            if let age { event["created_at"] = .string(clock.wallClock.advanced(seconds: age).rfc3339) }
            let shown = JSON.object(event)
            let effect = try await Self.settled(store, reactor, seconds: 0) { [shown] }
            #expect(effect == (isTold ? WriteEffect.none : .unknown))
        }
    }
}

extension Loop {
    fileprivate func work(_ body: @Sendable (Reactor) async throws -> Void) async throws {
        try await body(reactor)
    }
}
