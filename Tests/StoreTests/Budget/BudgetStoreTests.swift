import Core
import Testing

@testable import Store

/// Gateways on one folder share one ledger, which outlives each of them.
@Suite struct BudgetStoreTests {
    private func exchange(
        _ store: SQLiteStateStore, _ account: String = "a",
        _ change: (inout BudgetMessage) -> Void = { $0.wants = true }
    ) async throws -> BudgetStanding {
        var message = BudgetMessage()
        message.gateways = 2
        change(&message)
        return try await store.wait { [message] in store.exchangeBudget(account, message, then: $0) }
    }

    private func report(_ standing: BudgetStanding, remaining: Int, seconds: Double) -> BudgetReport {
        BudgetReport(
            period: standing.period, window: BudgetWindow(limit: 100, remaining: remaining, resetSeconds: seconds))
    }

    @Test func whatOneIsGivenTheOtherIsNot() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let first = try await exchange(stores[0])
        #expect(first.tokens == 1)
        _ = try await exchange(stores[0]) { $0.report = report(first, remaining: 99, seconds: 60) }
        var given = 1
        for turn in 0..<200 {
            let standing = try await exchange(stores[turn % 2]) {
                $0.wants = true
                $0.outstanding = 25
            }
            given += standing.tokens
        }
        #expect(given == 100)
        // Each key has its own.
        #expect(try await exchange(stores[1], "b").tokens == 1)
    }

    @Test func aStandingIsWholeWhoeverReadsIt() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let first = try await exchange(stores[0])
        _ = try await exchange(stores[0]) { $0.report = report(first, remaining: 40, seconds: 60) }
        let second = try await exchange(stores[1]) { _ in }
        #expect(second.isConfirmed)
        #expect(second.limit == 100)
        #expect(second.left == 40)
        let reset = try #require(second.resetSeconds)
        #expect(reset > 0 && reset <= 60)
        let closed = try await exchange(stores[0]) { $0.closedSeconds = 30 }
        #expect(closed.tokens == 0)
        let told = try #require(try await exchange(stores[1]).closedSeconds)
        #expect(told > 0 && told <= 30)
    }

    /// What a dead one held is lost for its window, and for no other.
    @Test func aDeadGatewayHoldsNothingAfterTheReset() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let first = try await exchange(stores[0])
        _ = try await exchange(stores[0]) { $0.report = report(first, remaining: 99, seconds: 0) }
        // Its period is over at once; the next one is confirmed with a reset that is far.
        let second = try await exchange(stores[0])
        _ = try await exchange(stores[0]) { $0.report = report(second, remaining: 99, seconds: 60) }
        let lost = try await exchange(stores[0]).tokens
        #expect(lost == 12)
        stores[0].close()
        #expect(try await exchange(stores[1]) { _ in }.left == 99 - lost)
        // A turn, as of a 429 that is over at once.
        _ = try await exchange(stores[1]) { $0.closedSeconds = 0 }
        let third = try await exchange(stores[1])
        _ = try await exchange(stores[1]) { $0.report = report(third, remaining: 99, seconds: 60) }
        #expect(try await exchange(stores[1]) { _ in }.left == 99)
    }

    @Test func aLedgerOfAnotherRunOfTheMachineIsOver() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.path))
        let standing = try await exchange(first)
        _ = try await exchange(first) { $0.report = report(standing, remaining: 0, seconds: 60) }
        _ = try await exchange(first) { $0.closedSeconds = 60 }
        first.close()
        try SQLiteConnection(.file(folder.file("luma.db"))).execute("UPDATE budget SET boot = boot + 1")
        let next = SQLiteStateStore(.folder(folder.path))
        let begun = try await exchange(next)
        #expect(begun.tokens == 1)
        #expect(begun.limit == nil)
    }

    @Test func whileTheDatabaseIsLockedNothingIsGiven() async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path))
        _ = try await exchange(store)
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute("BEGIN IMMEDIATE")
        await #expect(throws: StoreFailure(.locked)) { try await exchange(store) }
        try other.execute("ROLLBACK")
    }
}
