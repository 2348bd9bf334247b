import Core
import Foundation
import Store
import Testing

/// The state in a folder: what outlives a program, and what two of them share.
@Suite struct SharedFolderTests {
    @Test func folderAndFilesAreForTheirOwnerOnly() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("data")
        let store = SQLiteStateStore(.folder(path))
        _ = try await store.started("k")
        let modes = try (FileManager.default.contentsOfDirectory(atPath: path).map { path + "/" + $0 } + [path]).map {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        #expect(modes.last == 0o700)
        #expect(modes.count >= 4)
        #expect(modes.dropLast().allSatisfy { $0 == 0o600 })
        store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["commits", "luma.db"])
        await #expect(throws: StoreFailure(.closed)) { try await store.counts() }
    }

    @Test func whatWasUnderWayWhenTheProgramEndedIsAbandoned() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.path))
        let id = try await first.started("k")
        let write = try await first.recorded(request: id)
        let answered = try await first.started("done")
        first.finish(answered, StoredAnswer(status: 200, head: [], body: [4]), expires: Timestamp(milliseconds: 9))
        // What is asked for later comes after it.
        _ = try await first.counts()

        // Alive: nobody else touches what it has.
        let second = SQLiteStateStore(.folder(folder.path))
        #expect(try await second.begin("k") == .running)
        #expect(try await second.abandonedWrites().isEmpty)
        #expect(try await second.begin("done") == .answered(StoredAnswer(status: 200, head: [], body: [4])))

        first.close()
        #expect(try await second.begin("k") == .unsettled)
        #expect(try await second.abandonedWrites().map(\.id) == [write])
        #expect(try await second.adopt(write, .none) == .recorded)
        guard case .begun = try await second.begin("k") else { throw Unexpected() }
    }

    @Test func theyCountTogether() throws {
        let folder = try TemporaryFolder()
        let counters = try (0..<2).map { _ in try #require(SharedCounter(folder: folder.file("data"))) }
        #expect(counters.map(\.value) == [0, 0])
        #expect(counters[0].advance() == 0)
        #expect(counters[1].advance() == 1)
        #expect(counters.map(\.value) == [2, 2])
        // It goes on where it was.
        #expect(SharedCounter(folder: folder.file("data"))?.value == 2)
        #expect(SharedCounter(folder: "/proc/nowhere") == nil)
    }

    /// What is found may be what the other program has just made, and its answer is on the way.
    @Test func whatAnotherProgramHasUnderWayIsNotTaken() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let lost = try await stores[0].recorded()
        stores[0].abandon(lost)
        let running = try await stores[1].recorded()
        #expect(try await stores[0].adopt(lost, .done(result: "evt-1")) == .contested)
        stores[1].settle(running, .none, at: Timestamp(milliseconds: 1))
        _ = try await stores[1].counts()
        #expect(try await stores[0].adopt(lost, .done(result: "evt-1")) == .recorded)
    }

    @Test func twoProgramsBeginARequestOnce() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let begun = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    if case .begun = try await stores[index % 2].begin("k\(index / 4)") { true } else { false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(begun == 50)
    }

    /// What the other one has forgotten counts for nobody any more.
    @Test func keysThatAnotherProgramForgetsAreNotCounted() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path), maxRequests: 8) }
        for number in 0..<4 {
            let id = try await stores[0].started("\(number)")
            stores[0].finish(
                id, StoredAnswer(status: 200, head: [], body: []), expires: Timestamp(milliseconds: 1000))
        }
        #expect(try await stores[0].begin("more", at: 10) == .full(own: 4))
        let purged = try await stores[1].wait {
            stores[1].purge(now: Timestamp(milliseconds: 1000), keepSettled: 1, then: $0)
        }
        #expect(purged == 4)
        // They are not counted for each refusal.
        #expect(try await stores[0].begin("more", at: 500) == .full(own: 4))
        _ = try await stores[0].started("more", at: 1010)
        #expect(try await stores[0].counts().requests == 1)
        #expect(try await stores[1].counts().requests == 1)
        // One that is started anew counts what there is.
        for store in stores { store.close() }
        let next = SQLiteStateStore(.folder(folder.path), maxRequests: 8)
        for number in 0..<3 { _ = try await next.started("new \(number)", at: 1010) }
        #expect(try await next.begin("one too many", at: 1010) == .full(own: 4))
    }

    @Test func manyWritesOfOneTurnAreOneTransaction() async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path))
        _ = try await store.counts()
        let log = folder.file("luma.db-wal")
        func size() throws -> Int {
            try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
        }
        let before = try size()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = try await store.recorded() } }
            try await group.waitForAll()
        }
        // Each transaction writes each page that it touches once; alone, 200 of them would write some 6 pages each.
        #expect(try size() - before < 200 * 3 * 4096)
        #expect(try await store.counts().unsettledWrites == 200)
    }
}
