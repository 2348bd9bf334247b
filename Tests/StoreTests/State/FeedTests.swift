import Core
import Store
import Testing

/// Feeds are kept, found by their account alone, and gone once they are revoked.
@Suite struct FeedTests {
    static func feed(
        _ id: String, account: String = "a", creator: String = "ops", at: Int64 = 1000
    ) -> FeedRecord {
        FeedRecord(
            id: id, account: account, name: "Team", filter: [1, 2], creator: creator,
            createdAt: Timestamp(milliseconds: at))
    }

    private func add(_ store: SQLiteStateStore, _ feed: FeedRecord, max: Int = 6, key: [UInt8] = [7]) async throws
        -> [UInt8]?
    {
        try await store.wait { store.addFeed(feed, max: max, key: key, then: $0) }
    }

    @Test func aFeedIsKeptWithTheFirstKeyThatWasGiven() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.file("data")))
        #expect(try await first.wait { first.feed("f1", of: "a", then: $0) } == FeedLookup(key: nil, feed: nil))
        #expect(try await add(first, Self.feed("f1")) == [7])
        #expect(try await add(first, Self.feed("f2"), key: [8]) == [7])
        first.close()
        let second = SQLiteStateStore(.folder(folder.file("data")))
        let found = try await second.wait { second.feed("f1", of: "a", then: $0) }
        #expect(found == FeedLookup(key: [7], feed: Self.feed("f1")))
        #expect(try await second.wait { second.feeds("a", then: $0) } == [Self.feed("f1"), Self.feed("f2")])
    }

    @Test func anAccountSeesItsOwnFeedsOnly() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await add(store, Self.feed("f1"))
        #expect(try await store.wait { store.feed("f1", of: "b", then: $0) }.feed == nil)
        #expect(try await store.wait { store.feeds("b", then: $0) }.isEmpty)
        #expect(try await !store.wait { store.removeFeed("f1", of: "b", then: $0) })
        #expect(try await store.wait { store.feed("f1", of: "a", then: $0) }.feed != nil)
    }

    @Test func whatIsRevokedIsGoneAndMakesRoom() async throws {
        let store = SQLiteStateStore(.memory)
        for id in ["f1", "f2", "f3"] { #expect(try await add(store, Self.feed(id)) == [7]) }
        #expect(try await add(store, Self.feed("f4")) == nil)
        #expect(try await add(store, Self.feed("g1", account: "b")) == [7])
        #expect(try await store.wait { store.removeFeed("f2", of: "a", then: $0) })
        #expect(try await !store.wait { store.removeFeed("f2", of: "a", then: $0) })
        #expect(try await store.wait { store.feed("f2", of: "a", then: $0) } == FeedLookup(key: [7], feed: nil))
        #expect(try await add(store, Self.feed("f4")) == [7])
        #expect(try await store.wait { store.feeds("a", then: $0) }.map(\.id) == ["f1", "f3", "f4"])
    }

    /// One who makes as many as he may leaves some for the next.
    @Test func eachHasAShare() async throws {
        let store = SQLiteStateStore(.memory)
        for number in 0..<9 { _ = try await add(store, Self.feed("f\(number)")) }
        #expect(try await add(store, Self.feed("g1", creator: "web")) == [7])
        #expect(try await add(store, Self.feed("g2", creator: "web")) == [7])
        #expect(try await add(store, Self.feed("g3", creator: "web")) == nil)
        #expect(try await store.wait { store.feeds("a", then: $0) }.count == 5)
    }

    @Test func itsUseIsNotedOnceAMinute() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await add(store, Self.feed("f1"))
        for (used, noted) in [(5000, 5000), (64_999, 5000), (65_000, 65_000)] as [(Int64, Int64)] {
            store.useFeed("f1", at: Timestamp(milliseconds: used))
            let feed = try await store.wait { store.feed("f1", of: "a", then: $0) }.feed
            #expect(feed?.usedAt?.milliseconds == noted)
        }
    }

    @Test func withoutTheStoreEveryCallFails() async throws {
        let store = SQLiteStateStore(.folder("/proc/nowhere"))
        await #expect(throws: StoreFailure.self) { try await self.add(store, Self.feed("f1")) }
        await #expect(throws: StoreFailure.self) { try await store.wait { store.feed("f1", of: "a", then: $0) } }
        await #expect(throws: StoreFailure.self) { try await store.wait { store.feeds("a", then: $0) } }
        await #expect(throws: StoreFailure.self) { try await store.wait { store.removeFeed("f1", of: "a", then: $0) } }
        store.useFeed("f1", at: Timestamp(milliseconds: 1))
    }

    // MARK: Revisions

    private func revise(_ store: SQLiteStateStore, _ entries: [(String, UInt8)], at now: Int64, feed: String = "f1")
        async throws
        -> [FeedRevision]
    {
        let entries = entries.map {
            FeedEntry(uid: $0.0, digest: [$0.1], modifiedAt: Timestamp(milliseconds: 1000))
        }
        return try await store.wait {
            store.reviseFeed(feed, entries, at: Timestamp(milliseconds: now), then: $0)
        }
    }

    private func revision(_ sequence: Int, _ modified: Int64) -> FeedRevision {
        FeedRevision(sequence: sequence, modifiedAt: Timestamp(milliseconds: modified))
    }

    /// Also after a restart, after a way through another state and back, after an absence, and by a clock that was set back.
    @Test func aRevisionGrowsWithEachChangeAndNeverShrinks() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.file("data")))
        for feed in ["f1", "f2"] { _ = try await add(first, Self.feed(feed)) }
        #expect(try await revise(first, [("a", 1), ("b", 1)], at: 50_000) == [revision(0, 1000), revision(0, 1000)])
        #expect(try await revise(first, [("b", 1), ("a", 2)], at: 60_000) == [revision(0, 1000), revision(1, 60_000)])
        #expect(try await revise(first, [("a", 2)], at: 70_000) == [revision(1, 60_000)])
        first.close()
        let second = SQLiteStateStore(.folder(folder.file("data")))
        #expect(
            try await revise(second, [("a", 1), ("b", 1)], at: 80_000) == [revision(2, 80_000), revision(0, 1000)])
        #expect(try await revise(second, [("a", 3)], at: 20_000) == [revision(3, 81_000)])
        // Each feed counts for itself.
        #expect(try await revise(second, [("a", 9)], at: 90_000, feed: "f2") == [revision(0, 1000)])
    }

    @Test func whatIsNotShownIsForgottenAfterMonthsAndWithItsFeed() async throws {
        let day: Int64 = 86_400_000
        let store = SQLiteStateStore(.memory)
        _ = try await add(store, Self.feed("f1"))
        _ = try await revise(store, [("a", 1), ("b", 1)], at: 0)
        #expect(try await revise(store, [("b", 1)], at: 100 * day) == [revision(0, 1000)])
        #expect(try await revise(store, [("b", 1)], at: 190 * day) == [revision(0, 1000)])
        // The one that was shown meanwhile is known, the other is new.
        #expect(
            try await revise(store, [("a", 2), ("b", 2)], at: 191 * day) == [revision(0, 1000), revision(1, 191 * day)])
        #expect(try await store.wait { store.removeFeed("f1", of: "a", then: $0) })
        // Also for whoever was about to show it.
        for digest: UInt8 in [3, 4] {
            #expect(try await revise(store, [("b", digest)], at: 192 * day) == [revision(0, 1000)])
        }
        _ = try await add(store, Self.feed("f1"))
        #expect(try await revise(store, [("b", 5)], at: 193 * day) == [revision(0, 1000)])
    }
}
