import Core
import Store
import Testing

/// The journal of writes, and whose a found event is.
@Suite struct WriteTests {
    @Test func onlyAbandonedWritesAreOrphans() async throws {
        let store = SQLiteStateStore(.memory)
        let running = try await store.recorded()
        let lost = try await store.recorded()
        let settled = try await store.recorded()
        store.settle(settled, .done(result: "evt-3"), at: Timestamp(milliseconds: 1))
        store.abandon(lost)
        store.abandon(settled)
        let orphans = try await store.orphans()
        #expect(orphans.map(\.id) == [lost])
        #expect(orphans.first?.body == [1, 2])
        #expect(orphans.first?.isContested == true)
        #expect(orphans.first?.rivals == 1)
        #expect(orphans.first?.claimed == ["evt-3"])
        #expect(try await store.orphans("b").isEmpty)
        store.abandon(running)
        #expect(try await store.orphans().map(\.rivals) == [2, 2])
        #expect(try await store.counts().unsettledWrites == 2)
    }

    @Test func anEventBelongsToOneWriteOnly() async throws {
        let store = SQLiteStateStore(.memory)
        let first = try await store.recorded()
        let second = try await store.recorded()
        store.abandon(second)
        store.settle(first, .done(result: "evt-1"), at: Timestamp(milliseconds: 1))
        #expect(try await !store.adopt(second, .done(result: "evt-1")))
        #expect(try await store.adopt(second, .done(result: "evt-2")))
        // It is settled now.
        #expect(try await !store.adopt(second, .done(result: "evt-2")))
        #expect(try await store.orphans().isEmpty)
    }

    @Test func aDuplicateIsRefusedWithinItsTimeOnly() async throws {
        let store = SQLiteStateStore(.memory)
        let first = try await store.recorded(at: 1000)
        #expect(try await store.record(at: 1500, unlessSince: 1000) == .duplicate(result: nil))
        store.settle(first, .done(result: "evt-1"), at: Timestamp(milliseconds: 1100))
        #expect(try await store.record(at: 1500, unlessSince: 1000) == .duplicate(result: "evt-1"))
        guard case .recorded(let other) = try await store.record(digest: [8], at: 1500, unlessSince: 1000),
            case .recorded(let late) = try await store.record(at: 2500, unlessSince: 1001)
        else { throw Unexpected() }
        #expect(other != late)
        // One that surely had no effect stands in nobody's way.
        store.settle(late, .none, at: Timestamp(milliseconds: 2600))
        guard case .recorded = try await store.record(at: 2700, unlessSince: 2000) else { throw Unexpected() }
    }
}
