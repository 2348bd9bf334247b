import Core
import Foundation
import Testing

@testable import Store

/// A commit that the disk refuses: nothing of it appears later, in the database or in what the program keeps of it in memory.
@Suite struct RefusedCommitTests {
    /// What any other program finds now.
    private static func marks(_ folder: TemporaryFolder) throws -> [String] {
        try SQLiteConnection(.readOnlyFile(folder.file("luma.db"))).query("SELECT mark FROM write ORDER BY id")
            .compactMap(\.first?.textValue)
    }

    @Test(arguments: FaultyDisk.Fault.allCases) func nothingOfItAppears(fault: FaultyDisk.Fault) async throws {
        let folder = try TemporaryFolder()
        FaultyDisk.set(nil, in: folder.path)
        defer { FaultyDisk.set(nil, in: folder.path) }
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        _ = try await store.recorded(mark: "kept")
        FaultyDisk.set(fault, in: folder.path)
        let cause: StoreFailure.Cause = fault == .noRoom ? .diskFull : .ioError
        // The second finds what the first has left.
        for mark in ["first", "second"] {
            await #expect(throws: StoreFailure(cause)) { try await store.record(mark: mark) }
            #expect(try Self.marks(folder) == ["kept"])
        }
        #expect(store.condition == .unusable(cause))
        FaultyDisk.set(nil, in: folder.path)
        try await conditions.wait(for: .usable)
        #expect(try Self.marks(folder) == ["kept"])
        _ = try await store.recorded(mark: "next")
        #expect(try await store.counts().unsettledWrites == 2)
        store.close()
        #expect(StoreInspection(folder: folder.path) == .sound)
        let again = SQLiteStateStore(.folder(folder.path))
        #expect(try await again.counts().unsettledWrites == 2)
        #expect(try Self.marks(folder) == ["kept", "next"])
    }

    @Test func keysThatWereNotKeptAreNotCounted() async throws {
        let folder = try TemporaryFolder()
        FaultyDisk.set(nil, in: folder.path)
        defer { FaultyDisk.set(nil, in: folder.path) }
        let heard = Heard()
        let store = SQLiteStateStore(.folder(folder.path), maxRequests: 8, listener: heard.listener)
        _ = try await store.started("kept")
        FaultyDisk.set(.noRoom, in: folder.path)
        for number in 0..<6 {
            await #expect(throws: StoreFailure(.diskFull)) { try await store.begin("refused \(number)") }
        }
        FaultyDisk.set(nil, in: folder.path)
        try await heard.conditions.wait(for: .usable)
        #expect(try await store.counts().requests == 1)
        for number in 0..<3 { _ = try await store.started("\(number)") }
        #expect(try await store.begin("one too many") == .full(own: 4))
    }

    /// Nobody could take the pages back that were written: the next program looks for a write that was never sent, and does not
    /// find it.
    @Test func aKillMeanwhileLeavesADoubtAndNoAnswer() async throws {
        let (folder, left) = (try TemporaryFolder(), try TemporaryFolder())
        FaultyDisk.set(nil, in: folder.path)
        defer { FaultyDisk.set(nil, in: folder.path) }
        let store = SQLiteStateStore(.folder(folder.path))
        let id = try await store.started("k")
        FaultyDisk.set(.noFlush, in: folder.path)
        await #expect(throws: StoreFailure(.ioError)) { try await store.record(request: id) }
        for name in ["luma.db", "luma.db-wal", "commits"] {
            try FileManager.default.copyItem(atPath: folder.file(name), toPath: left.file(name))
        }
        let next = SQLiteStateStore(.folder(left.path))
        #expect(try await next.begin("k") == .unsettled)
        let abandoned = try #require(try await next.abandonedWrites().first)
        #expect(try await next.adopt(abandoned.id, .none) == .recorded)
        guard case .begun = try await next.begin("k") else { throw Unexpected() }
    }
}
