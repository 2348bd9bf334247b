import Core
import Foundation
import HTTP
import IO
import LumaClient
import Store
import Testing

@testable import Gateway

/// Gateways on one folder, with the real store, the real file of members and the real clock.
@Suite struct BudgetLeasingTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// What of a gateway has to do with the budget.
    private struct Node {
        let budget = SharedBudget(BudgetSettings())
        let leasing: BudgetLeasing

        init(_ folder: Folder, _ store: any BudgetStore, isAdaptive: Bool = true) throws {
            leasing = BudgetLeasing(
                budget, store: store, account: "a", members: try #require(GatewayMembers(folder: folder.path)),
                isAdaptive: isAdaptive)
            leasing.begin()
        }

        var now: MonotonicTime { LoopClock.monotonicNow }
        var state: BudgetSnapshot { budget.snapshot(now: now) }

        /// The right to send one request now.
        func grant() -> Grant? {
            let now = now
            guard
                case .proceed(let grant) = budget.reserve(
                    .get, now: now, maxWait: 0, deadline: now.advanced(seconds: 60))
            else { return nil }
            return grant
        }

        /// Sends one request that is answered at once.
        /// - Returns: false when it may not be sent now.
        func spend(remaining: Int) -> Bool {
            guard let grant = grant() else { return false }
            var fields = RateLimitFields()
            (fields.limit, fields.remaining, fields.secondsToReset) = (200, remaining, 60)
            fields.resetIsRelative = true
            budget.settle(grant, .answered(status: 200, fields), now: now)
            return true
        }
    }

    private func eventually(_ nodes: [Node], _ condition: () -> Bool) async throws {
        for _ in 0..<1000 {
            for node in nodes { _ = node.leasing.step() }
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never came")
    }

    @Test func oneThatIsAloneWaitsForNoStore() throws {
        let folder = Folder()
        let store = ScriptedStore()
        store.hold(.exchangeBudget)
        let node = try Node(folder, store)
        #expect(node.spend(remaining: 190))
        #expect((0..<200).count { _ in node.grant() != nil } == 190)
        #expect(node.state.leased == nil)
    }

    @Test func twoSpendWhatOneHadLeft() async throws {
        let folder = Folder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let first = try Node(folder, stores[0])
        #expect(first.spend(remaining: 190))
        let second = try Node(folder, stores[1])
        let nodes = [first, second]
        try await eventually(nodes) { second.state.gateways == 2 && first.state.gateways == 2 }
        var counts = [0, 0]
        try await eventually(nodes) {
            for (index, node) in nodes.enumerated() where node.grant() != nil { counts[index] += 1 }
            return counts[0] + counts[1] >= 190
        }
        // Nothing more, however long it is asked for.
        for _ in 0..<30 {
            for node in nodes {
                _ = node.leasing.step()
                #expect(node.grant() == nil)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(counts[0] + counts[1] == 190)
        #expect(counts[0] > 40 && counts[1] > 40)
    }

    /// One that meets a 429 stops the other within a second.
    @Test func aRefusalStopsBoth() async throws {
        let folder = Folder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let nodes = try stores.map { try Node(folder, $0) }
        var grant: Grant?
        try await eventually(nodes) {
            grant = nodes[1].grant()
            return grant != nil
        }
        var fields = RateLimitFields()
        fields.retryAfter = 40
        nodes[1].budget.settle(try #require(grant), .answered(status: 429, fields), now: nodes[1].now)
        try await eventually(nodes) { nodes[0].state.closedUntil != nil }
        #expect(nodes[0].grant() == nil)
        let closed = try #require(nodes[0].state.closedUntil?.seconds(since: nodes[0].now))
        #expect(closed > 30 && closed < 42)
    }

    @Test func oneWithoutItsStoreSaysSoAndIsHeardAgain() async throws {
        let folder = Folder()
        var other = GatewayMembers(folder: folder.path)
        let store = ScriptedStore()
        store.fail(.exchangeBudget, StoreFailure(.ioError))
        let node = try Node(folder, store)
        #expect(node.state.isCutOff)
        #expect(other?.cutOff == 1)
        try await eventually([node]) { !node.state.isCutOff && other?.cutOff == 0 }
        #expect(node.state.gateways == 2)
        // And alone, when the other one has gone.
        other = nil
        try await eventually([node]) { node.state.leased == nil }
        #expect(node.state.gateways == 1)
    }

    @Test func whatIsLeftGoesBackAtTheEnd() async throws {
        let folder = Folder()
        let other = try #require(GatewayMembers(folder: folder.path))
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let node = try Node(folder, stores[0])
        func left() async throws -> Int {
            var message = BudgetMessage()
            message.gateways = 2
            return try await withCheckedThrowingContinuation { [message] continuation in
                stores[1].exchangeBudget("a", message) { continuation.resume(with: $0) }
            }.left
        }
        try await eventually([node]) { node.spend(remaining: 199) }
        try await eventually([node]) {
            _ = node.grant()
            return (node.state.leased ?? 0) > 5
        }
        let tokens = try #require(node.state.leased)
        let before = try await left()
        node.leasing.end()
        _ = await withCheckedContinuation { continuation in
            stores[0].count { continuation.resume(returning: $0) }
        }
        #expect(try await left() == before + tokens)
        #expect(other.count == 2)
    }

    @Test func numbersThatLumaNeverSaysAreDivided() async throws {
        let folder = Folder()
        let other = GatewayMembers(folder: folder.path)
        let node = try Node(folder, SQLiteStateStore(.memory), isAdaptive: false)
        #expect(node.state.get.limit == 250)
        #expect(node.state.post.limit == 50)
        #expect(other?.count == 2)
    }
}
