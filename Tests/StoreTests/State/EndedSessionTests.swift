import Core
import Testing

@testable import Store

/// Which sessions were ended is kept, told in order, and forgotten when it matters no more.
@Suite struct EndedSessionTests {
    private func ended(
        _ store: SQLiteStateStore, after number: Int64 = 0, limit: Int = .max
    ) async throws -> [EndedSession] {
        try await store.wait { store.endedSessions(after: number, limit: limit, then: $0) }
    }

    private func end(_ store: SQLiteStateStore, _ nonces: String..., until expiry: Int64 = 1000) {
        for nonce in nonces { store.endSession(nonce, until: Timestamp(milliseconds: expiry)) }
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

    @Test func whatHasExpiredIsForgottenAndItsNumberIsNotGivenAgain() async throws {
        let store = SQLiteStateStore(.memory)
        end(store, "late", until: 2000)
        end(store, "a", "b")
        let last = try #require(try await ended(store).last)
        let now = Timestamp(milliseconds: 1000)
        #expect(try await store.wait { store.purge(now: now, keepSettled: 60, then: $0) } == 2)
        #expect(try await store.wait { store.purge(now: now, keepSettled: 60, then: $0) } == 0)
        end(store, "c")
        let rest = try await ended(store)
        #expect(rest.map(\.nonce) == ["late", "c"])
        #expect(rest[1].number > last.number)
    }

    @Test func ofTooManyTheOldestAreForgotten() async throws {
        let store = SQLiteStateStore(.memory)
        for number in 0..<(EndedSession.mostKept + 2) { end(store, "\(number)") }
        let all = try await ended(store)
        #expect(all.count == EndedSession.mostKept)
        #expect(all.first?.nonce == "2")
    }

    /// The list that was there before is not what is kept now; all else is as it was.
    @Test func aDatabaseOfTheShapeBeforeIsBroughtOn() async throws {
        let folder = try TemporaryFolder()
        do {
            let before = try SQLiteConnection(.file(folder.file("luma.db")))
            try before.migrate(Array(StateMigrations.all.prefix(3)))
            for name in ["ended-sessions", "budget"] {
                try before.execute("INSERT INTO value VALUES ('\(name)', x'5b5d', 0)")
            }
        }
        let store = SQLiteStateStore(.folder(folder.path))
        end(store, "a")
        #expect(try await ended(store).map(\.nonce) == ["a"])
        #expect(try await store.wait { store.load("ended-sessions", then: $0) } == nil)
        #expect(try await store.wait { store.load("budget", then: $0) }?.bytes == Array("[]".utf8))
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
        for number in 0..<(EndedSession.mostKept + 5) { end(store, "\(number)") }
        await #expect(throws: StoreFailure(.locked)) { try await store.counts() }
        try other.execute("ROLLBACK")
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().unsettledWrites == 0)
        #expect(try await ended(store).last?.nonce == "\(EndedSession.mostKept + 4)")
    }
}
