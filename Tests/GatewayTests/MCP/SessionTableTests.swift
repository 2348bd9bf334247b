import Core
import MCP
import Store
import Synchronization
import Testing

@testable import Gateway

@Suite struct SessionTableTests {
    private let seal = SessionSeal(secret: Secret("key"))

    private func make(_ revision: Revision = .november2025) -> Session {
        var capabilities = ClientCapabilities()
        capabilities.elicitationForm = true
        return Session(revision: revision, capabilities: capabilities, principal: .local)
    }

    @Test func anotherProcessGoesOnWithTheSession() throws {
        let id = try #require(SessionTable(seal: seal).issue(make(.june2025)))
        let after = SessionTable(seal: SessionSeal(secret: Secret("key")))
        let session = try #require(after.session(id, for: .local))
        #expect(session.revision == .june2025)
        #expect(session.capabilities.elicitationForm)
        #expect(after.session(id, for: .local) === session)
        #expect(SessionTable(seal: SessionSeal(secret: Secret("other"))).session(id, for: .local) == nil)
    }

    @Test func anIDIsVisibleASCIIAndOneOfAKind() throws {
        let table = SessionTable(seal: seal)
        let ids = try (0..<50).map { _ in try #require(table.issue(make())) }
        #expect(Set(ids).count == 50)
        #expect(ids.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } })
    }

    @Test func aSessionIsForItsPrincipalAlone() throws {
        let table = SessionTable(seal: seal)
        let id = try #require(table.issue(make()))
        let stranger = Principal(label: "stranger", scopes: .all)
        #expect(table.session(id, for: stranger) == nil)
        #expect(SessionTable(seal: seal).session(id, for: stranger) == nil)
    }

    @Test func aChangedIDIsNoID() throws {
        let table = SessionTable(seal: seal)
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
        let table = SessionTable(seal: seal)
        let id = try #require(table.issue(make()))
        table.end(id)
        #expect(table.session(id, for: .local) == nil)
    }

    /// It was in use all the time, so its process has never asked how old its id is.
    @Test(arguments: [false, true]) func aSessionEndsHoweverOldItIs(isPushedOut: Bool) throws {
        let now = Mutex(Timestamp(milliseconds: 1_800_000_000_000))
        let table = SessionTable(seal: SessionSeal(secret: Secret("key")) { now.withLock { $0 } })
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
        let store = SQLiteStateStore(.memory)
        defer { store.close() }
        func process() async -> SessionTable {
            let table = SessionTable(seal: seal)
            let keeper = EndedSessionsKeeper(table, store)
            await keeper.resume()
            table.whenEnded { keeper.note() }
            return table
        }
        let first = await process()
        let ids = try (0..<20).map { _ in try #require(first.issue(make())) }
        // Faster than they can be saved one by one.
        for id in ids.dropLast() { first.end(id) }
        for _ in 0..<200 {
            let next = await process()
            if ids.dropLast().allSatisfy({ next.session($0, for: .local) == nil }) {
                #expect(next.session(ids[19], for: .local) != nil)
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("an ended session works again")
    }

    /// Two gateways share a folder: a session that both know is ended at one of them.
    @Test func whatEndsElsewhereEndsHere() throws {
        let (here, there) = (SessionTable(seal: seal), SessionTable(seal: seal))
        let ids = try (0..<2).map { _ in try #require(here.issue(make())) }
        for id in ids { #expect(there.session(id, for: .local) != nil) }
        here.end(ids[0])
        there.addEnded(kept: here.keptEnded(at: seal.now))
        #expect(there.session(ids[0], for: .local) == nil)
        #expect(there.session(ids[1], for: .local) != nil)
    }

    @Test func aQuietSessionLivesOnInItsID() throws {
        let table = SessionTable(seal: seal)
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
        let table = SessionTable(seal: seal)
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
