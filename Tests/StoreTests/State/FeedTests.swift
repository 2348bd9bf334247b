import Core
import Store
import Testing

/// Feeds are kept, found by their account alone, and gone once they are revoked.
@Suite struct FeedTests {
    static func feed(_ id: String, account: String = "a", at: Int64 = 1000) -> FeedRecord {
        FeedRecord(
            id: id, account: account, name: "Team", filter: [1, 2], creator: "ops",
            createdAt: Timestamp(milliseconds: at))
    }

    private func add(_ store: SQLiteStateStore, _ feed: FeedRecord, most: Int = 3, key: [UInt8] = [7]) async throws
        -> [UInt8]?
    {
        try await store.wait { store.addFeed(feed, most: most, key: key, then: $0) }
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
}
