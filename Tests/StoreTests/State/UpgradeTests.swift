import Core
import Foundation
import Keys
import Testing

@testable import Store

/// Databases as former versions have left them: each is brought to the present shape with all that it holds, and works.
@Suite struct UpgradeTests {
    /// Each is a whole database as a former program has left it, and frozen: they repeat each other on purpose, as a text that they
    /// shared would be changed with the program, and then no longer be what lies on somebody's disk.
    static let steps = [
        "step-1-first", "step-1-second", "step-1", "step-2", "step-3", "step-4", "step-4-from-first", "step-5",
        "step-6", "step-7", "step-8", "step-9",
    ]

    private static func database(_ step: String, in folder: TemporaryFolder) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: tests.appendingPathComponent("Databases/\(step).sql"), encoding: .utf8)
        try SQLiteConnection(.file(folder.file("luma.db"))).execute(text)
    }

    /// A step that is added brings its fixture with it.
    @Test func everyFormerStepHasAFixture() {
        let numbers = Set(Self.steps.compactMap { $0.split(separator: "-").dropFirst().first.flatMap { Int($0) } })
        #expect(numbers == Set(1..<StateMigrations.all.count))
    }

    @Test(arguments: steps) func itKeepsWhatItHoldsAndTakesWhatIsNew(step: String) async throws {
        let folder = try TemporaryFolder()
        try Self.database(step, in: folder)
        let store = SQLiteStateStore(.folder(folder.path))
        let answer = StoredAnswer(status: 201, head: Array("[]".utf8), body: Array("{}".utf8))
        #expect(try await store.begin("answered") == .answered(answer))
        #expect(try await store.begin("open") == .unsettled)
        let abandonedWrites = try await store.abandonedWrites()
        #expect(abandonedWrites.map(\.body) == [[1, 2]])
        #expect(try await store.wait { store.load("budget", then: $0) }?.bytes == [1, 2])
        #expect(try await store.wait { store.endedSessions(after: 0, limit: 9, then: $0) }.map(\.nonce) == ["nonce-1"])
        let instant = Timestamp(milliseconds: 0)
        let nonce = try await store.wait {
            store.takeNonce("nonce", until: Timestamp(milliseconds: 1), now: instant, then: $0)
        }
        #expect(nonce == .taken(TakenNonce(number: 1)))
        #expect(try await store.create(KeyFixture.key("k")).record.version == 1)
        // A write that nobody will ask for by its digest, as most are; its number was never given before.
        let id = try await store.started("new")
        let standing = try await store.wait { then in
            store.record(
                WriteRecord(
                    account: "a", request: id, operation: "events/create", subject: nil, mark: nil, body: [],
                    digest: nil,
                    notes: [], now: Timestamp(milliseconds: 0), sentAt: Timestamp(milliseconds: 0)), then: then)
        }
        #expect(standing == .recorded(WriteID(number: 4)))
        #expect(store.condition == .usable)
        store.close()
        #expect(StoreInspection(folder: folder.path) == .sound)
        let shape = try DatabaseShape(SQLiteConnection(.readOnlyFile(folder.file("luma.db"))))
        #expect(try shape.difference(from: .current()) == nil)
    }

    /// What a program that was alone has spent goes on to be said by its value; the ledger begins with the next one that comes.
    @Test func whatWasSpentBeforeThereWasALedgerIsStillKnown() async throws {
        let folder = try TemporaryFolder()
        try Self.database("step-8", in: folder)
        let store = SQLiteStateStore(.folder(folder.path))
        let value = try await store.wait { store.load("budget-0123456789abcdef01234567", then: $0) }
        #expect(value?.bytes.starts(with: Array(#"{"version":1,"limit":200,"remaining":17"#.utf8)) == true)
        var message = BudgetMessage()
        message.wants = true
        let standing = try await store.wait { [message] in store.exchangeBudget("a", message, then: $0) }
        #expect(standing.tokens == 1)
        #expect(!standing.isConfirmed)
    }

    /// What is missing or other, and what is said of it.
    @Test(arguments: [
        ("DROP TABLE feed", "the table feed is missing"),
        ("DROP INDEX write_by_mark", "the table write lacks its index write_by_mark 0 1 account,mark"),
        ("ALTER TABLE request DROP COLUMN head", "the table request lacks its column head BLOB 0 - 0"),
        ("ALTER TABLE value ADD COLUMN more TEXT", "the table value has one column more TEXT 0 - 0 too many"),
    ])
    func oneOfAnotherShapeIsTold(change: String, words: String) async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.path))
        _ = try await first.started("k")
        first.close()
        try SQLiteConnection(.file(folder.file("luma.db"))).execute(change)
        let heard = Heard()
        let store = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        await #expect(throws: StoreFailure(.wrongSchema)) { try await store.begin("k") }
        #expect(store.condition == .unusable(.wrongSchema))
        #expect(heard.failures == [words])
        #expect(StoreInspection(folder: folder.path) == .wrongSchema(words))
    }

    @Test func aTableThatIsTakenAwayFromARunningGatewayIsTold() async throws {
        let folder = try TemporaryFolder()
        let heard = Heard()
        let store = SQLiteStateStore(.folder(folder.path), listener: heard.listener)
        _ = try await store.started("k")
        try SQLiteConnection(.file(folder.file("luma.db"))).execute("ALTER TABLE request RENAME TO elsewhere")
        await #expect(throws: StoreFailure(.wrongSchema)) { try await store.begin("other") }
        #expect(store.condition == .unusable(.wrongSchema))
        #expect(heard.failures.first == "the table request is missing")
        try SQLiteConnection(.file(folder.file("luma.db"))).execute("ALTER TABLE elsewhere RENAME TO request")
        try await heard.conditions.wait(for: .usable)
        #expect(try await store.begin("k") == .running)
    }

    /// Any statement that SQLite refuses is told with SQLite's words, also when the others work.
    @Test func aStatementThatIsRefusedIsTold() async throws {
        let heard = Heard()
        let store = SQLiteStateStore(.memory, listener: heard.listener, times: .init(faultIsTold: 0.2))
        let id = RequestID(number: 77)
        await #expect(throws: StoreFailure(.failed)) { try await store.record(request: id) }
        // It passes by itself, which may be before anybody looks.
        #expect(heard.conditions.all.contains(.unusable(.failed)))
        #expect(heard.failures.count == 1)
        #expect(heard.failures[0].contains("FOREIGN KEY constraint failed in: INSERT INTO write"))
        // The others are served, and it is told until nothing was refused for a while.
        _ = try await store.recorded()
        try await heard.conditions.wait(for: .usable)
        // The same words are not logged again.
        await #expect(throws: StoreFailure(.failed)) { try await store.record(request: id) }
        #expect(heard.failures.count == 1)
    }
}
