import Core
import Foundation
import GatewayAPI
import IO
import MCP
import Store
import Synchronization
import Testing

@testable import Gateway

@Suite struct SessionTableTests {
    private let seal = Seal(secret: Secret("key"))
    private let store = SQLiteStateStore(.memory)

    /// The table of one process; all have the same store, unless one is given.
    private func process(_ seal: Seal? = nil, store: (any EndedSessionStore)? = nil) -> SessionTable {
        SessionTable(seal: seal ?? self.seal, store: store ?? self.store)
    }

    private func make(_ revision: Revision = .november2025) -> Session {
        var capabilities = ClientCapabilities()
        capabilities.elicitationForm = true
        return Session(revision: revision, capabilities: capabilities, principal: .local)
    }

    @Test func anotherProcessGoesOnWithTheSession() throws {
        let id = try #require(process().issue(make(.june2025)))
        let after = process(Seal(secret: Secret("key")))
        let session = try #require(after.session(id, for: .local))
        #expect(session.revision == .june2025)
        #expect(session.capabilities.elicitationForm)
        #expect(after.session(id, for: .local) === session)
        #expect(process(Seal(secret: Secret("other"))).session(id, for: .local) == nil)
    }

    /// Without what it was bound to it would see more than before.
    @Test func anotherProcessBindsTheSessionToItsToolsets() throws {
        let sets = ToolsetTable(["a": .nothing, "b": ToolFilter(allowed: [])])
        let bound = Session(
            revision: .november2025, capabilities: ClientCapabilities(), principal: .local,
            toolset: sets.choice(["a", "b"]))
        let first = SessionTable(seal: seal, store: store, toolsets: sets)
        let id = try #require(first.issue(bound))
        #expect(first.session(id, for: .local) === bound)
        let after = SessionTable(seal: seal, store: store, toolsets: sets)
        #expect(after.session(id, for: .local)?.toolset?.name == "a,b")
        #expect(after.session(id, for: .local)?.toolset?.filters == [.nothing, ToolFilter(allowed: [])])
        for others in [ToolsetTable(), ToolsetTable(["a": .nothing])] {
            #expect(SessionTable(seal: seal, store: store, toolsets: others).session(id, for: .local) == nil)
        }
        let free = try #require(first.issue(make()))
        #expect(SessionTable(seal: seal, store: store).session(free, for: .local)?.toolset == nil)
    }

