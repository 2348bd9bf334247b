import Core
import HTTP
import IO
import LumaClient
import Store
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// What becomes of writes that a program has left behind.
@Suite struct SettlerTests {
    private static let start = "2027-01-01T10:00:00.000Z"
    private static let body: JSONObject = ["name": "x", "start_at": .string(start), "timezone": "UTC"]

    /// Runs `body` on a loop of its own.
    private func onLoop(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
        let loop = try Loop(label: "settler")
        loop.start()
        try await loop.work(body)
        await loop.stop()
    }

    /// A settler whose Luma answers every list with these events, or not at all.
    private static func settler(
        _ store: any StateStore, _ reactor: Reactor, seconds: Double = 0.3, events: @escaping () -> [JSON]?,
        onSettled: @escaping (WriteEffect) -> Void
    ) -> Settler {
        let transport = ScriptedTransport { request, _ in
            guard let events = events() else { return .status(400) }
            if request.url.contains("/events/get") { return .json(200, events.first ?? [:]) }
            return .json(200, ["entries": .array(events), "has_more": false])
        }
        let clock = LoopClock(reactor)
        let luma = LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key")),
            account: LumaAccount(BudgetSettings(getRequests: 1000)), transport: transport, time: clock)
        return Settler(
            luma: luma, store: store, account: "a", reactor: reactor, clock: clock,
            settings: .init(settleSeconds: seconds, keepSeconds: 60, patience: 5, longestPause: 0.1, idlePause: 0.05)
        ) { onSettled($1) }
    }

    private static func event(_ id: String) -> JSON {
        ["id": .string(id), "name": "x", "start_at": .string(start)]
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

    /// Lets the settler work until it has settled something.
    private static func settled(
        _ store: any StateStore, _ reactor: Reactor, seconds: Double = 0.3, events: @escaping () -> [JSON]?
    ) async throws -> WriteEffect? {
        var effect: WriteEffect?
        let settler = settler(store, reactor, seconds: seconds, events: events) { effect = $0 }
        let task = reactor.start { await settler.run() }
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
            var looks = 0
            let effect = try await Self.settled(store, reactor, seconds: 3600) {
                looks += 1
                return looks < 3 ? [] : [Self.event("evt-1")]
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
            var looks = 0
            let effect = try await Self.settled(store, reactor, seconds: 0) {
                looks += 1
                return []
            }
            #expect(effect == WriteEffect.none)
            #expect(looks == 2)
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
            let settler = Self.settler(store, reactor, seconds: 0) {
                []
            } onSettled: {
                effect = $0
            }
            let clock = LoopClock(reactor)
            for _ in 0..<4 {
                await settler.pass()
                try await clock.sleep(until: clock.now.advanced(seconds: 0.3))
            }
            #expect(effect == nil)
            store.settle(edit, .done(result: nil), at: clock.wallClock)
            await settler.pass()
            #expect(effect == .unknown)
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
            let settler = Self.settler(store, reactor, seconds: 3600) {
                [Self.event("evt-1")]
            } onSettled: {
                effects.append($0)
            }
            for _ in 0..<3 { await settler.pass() }
            #expect(effects.isEmpty)
            // It was that of the other one.
            let clock = LoopClock(reactor)
            store.settle(running, .done(result: "evt-1"), at: clock.wallClock)
            for _ in 0..<5 {
                try await clock.sleep(until: clock.now.advanced(seconds: 0.2))
                await settler.pass()
            }
            #expect(effects.isEmpty)
        }
    }

    /// Found, and then the store fails: taken for not found it would be made again.
    @Test func whatWasFoundIsNotForgottenWhileTheStoreFails() async throws {
        try await onLoop { reactor in
            let store = FlakyStore(SQLiteStateStore(.memory), refusals: 3)
            store.abandon(try await Self.record(store, reactor))
            let effect = try await Self.settled(store, reactor, seconds: 0.1) { [Self.event("evt-1")] }
            #expect(effect == .done(result: "evt-1"))
            #expect(store.refusals == 0)
        }
    }
}

extension Loop {
    fileprivate func work(_ body: @Sendable (Reactor) async throws -> Void) async throws { try await body(reactor) }
}

/// A store that refuses the first adoptions.
private final class FlakyStore: StateStore {
    private let inner: SQLiteStateStore
    private let left: Mutex<Int>

    init(_ inner: SQLiteStateStore, refusals: Int) {
        self.inner = inner
        left = Mutex(refusals)
    }

    var refusals: Int { left.withLock { $0 } }

    func adopt(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp, then: @escaping Then<Bool>) {
        let isRefused = left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isRefused { then(.failure(StoreFailure(.locked))) } else { inner.adopt(write, effect, at: now, then: then) }
    }

    var condition: StoreCondition { inner.condition }
    func load(_ name: String, then: @escaping Then<SavedValue?>) { inner.load(name, then: then) }
    func save(_ name: String, _ bytes: [UInt8], at now: Timestamp, then: @escaping Then<Void>) {
        inner.save(name, bytes, at: now, then: then)
    }
    func begin(_ request: KeyedRequest, then: @escaping Then<RequestStanding>) { inner.begin(request, then: then) }
    func finish(_ request: RequestID, _ answer: StoredAnswer?, expires: Timestamp) {
        inner.finish(request, answer, expires: expires)
    }
    func record(_ write: WriteRecord, then: @escaping Then<RecordStanding>) { inner.record(write, then: then) }
    func settle(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp) { inner.settle(write, effect, at: now) }
    func abandon(_ write: WriteID) { inner.abandon(write) }
    func orphans(_ account: String, limit: Int, then: @escaping Then<[OrphanWrite]>) {
        inner.orphans(account, limit: limit, then: then)
    }
    func overtaking(_ write: WriteID, then: @escaping Then<Overtaking>) { inner.overtaking(write, then: then) }
    func purge(now: Timestamp, keepSettled seconds: Double, then: @escaping Then<Int>) {
        inner.purge(now: now, keepSettled: seconds, then: then)
    }
    func count(then: @escaping Then<StoreCounts>) { inner.count(then: then) }
    func addFeed(_ feed: FeedRecord, most: Int, key fresh: [UInt8], then: @escaping Then<[UInt8]?>) {
        inner.addFeed(feed, most: most, key: fresh, then: then)
    }
    func feeds(_ account: String, then: @escaping Then<[FeedRecord]>) { inner.feeds(account, then: then) }
    func feed(_ id: String, of account: String, then: @escaping Then<FeedLookup>) {
        inner.feed(id, of: account, then: then)
    }
    func useFeed(_ id: String, at now: Timestamp) { inner.useFeed(id, at: now) }
    func removeFeed(_ id: String, of account: String, then: @escaping Then<Bool>) {
        inner.removeFeed(id, of: account, then: then)
    }
    func close() { inner.close() }
}
