import Core
import Synchronization
import Testing

@testable import Store

/// What is good once is taken by one, given back by that one alone, and remembered until it is not good anyway.
@Suite struct NonceTests {
    private func take(
        _ store: SQLiteStateStore, _ nonce: String, until expiry: Int64 = 1000, now: Int64 = 0
    ) async throws -> NonceStanding {
        try await store.wait {
            store.takeNonce(
                nonce, until: Timestamp(milliseconds: expiry), now: Timestamp(milliseconds: now), then: $0)
        }
    }

    /// Takes one that must be good.
    private func taken(_ store: SQLiteStateStore, _ nonce: String) async throws -> TakenNonce {
        guard case .taken(let taken) = try await take(store, nonce) else { throw Unexpected() }
        return taken
    }

    private func void(
        _ store: SQLiteStateStore, _ nonce: String, until expiry: Int64 = 1000, now: Int64 = 0,
        then: @escaping Then<Void> = { _ in }
    ) {
        store.voidNonce(
            nonce, until: Timestamp(milliseconds: expiry), now: Timestamp(milliseconds: now), then: then)
    }

    @Test func oneIsTakenOnceUnlessItIsGivenBack() async throws {
        let store = SQLiteStateStore(.memory)
        let first = try await taken(store, "a")
        #expect(try await take(store, "a") == .used)
        _ = try await taken(store, "b")
        store.giveBackNonce(first)
        let second = try await taken(store, "a")
        // What is given back twice, as by a repeat of the store's, is not somebody else's.
        store.giveBackNonce(first)
        #expect(try await take(store, "a") == .used)
        store.giveBackNonce(second)
        _ = try await taken(store, "a")
    }

    @Test func whatIsVoidStaysSo() async throws {
        let store = SQLiteStateStore(.memory)
        try await store.wait { void(store, "a", then: $0) }
        #expect(try await take(store, "a") == .used)
        // Also when somebody has taken it, and gives it back.
        let other = try await taken(store, "b")
        void(store, "b")
        store.giveBackNonce(other)
        #expect(try await take(store, "b") == .used)
        void(store, "b")
        #expect(try await take(store, "b") == .used)
    }

    @Test func gatewaysOnOneFolderAndTheNextOnesShareThem() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let first = try await taken(stores[0], "a")
        #expect(try await take(stores[1], "a") == .used)
        try await stores[1].wait { void(stores[1], "b", then: $0) }
        #expect(try await take(stores[0], "b") == .used)
        // The last thing that a program does is kept too.
        void(stores[0], "c")
        for store in stores { store.close() }
        let next = SQLiteStateStore(.folder(folder.path))
        for nonce in ["a", "b", "c"] { #expect(try await take(next, nonce) == .used) }
        next.giveBackNonce(first)
        _ = try await taken(next, "a")
    }

    /// However many ask for it at once.
    @Test func oneOfManyHasIt() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let standings = try await withThrowingTaskGroup(of: NonceStanding.self) { group in
            for number in 0..<20 { group.addTask { try await take(stores[number % 2], "a") } }
            return try await group.reduce(into: [NonceStanding]()) { $0.append($1) }
        }
        #expect(standings.count { $0 != .used } == 1)
    }

    @Test func whatHasExpiredIsForgotten() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await take(store, "a")
        void(store, "b")
        _ = try await take(store, "late", until: 2000)
        for nonce in ["a", "b"] { #expect(try await take(store, nonce, now: 999) == .used) }
        for nonce in ["a", "b"] {
            #expect(try await take(store, nonce, until: 2000, now: 1000) != .used)
        }
        #expect(try await take(store, "late", until: 2000, now: 1000) == .used)
    }

    /// Nothing is forgotten before its time: rather nothing more is taken.
    @Test func ofTooManyNoneIsForgotten() async throws {
        let store = SQLiteStateStore(.memory)
        for number in 0..<TakenNonce.maxKept {
            store.takeNonce(
                "\(number)", until: Timestamp(milliseconds: 1000), now: Timestamp(milliseconds: 0), then: { _ in })
        }
        #expect(try await take(store, "more") == .full)
        #expect(try await take(store, "0") == .used)
        // What must not be good any more still finds room.
        void(store, "void")
        #expect(try await take(store, "void") == .used)
        #expect(try await take(store, "more", until: 2000, now: 1000) != .full)
    }

    @Test func whileTheDatabaseIsLockedNothingIsTakenAndTheRestIsKept() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        let first = try await taken(store, "a")
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute("BEGIN IMMEDIATE")
        let told = Mutex(false)
        store.giveBackNonce(first)
        void(store, "b") { result in told.withLock { $0 = (try? result.get()) != nil } }
        await #expect(throws: StoreFailure(.locked)) { try await take(store, "c") }
        #expect(!told.withLock { $0 })
        try other.execute("ROLLBACK")
        try await conditions.wait(for: .usable)
        _ = try await taken(store, "a")
        #expect(try await take(store, "b") == .used)
        #expect(told.withLock { $0 })
        _ = try await taken(store, "c")
        store.close()
        await #expect(throws: StoreFailure(.closed)) { try await take(store, "d") }
        await #expect(throws: StoreFailure(.closed)) { try await store.wait { void(store, "d", then: $0) } }
    }
}