    @Test func anIDIsVisibleASCIIAndOneOfAKind() throws {
        let table = process()
        let ids = try (0..<50).map { _ in try #require(table.issue(make())) }
        #expect(Set(ids).count == 50)
        #expect(ids.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } })
    }

    @Test func aSessionIsForItsPrincipalAlone() throws {
        let table = process()
        let id = try #require(table.issue(make()))
        let stranger = Principal(label: "stranger", scopes: .all)
        #expect(table.session(id, for: stranger) == nil)
        #expect(process().session(id, for: stranger) == nil)
    }

    /// Who it is says the label alone: a session outlives a change of what its principal may do.
    @Test func aSessionOutlivesAChangeOfRights() throws {
        let table = process()
        let session = make()
        let id = try #require(table.issue(session))
        let narrowed = Principal(
            label: Principal.local.label, scopes: .eventsRead, tools: [.nothing], calls: CallLimits(perMinute: 1))
        #expect(table.session(id, for: narrowed) === session)
        let after = process()
        #expect(after.session(id, for: .local) != nil && after.session(id, for: narrowed) != nil)
        // What it may do is what it may now.
        let caller = Caller(session, as: narrowed)
        #expect(caller.principal == narrowed && caller.session === session)
        #expect(caller.visibility == Visibility(narrowed))
    }

    /// Who begins as many as there may be pushes out his own alone.
    @Test func oneCallerDoesNotPushOutTheSessionsOfOthers() throws {
        let table = process()
        let session = make()
        let id = try #require(table.issue(session))
        let greedy = Principal(label: "greedy", scopes: .all)
        func begin() -> String? {
            table.issue(
                Session(revision: .november2025, capabilities: ClientCapabilities(), principal: greedy))
        }
        let first = try #require(begin())
        let held = try #require(table.session(first, for: greedy))
        for _ in 0..<(SessionTable.capacity * 2) { _ = begin() }
        #expect(table.session(id, for: .local) === session)
        // Of his own the oldest was pushed out, and lives on as long as somebody holds it.
        #expect(table.session(first, for: greedy) === held)
    }

    @Test func aChangedIDIsNoID() throws {
        let table = process()
        let id = try #require(table.issue(make()))
        for index in stride(from: 0, to: id.count, by: 7) {
            var letters = Array(id)
            letters[index] = letters[index] == "A" ? "B" : "A"
            #expect(table.session(String(letters), for: .local) == nil)
        }
        for text in ["", "x", id + "A", String(id.dropLast()), String(repeating: "A", count: 100_000)] {
            #expect(table.session(text, for: .local) == nil)
        }
        // A text that is sealed for another use is no session.
        #expect(table.session(seal.seal([0x5b, 0x5d]), for: .local) == nil)
    }

    @Test func anEndedSessionStaysEnded() throws {
        let table = process()
        let id = try #require(table.issue(make()))
        table.end(id)
        #expect(table.session(id, for: .local) == nil)
    }

    /// It was in use all the time, so its process has never asked how old its id is.
    @Test(arguments: [false, true]) func aSessionEndsHoweverOldItIs(isPushedOut: Bool) throws {
        let now = Mutex(Timestamp(milliseconds: 1_800_000_000_000))
        let table = process(Seal(secret: Secret("key")) { now.withLock { $0 } })
        let session = make()
        let id = try #require(table.issue(session))
        if isPushedOut { for _ in 0..<SessionTable.capacity { _ = table.issue(make()) } }
        let ends = Mutex(0)
        _ = session.attach { ends.withLock { $0 += 1 } }
        now.withLock { $0 = $0.advanced(seconds: SessionTicket.lifetime) }
        table.end(id)
        #expect(ends.withLock { $0 } == 1)
        #expect(table.session(id, for: .local) == nil)
    }

    @Test func anEndedSessionIsKnownToTheNextProcess() async throws {
        let first = process()
        let ids = try (0..<20).map { _ in try #require(first.issue(make())) }
        for id in ids.dropLast() { first.end(id) }
        let next = process()
        await next.readEnded()
        for id in ids.dropLast() { #expect(next.session(id, for: .local) == nil) }
        #expect(next.session(ids[19], for: .local) != nil)
    }

    @Test func whatTwoGatewaysEndAtOnceIsKept() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder)) }
        let tables = stores.map { process(store: $0) }
        let ids = try (0..<50).map { try #require(tables[$0 % 2].issue(make())) }
        await withTaskGroup(of: Void.self) { group in
            for (number, id) in ids.enumerated() {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        tables[number % 2].end(id) { _ in continuation.resume() }
                    }
                }
            }
        }
        for store in stores {
            let next = process(store: store)
            await next.readEnded()
            for id in ids { #expect(next.session(id, for: .local) == nil) }
        }
        for store in stores { store.close() }
    }

    /// Two gateways share a folder: a session that both know is ended at one of them.
    @Test(arguments: [false, true]) func whatEndsElsewhereEndsHere(isPushedOut: Bool) async throws {
        let (here, there) = (process(), process())
        let ids = try (0..<2).map { _ in try #require(here.issue(make())) }
        let sessions = try ids.map { try #require(there.session($0, for: .local)) }
        if isPushedOut { for _ in 0..<SessionTable.capacity { _ = there.issue(make()) } }
        let ends = Mutex<[Int]>([])
        for (number, session) in sessions.enumerated() { _ = session.attach { ends.withLock { $0.append(number) } } }
        here.end(ids[0])
        for _ in 0..<2 { await there.readEnded() }
        #expect(ends.withLock { $0 } == [0])
        #expect(there.session(ids[0], for: .local) == nil)
        #expect(there.session(ids[1], for: .local) === sessions[1])
    }

    /// More than one question of the store gives.
    @Test func ofManyEndsAllAreLearned() async throws {
        let here = process()
        let ids = try (0..<2500).map { _ in try #require(here.issue(make())) }
        for id in ids { here.end(id) }
        let next = process()
        await next.readEnded()
        #expect(ids.allSatisfy { next.session($0, for: .local) == nil })
        #expect(next.lastEnded == 2500)
    }

    /// What failed once is learned by the next read.
    @Test func aStoreThatFailsIsAskedAgain() async throws {
        let store = ScriptedStore()
        let (here, there) = (process(store: store), process(store: store))
        let id = try #require(here.issue(make()))
        here.end(id)
        store.fail(.endedSessions, StoreFailure(.locked))
        await there.readEnded()
        #expect(there.lastEnded == 0)
        #expect(there.mustWait(for: id))
        await there.readEnded()
        #expect(there.lastEnded == 1)
        #expect(!there.mustWait(for: id))
        #expect(there.session(id, for: .local) == nil)
    }

    /// Until the store was heard an id alone brings nothing back; what this process has made itself needs no word of it.
    @Test func whoeverComesBeforeTheMilestoneWaitsForIt() async throws {
        let store = ScriptedStore()
        let table = process(store: store)
        let id = try #require(table.issue(make()))
        #expect(!table.mustWait(for: id))
        #expect(table.mustWait(for: "another"))
        store.hold(.endedSessions)
        let look = Task { await table.readEnded() }
        let told = Mutex(0)
        let start = MonotonicTime(nanoseconds: 0)
        for second in 1...(Milestone.maxWaiting + 5) {
            table.firstRead.wait(by: start.advanced(seconds: Double(second)), now: start) { _ in
                told.withLock { $0 += 1 }
            }
        }
        // The first of them have gone meanwhile.
        let later = start.advanced(seconds: 3)
        for _ in 0..<5 {
            table.firstRead.wait(by: later.advanced(seconds: 2), now: later) { _ in told.withLock { $0 += 1 } }
        }
        #expect(told.withLock { $0 } == 0)
        while !store.isHolding { await Task.yield() }
        store.release()
        await look.value
        #expect(told.withLock { $0 } == Milestone.maxWaiting)
        table.firstRead.wait(by: later, now: later) { _ in told.withLock { $0 += 1 } }
        #expect(told.withLock { $0 } == Milestone.maxWaiting + 1)
        #expect(!table.mustWait(for: "another"))
    }

    /// Its id is too old to bring it back, and both gateways have it in use.
    @Test(arguments: [0, -1, -3_000_000]) func aSessionEndsElsewhereHoweverOldItIs(seconds: Double) async throws {
        let now = Mutex(Timestamp(milliseconds: 1_800_000_000_000))
        let seal = Seal(secret: Secret("key")) { now.withLock { $0 } }
        let (here, there) = (process(seal), process(seal))
        let id = try #require(here.issue(make()))
        #expect(there.session(id, for: .local) != nil)
        let another = try #require(here.issue(make()))
        now.withLock { $0 = $0.advanced(seconds: SessionTicket.lifetime - seconds) }
        here.end(id)
        // Which forgets what has expired.
        here.end(another)
        await there.readEnded()
        #expect(there.session(id, for: .local) == nil)
    }

    @Test func aQuietSessionLivesOnInItsID() throws {
        let table = process()
        let id = try #require(table.issue(make(.march2025)))
        weak let first = table.session(id, for: .local)
        #expect(first != nil)
        for _ in 0...SessionTable.capacity { _ = table.issue(make()) }
        #expect(first == nil)
        #expect(try #require(table.session(id, for: .local)).revision == .march2025)
    }

    /// Whoever makes many sessions must not take another's away while it is in use: its answers and its news would go
    /// to a session that nobody hears.
    @Test func aSessionInUseStaysOneHoweverManyAreMade() throws {
        let table = process()
        let used = make()
        let id = try #require(table.issue(used))
        let ended = make()
        let endedID = try #require(table.issue(ended))
        weak var unused: Session?
        let unusedID: String? = {
            let session = make()
            unused = session
            return table.issue(session)
        }()
        for _ in 0..<SessionTable.capacity { _ = table.issue(make()) }
        #expect(table.session(id, for: .local) === used)
        table.end(endedID)
        #expect(table.session(endedID, for: .local) == nil)
        #expect(unused == nil)
        #expect(table.session(try #require(unusedID), for: .local) != nil)
    }
}
