import Core
import Dispatch
import Foundation
import Testing

@testable import Store

/// A store that cannot be used says why, loses nothing that it was told, and recovers by itself.
@Suite struct ConditionTests {
    @Test func aFileThatIsNoDatabaseIsToldAndLeftAlone() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("luma.db")
        let text = Data(String(repeating: "these are my notes\n", count: 500).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        await #expect(throws: StoreFailure(.corrupt)) { try await store.counts() }
        #expect(store.condition == .unusable(.corrupt))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
        // Moved away, a new one is made.
        try FileManager.default.moveItem(atPath: path, toPath: path + ".bad")
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().requests == 0)
    }

    /// A database that cannot be used at all is told before single statements and keys that were refused.
    @Test func theWorstCauseIsTold() {
        let keeper = ConditionKeeper(StoreListener())
        keeper.found(.usable)
        #expect(keeper.condition == .usable)
        keeper.refusedKey("full")
        #expect(keeper.condition == .unusable(.keysFull))
        keeper.fault("refused")
        #expect(keeper.condition == .unusable(.failed))
        keeper.found(.unusable(.corrupt))
        #expect(keeper.condition == .unusable(.corrupt))
        keeper.found(.usable)
        #expect(keeper.condition == .unusable(.failed))
    }

    @Test func aFolderThatCannotBeMadeIsTold() async throws {
        let store = SQLiteStateStore(.folder("/proc/nowhere/data"))
        await #expect(throws: StoreFailure(.cannotOpen)) { try await store.counts() }
        #expect(store.condition == .unusable(.cannotOpen))
        store.close()
    }

    @Test func aNewerDatabaseIsLeftAlone() async throws {
        let folder = try TemporaryFolder()
        try SQLiteConnection(.file(folder.file("luma.db"))).execute("PRAGMA user_version = 900")
        let store = SQLiteStateStore(.folder(folder.path))
        await #expect(throws: StoreFailure(.newerVersion)) { try await store.counts() }
    }

    @Test func aLockedDatabaseIsToldAndWhatWasSettledMeanwhileIsNotLost() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        let write = try await store.recorded()
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute("BEGIN IMMEDIATE")
        store.settle(write, .done(result: "evt-1"), at: Timestamp(milliseconds: 1))
        await #expect(throws: StoreFailure(.locked)) { try await store.counts() }
        #expect(conditions.all.last == .unusable(.locked))
        try other.execute("ROLLBACK")
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().unsettledWrites == 0)
    }

    /// A limit of pages is to SQLite what a full disk is.
    @Test func aFullDatabaseIsToldAndRecovers() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        let id = try await store.started("k")
        // The least that SQLite lets it be: what there is.
        try await store.wait { then in
            store.ask(then: then) { try $0.connection.execute("PRAGMA max_page_count = 1") }
        }
        await #expect(throws: StoreFailure(.diskFull)) {
            let large = [UInt8](repeating: 1, count: 200_000)
            try await store.wait { store.save("x", large, at: Timestamp(milliseconds: 0), then: $0) }
        }
        // Opening anew takes the limit away.
        store.finish(id, StoredAnswer(status: 201, head: [], body: []), expires: Timestamp(milliseconds: 10))
        try await conditions.wait(for: .usable)
        #expect(conditions.all.contains(.unusable(.diskFull)))
        #expect(try await store.begin("k") == .answered(StoredAnswer(status: 201, head: [], body: [])))
    }

    /// It would go on well with a file that has no name any more, and nobody would find what was promised.
    @Test(arguments: ["luma.db", "luma.db-wal", "holder-"])
    func oneThatIsTakenAwayIsToldUntilItIsBack(
        name: String
    ) async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        let write = try await store.recorded()
        let files = FileManager.default
        let file = try #require(
            files.contentsOfDirectory(atPath: folder.path).first {
                $0 == name || $0.hasPrefix("holder-") && $0.hasPrefix(name)
            })
        let away = folder.path + ".away"
        try files.moveItem(atPath: folder.file(file), toPath: away)
        defer { try? files.removeItem(atPath: away) }
        await #expect(throws: StoreFailure(.removed)) { try await store.recorded() }
        #expect(store.condition == .unusable(.removed))
        store.settle(write, .done(result: "evt-1"), at: Timestamp(milliseconds: 1))
        try files.copyItem(atPath: away, toPath: folder.file(file))
        await #expect(throws: StoreFailure(.removed)) { try await store.counts() }
        try files.removeItem(atPath: folder.file(file))
        try files.moveItem(atPath: away, toPath: folder.file(file))
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().unsettledWrites == 0)
    }

    /// Numbers of writes begin anew in another database: what is to be settled here is another write there.
    @Test func anotherOneIsNotOpenedInItsPlace() async throws {
        let folder = try TemporaryFolder()
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        _ = try await store.recorded()
        // A failure that closes it.
        try await store.wait { then in
            store.ask(then: then) { try $0.connection.execute("PRAGMA max_page_count = 1") }
        }
        await #expect(throws: StoreFailure(.diskFull)) {
            let large = [UInt8](repeating: 1, count: 200_000)
            try await store.wait { store.save("x", large, at: Timestamp(milliseconds: 0), then: $0) }
        }
        try FileManager.default.moveItem(atPath: folder.file("luma.db"), toPath: folder.file("away"))
        try await conditions.wait(for: .unusable(.removed))
        await #expect(throws: StoreFailure(.removed)) { try await store.counts() }
        #expect(!FileManager.default.fileExists(atPath: folder.file("luma.db")))
        try FileManager.default.moveItem(atPath: folder.file("away"), toPath: folder.file("luma.db"))
        try await conditions.wait(for: .usable)
        #expect(try await store.counts().unsettledWrites == 1)
    }

    /// A disk that neither works nor fails tells nothing: it is looked at from outside, and nobody waits for it at the end.
    @Test func workThatDoesNotEndIsToldAndLeft() async throws {
        let conditions = Conditions()
        let gate = DispatchSemaphore(value: 0)
        let nobody: Then<Void> = { _ in }
        let store = SQLiteStateStore(
            .memory, listener: StoreListener(changed: { conditions.add($1) }), times: .init(untilStalled: 0.1))
        _ = try await store.counts()
        store.ask(then: nobody) { _ in gate.wait() }
        try await conditions.wait(for: .unusable(.notResponding))
        #expect(store.condition == .unusable(.notResponding))
        gate.signal()
        try await conditions.wait(for: .usable)
        store.ask(then: nobody) { _ in gate.wait() }
        #expect(!store.close(within: 0.05))
        gate.signal()
    }

    /// Also where an earlier try was ended before it took its file away.
    @Test func aTryLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        #expect(StoreInspection.tryWrite(folder: folder.path) == nil)
        try Data("left".utf8).write(to: URL(fileURLWithPath: folder.file("try-\(getpid())")))
        #expect(StoreInspection.tryWrite(folder: folder.path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(StoreInspection.tryWrite(folder: folder.file("none")) != nil)
    }

    @Test func anInspectionSaysWhatIsThere() async throws {
        let folder = try TemporaryFolder()
        #expect(StoreInspection(folder: folder.path) == .absent)
        #expect(StoreInspection(folder: folder.file("none")) == .absent)
        let store = SQLiteStateStore(.folder(folder.path))
        for number in 0..<200 { _ = try await store.recorded(mark: "m\(number)") }
        #expect(StoreInspection(folder: folder.path) == .sound)
        store.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file("luma.db")))
        try file.seek(toOffset: 5 * 4096)
        try file.write(contentsOf: Data(repeating: 0x5a, count: 4096))
        try file.close()
        switch StoreInspection(folder: folder.path) {
        case .damaged(let problems): #expect((1...20).contains(problems.count))
        case .unusable(let cause): #expect(cause == .corrupt)
        case .absent, .sound, .wrongSchema: Issue.record("the damage was not found")
        }
    }
}
