import Core
import Foundation
import Synchronization
import Testing

@testable import Store

/// A database that has lost commits is told from one that has not, whatever became of its files.
@Suite struct HistoryTests {
    /// What `kill -9` leaves behind: the files as they are while a gateway runs.
    private static func killed(_ count: Int = 40) async throws -> TemporaryFolder {
        let (folder, left) = (try TemporaryFolder(), try TemporaryFolder())
        let store = SQLiteStateStore(.folder(folder.path))
        for number in 0..<count {
            let id = try await store.started("k\(number)")
            _ = try await store.recorded(request: id, mark: "m\(number)")
            store.finish(id, StoredAnswer(status: 201, head: [], body: []), expires: Timestamp(milliseconds: 9))
        }
        _ = try await store.counts()
        for name in ["luma.db", "luma.db-wal", "commits"] {
            try FileManager.default.copyItem(atPath: folder.file(name), toPath: left.file(name))
        }
        return left
    }

    private static func flip(_ bits: Int, in path: String, from start: Int = 0) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // The same ones in each run.
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<bits {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let bit = Int(state % UInt64((bytes.count - start) * 8)) + start * 8
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    enum Damage: String, CaseIterable, CustomTestStringConvertible {
        case bitsOfLog, bitsOfLogHeader, logRemoved, logCut, logIsFIFO, emptyDatabase, emptyDatabaseWithoutLog,
            databaseBehindLink, databaseGone, olderDatabase, otherDatabase, bitsOfRecord

        var testDescription: String { rawValue }

        func make(in folder: TemporaryFolder) async throws {
            let files = FileManager.default
            let (main, log) = (folder.file("luma.db"), folder.file("luma.db-wal"))
            switch self {
            case .bitsOfLog: try HistoryTests.flip(50, in: log, from: 4096)
            case .bitsOfLogHeader:
                var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
                bytes[20] ^= 1
                try bytes.write(to: URL(fileURLWithPath: log))
            case .logRemoved: try files.removeItem(atPath: log)
            case .logCut:
                let size = try Data(contentsOf: URL(fileURLWithPath: log)).count
                try FileHandle(forUpdating: URL(fileURLWithPath: log)).truncate(atOffset: UInt64(size - 100))
            case .logIsFIFO:
                try files.removeItem(atPath: log)
                #expect(mkfifo(log, 0o600) == 0)
            case .emptyDatabase: try Data().write(to: URL(fileURLWithPath: main))
            case .emptyDatabaseWithoutLog:
                try Data().write(to: URL(fileURLWithPath: main))
                try files.removeItem(atPath: log)
            case .databaseBehindLink:
                try files.createDirectory(atPath: folder.file("elsewhere"), withIntermediateDirectories: false)
                try files.moveItem(atPath: main, toPath: folder.file("elsewhere/luma.db"))
                try files.createSymbolicLink(atPath: main, withDestinationPath: folder.file("elsewhere/luma.db"))
            case .databaseGone: try files.removeItem(atPath: main)
            case .olderDatabase, .otherDatabase:
                let other = try TemporaryFolder()
                let store = SQLiteStateStore(.folder(other.path))
                for number in 0..<(self == .otherDatabase ? 400 : 1) { _ = try await store.started("k\(number)") }
                store.close()
                if self == .olderDatabase {
                    // An older copy of the same: the same name.
                    let name = try #require(try SQLiteConnection(.file(main)).history()?.name)
                    try SQLiteConnection(.file(other.file("luma.db"))).execute("UPDATE history SET name = \(name)")
                }
                for file in [main, log, folder.file("luma.db-shm")] { try? files.removeItem(atPath: file) }
                try files.copyItem(atPath: other.file("luma.db"), toPath: main)
            case .bitsOfRecord: try HistoryTests.flip(8, in: folder.file("commits"))
            }
        }
    }

    @Test(arguments: Damage.allCases) func lostCommitsAreTold(damage: Damage) async throws {
        let folder = try await Self.killed()
        try await damage.make(in: folder)
        func contents() throws -> [String: Data] {
            var contents: [String: Data] = [:]
            for name in ["luma.db", "luma.db-wal"] {
                let attributes = try? FileManager.default.attributesOfItem(atPath: folder.file(name))
                guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
                // An empty log is none.
                let data = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
                contents[name] = data.isEmpty && name.hasSuffix("wal") ? nil : data
            }
            return contents
        }
        let before = try contents()
        let heard = Heard()
        let store = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        await #expect(throws: StoreFailure(.corrupt)) { try await store.begin("k1") }
        #expect(store.condition == .unusable(.corrupt))
        #expect(heard.failures.count == 1)
        store.close()
        #expect(try contents() == before)
        switch StoreInspection(folder: folder.path) {
        case .damaged, .unusable(.corrupt): break
        case let other: Issue.record("\(other)")
        }
    }

    /// Otherwise the test above could pass for another reason.
    @Test func aKilledOneIsTakenUpAsItWas() async throws {
        let folder = try await Self.killed()
        let store = SQLiteStateStore(.folder(folder.path))
        #expect(try await store.begin("k39") == .answered(StoredAnswer(status: 201, head: [], body: [])))
        #expect(StoreInspection(folder: folder.path) == .sound)
    }

    /// Killed between a commit and its note: the record knows less than there is.
    @Test func aCommitThatWasNotNotedIsKept() async throws {
        let (folder, left) = (try TemporaryFolder(), try TemporaryFolder())
        let store = SQLiteStateStore(.folder(folder.path))
        _ = try await store.started("noted")
        try FileManager.default.copyItem(atPath: folder.file("commits"), toPath: left.file("commits"))
        _ = try await store.started("not noted")
        for name in ["luma.db", "luma.db-wal"] {
            try FileManager.default.copyItem(atPath: folder.file(name), toPath: left.file(name))
        }
        let next = SQLiteStateStore(.folder(left.path))
        #expect(try await next.counts().requests == 2)
        _ = try await next.started("next")
        next.close()
        #expect(StoreInspection(folder: left.path) == .sound)
    }

    /// A loss of power takes what no write has waited for, and that was promised to nobody.
    @Test func whatWasLostWithThePowerIsNoDamage() async throws {
        let folder = try TemporaryFolder()
        let left = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path))
        _ = try await store.recorded()
        // As the disk has it: the log ends here.
        try FileManager.default.copyItem(atPath: folder.file("luma.db"), toPath: left.file("luma.db"))
        try FileManager.default.copyItem(atPath: folder.file("luma.db-wal"), toPath: left.file("luma.db-wal"))
        for number in 0..<5 { _ = try await store.started("k\(number)") }
        _ = try await store.counts()
        // Written by the kernel in its own time, so it may know more than the log.
        try FileManager.default.copyItem(atPath: folder.file("commits"), toPath: left.file("commits"))
        // While the machine runs on, this cannot be.
        let record = try CommitRecord(folder: left.path)
        let connection = try SQLiteConnection(.file(left.file("luma.db")), keepsLog: true)
        let found = try #require(try connection.history())
        #expect(throws: StoreProblem.self) { try record.check { found } }
        // After another start of it, it can.
        let later = try CommitRecord(folder: left.path, boot: 77)
        try later.check { found }
        later.begin(name: found.name, number: found.number)
        try later.check { found }
        // What was waited for is never lost so.
        #expect(throws: StoreProblem.self) { try later.check { (found.name, found.number - 1) } }
        // On a machine that does not tell its starts apart only that is asked.
        let untold = try CommitRecord(folder: folder.path, boot: 0)
        try untold.check { found }
        #expect(throws: StoreProblem.self) { try untold.check { (found.name, found.number - 1) } }
    }

    @Test func ofTwoProgramsNeitherTakesTheOthersCommitsForLost() async throws {
        let folder = try TemporaryFolder()
        let place = SQLiteStateStore.Place.folder(folder.path)
        let store = SQLiteStateStore(place)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for number in 0..<200 { _ = try await store.started("k\(number)") } }
            for _ in 0..<20 {
                group.addTask {
                    let other = SQLiteStateStore(place)
                    _ = try await other.counts()
                    other.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(store.condition == .usable)
    }

    @Test func oneThatWasTakenAwayWithItsLogIsBegunAnewWithAWord() async throws {
        let folder = try await Self.killed()
        for name in ["luma.db", "luma.db-wal"] { try FileManager.default.removeItem(atPath: folder.file(name)) }
        let heard = Heard()
        let store = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        guard case .begun = try await store.begin("k1") else { throw Unexpected() }
        #expect(heard.beginnings == 1)
        store.close()
        let again = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        #expect(try await again.counts().requests == 1)
        #expect(heard.beginnings == 1)
    }

    /// How somebody says that what was lost is lost.
    @Test func withoutTheRecordItIsTakenAsItIs() async throws {
        let folder = try await Self.killed()
        try FileManager.default.removeItem(atPath: folder.file("luma.db-wal"))
        let conditions = Conditions()
        let store = SQLiteStateStore(.folder(folder.path)) { conditions.add($1) }
        await #expect(throws: StoreFailure(.corrupt)) { try await store.counts() }
        try FileManager.default.removeItem(atPath: folder.file("commits"))
        try await conditions.wait(for: .usable)
        _ = try await store.started("new")
    }

    /// Otherwise the next program would miss nothing of what is lost after that.
    @Test func aRecordThatIsTakenAwayFromARunningGatewayIsMadeAgain() async throws {
        let (folder, left) = (try TemporaryFolder(), try TemporaryFolder())
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        for (number, store) in stores.enumerated() { _ = try await store.started("k\(number)") }
        try FileManager.default.removeItem(atPath: folder.file("commits"))
        for store in stores { _ = try await store.recorded() }
        #expect(stores.allSatisfy { $0.condition == .usable })
        let record = try #require(try CommitRecord.existing(folder: folder.path))
        #expect(record.isKnown)
        for name in ["luma.db", "commits"] {
            try FileManager.default.copyItem(atPath: folder.file(name), toPath: left.file(name))
        }
        let next = SQLiteStateStore(.folder(left.path))
        await #expect(throws: StoreFailure(.corrupt)) { try await next.counts() }
    }

    /// Pages have no checksums: what SQLite can see is seen at the start, what it meets later then.
    @Test func damageOfTheDatabaseIsTold() async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path))
        for number in 0..<300 { _ = try await store.started("key number \(number)") }
        store.close()
        try Self.flip(500, in: folder.file("luma.db"), from: 4096)
        let heard = Heard()
        let again = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        await #expect(throws: StoreFailure(.corrupt)) { try await again.counts() }
        #expect(heard.failures.count == 1)
    }

    @Test func theLogIsFoldedInWhileNothingIsWritten() async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path), listener: StoreListener(), times: .init(untilIdle: 0.1))
        for number in 0..<10 { _ = try await store.started("k\(number)") }
        var copied = 0
        for _ in 0..<200 where copied < 10 {
            try await Task.sleep(for: .milliseconds(50))
            // It reads all the while, which is no writing.
            _ = try await store.wait { store.load("none", then: $0) }
            let copy = try TemporaryFolder()
            try FileManager.default.copyItem(atPath: folder.file("luma.db"), toPath: copy.file("luma.db"))
            let other = SQLiteStateStore(.folder(copy.path))
            copied = try await other.counts().requests
            other.close()
        }
        #expect(copied == 10)
    }
}

/// What a store has told its listener.
final class Heard: Sendable {
    let conditions = Conditions()
    private let words = Mutex<[String]>([])
    private let count = Mutex(0)
    var failures: [String] { words.withLock { $0 } }
    var beginnings: Int { count.withLock { $0 } }

    var listener: StoreListener {
        StoreListener(
            changed: { self.conditions.add($1) }, failed: { _, text in self.words.withLock { $0.append(text) } },
            begunAnew: { self.count.withLock { $0 += 1 } })
    }
}
