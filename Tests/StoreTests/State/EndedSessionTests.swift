import Core
import Synchronization
import Testing

@testable import Store

/// Which sessions were ended is kept, told in order, and forgotten when it matters no more.
@Suite struct EndedSessionTests {
    private func ended(
        _ store: SQLiteStateStore, after number: Int64 = 0, limit: Int = .max
    ) async throws -> [EndedSession] {
        try await store.wait { store.endedSessions(after: number, limit: limit, then: $0) }
    }

    private func end(
        _ store: SQLiteStateStore, _ nonces: String..., until expiry: Int64 = 1000, now: Int64 = 0,
        then: @escaping Then<Void> = { _ in }
    ) {
        for nonce in nonces {
            store.endSession(
                nonce, until: Timestamp(milliseconds: expiry), now: Timestamp(milliseconds: now), then: then)
        }
    }

    @Test func eachIsToldOnceAndInOrder() async throws {
        let store = SQLiteStateStore(.memory)
        end(store, "a", "b", "a", "c")
        let all = try await ended(store)
        #expect(all.map(\.nonce) == ["a", "b", "c"])
        #expect(try await ended(store, limit: 2) == Array(all.prefix(2)))
        #expect(try await ended(store, after: all[1].number) == [all[2]])
        #expect(try await ended(store, after: all[2].number).isEmpty)
    }

    @Test func gatewaysOnOneFolderHearOfEachOthersEnds() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        for (store, nonce) in zip(stores, ["a", "b"]) { end(store, nonce) }
        for store in stores { _ = try await store.counts() }
        for store in stores { #expect(Set(try await ended(store).map(\.nonce)) == ["a", "b"]) }
        // The last thing that a program does is kept too.
        end(stores[0], "c")
        stores[0].close()
        #expect(try await ended(stores[1]).map(\.nonce).last == "c")
    }

    /// By the clock that the caller has, which is not that of the rest.
    @Test func whatHasExpiredIsForgottenAndItsNumberIsNotGivenAgain() async throws {
        let store = SQLiteStateStore(.memory)
        end(store, "late", until: 2000)
        end(store, "a", "b")
        let last = try #require(try await ended(store).last)
        let later = Timestamp(milliseconds: 9000)
        #expect(try await store.wait { store.purge(now: later, keepSettled: 60, then: $0) } == 0)
        #expect(try await ended(store).count == 3)
        end(store, "c", until: 2000, now: 1000)
        let rest = try await ended(store)
        #expect(rest.map(\.nonce) == ["late", "c"])
        #expect(rest[1].number > last.number)
    }

    @Test func whoeverEndsOneHearsWhenItIsKept() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        try await store.wait { end(store, "a", then: $0) }
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute("BEGIN IMMEDIATE")
        let told = Mutex(false)
        end(store, "b") { result in told.withLock { $0 = (try? result.get()) != nil } }
        await #expect(throws: StoreFailure(.locked)) { try await store.counts() }
        #expect(!told.withLock { $0 })
        try other.execute("ROLLBACK")
        try await conditions.wait(for: .usable)
        #expect(try await ended(store).map(\.nonce) == ["a", "b"])
        #expect(told.withLock { $0 })
        store.close()
        await #expect(throws: StoreFailure(.closed)) { try await store.wait { end(store, "c", then: $0) } }
    }

    @Test func ofTooManyTheOldestAreForgotten() async throws {
        let store = SQLiteStateStore(.memory)
        for number in 0..<(EndedSession.maxKept + 2) { end(store, "\(number)") }
        let all = try await ended(store)
        #expect(all.count == EndedSession.maxKept)
        #expect(all.first?.nonce == "2")
    }

    /// What the list that was there before can hold, and what of it is taken over.
    nonisolated static let lists: [(list: String, nonces: [String])] = [
        (#"[["a",1800000000000],["b",1800000000001]]"#, ["a", "b"]), ("[]", []), ("", []), ("[[", []), ("5", []),
        (#"{"a":["b",1]}"#, ["b"]), (#"["a",["b"],["c","d"],[1,2],[],null,["e",7,8],["e",9],["f",1.5]]"#, ["e"]),
    ]

    /// All else is as it was.
    @Test(arguments: lists.indices) func aDatabaseOfTheShapeBeforeIsBroughtOn(index: Int) async throws {
        let row = Self.lists[index]
        let folder = try TemporaryFolder()
        do {
            let before = try SQLiteConnection(.file(folder.file("luma.db")))
            try before.migrate(Array(StateMigrations.all.prefix(3)))
            for name in ["ended-sessions", "budget"] {
                let hex = row.list.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                try before.execute("INSERT INTO value VALUES ('\(name)', x'\(hex)', 0)")
            }
        }
        let store = SQLiteStateStore(.folder(folder.path))
        #expect(try await ended(store).map(\.nonce) == row.nonces)
        #expect(try await store.wait { store.load("ended-sessions", then: $0) } == nil)
        #expect(try await store.wait { store.load("budget", then: $0) }?.bytes == Array(row.list.utf8))
    }

    /// A client that ends one session after another must not cost what is known of a write.
    @Test func whileTheDatabaseIsLockedTheyWaitAndPushNothingOut() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        let write = try await store.recorded()
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute("BEGIN IMMEDIATE")
        store.settle(write, .done(result: "evt-1"), at: Timestamp(milliseconds: 1))
        for number in 0..<(EndedSession.maxKept + 5) { end(store, "\(number)") }
        await #expect(throws: StoreFailure(.locked)) { try await store.counts() }
        try other.execute("ROLLBACK")
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().unsettledWrites == 0)
        #expect(try await ended(store).last?.nonce == "\(EndedSession.maxKept + 4)")
    }
}
