import Core
import Foundation
import Keys
import Store
import Testing

/// Keys are kept, changed by whoever has seen their last state, and told of by number.
@Suite struct KeyTests {
    @Test func aKeyIsKeptWithAllItsParts() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.path))
        var expected = try KeyFixture.full()
        expected.version = 1
        #expect(try await first.create(KeyFixture.full()) == .done(expected))
        var plain = KeyFixture.key("plain")
        plain.version = 2
        #expect(try await first.create(KeyFixture.key("plain")) == .done(plain))
        first.close()
        let second = SQLiteStateStore(.folder(folder.path))
        #expect(try await second.find("full") == expected)
        #expect(try await second.find("plain") == plain)
        #expect(try await second.find("nobody") == nil)
        #expect(
            try await second.changes(after: 0) == KeyChanges(keys: [expected, plain], version: 2, hasMore: false))
    }

    @Test func anIDIsGivenOnceAndThereAreSoManyKeysAtMost() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await store.created(KeyFixture.key("a", 1))
        #expect(try await store.create(KeyFixture.key("a", 2)) == .taken)
        #expect(try await store.create(KeyFixture.key("b", 2), max: 1) == .full)
        _ = try await store.revoke("a").record
        // A revoked one makes room, and is still the only one with its id.
        _ = try await store.create(KeyFixture.key("b", 2), max: 1).record
        #expect(try await store.create(KeyFixture.key("a", 3)) == .taken)
    }

    @Test func aChangeExpectsTheLastState() async throws {
        let store = SQLiteStateStore(.memory)
        var key = try await store.created(KeyFixture.key("a"))
        #expect(key.revision == 1)
        key.name = "Other"
        let changed = try await store.change(key).record
        #expect(changed.revision == 2 && changed.version == 2 && changed.name == "Other")
        // Whoever saw the first state only is told of the second.
        key.name = "Lost"
        #expect(try await store.change(key) == .changed(changed))
        #expect(try await store.find("a") == changed)
        #expect(try await store.change(KeyFixture.key("nobody")) == .missing)
    }

    @Test func ofTwoChangesOfTheSameStateOneIsDone() async throws {
        let folder = try TemporaryFolder()
        let stores = (0..<2).map { _ in SQLiteStateStore(.folder(folder.path)) }
        let key = try await stores[0].created(KeyFixture.key("a"))
        let standings = try await withThrowingTaskGroup(of: KeyStanding.self) { group in
            for number in 0..<20 {
                group.addTask {
                    var mine = key
                    mine.name = "\(number)"
                    return try await stores[number % 2].change(mine)
                }
            }
            return try await group.reduce(into: [KeyStanding]()) { $0.append($1) }
        }
        #expect(standings.count { if case .done = $0 { true } else { false } } == 1)
        #expect(standings.count { if case .changed = $0 { true } else { false } } == 19)
        #expect(try await stores[1].find("a")?.revision == 2)
    }

    /// What another gateway asks with the number that it knows.
    @Test func changesAreToldByNumberAndInPieces() async throws {
        let store = SQLiteStateStore(.memory)
        for number in 1...5 { _ = try await store.created(KeyFixture.key("k\(number)", UInt8(number))) }
        var second = try #require(try await store.find("k2"))
        second.isEnabled = false
        second = try await store.change(second).record
        // In the order of the changes: the one that was changed comes last, and once.
        let all = try await store.changes(after: 0)
        #expect(all.keys.map(\.id) == ["k1", "k3", "k4", "k5", "k2"])
        #expect(all.version == 6 && !all.hasMore)
        let piece = try await store.changes(after: 1, limit: 2)
        #expect(piece.keys.map(\.id) == ["k3", "k4"] && piece.version == 4 && piece.hasMore)
        let rest = try await store.changes(after: piece.version, limit: 2)
        #expect(rest.keys.map(\.id) == ["k5", "k2"] && rest.version == 6 && !rest.hasMore)
        #expect(try await store.changes(after: 6) == KeyChanges(keys: [], version: 6, hasMore: false))
        _ = try await store.revoke("k4")
        #expect(try await store.changes(after: 6).keys.map(\.id) == ["k4"])
    }

    @Test func keysAreListedByIDAndOwner() async throws {
        let store = SQLiteStateStore(.memory)
        for (number, id) in ["b", "a", "d", "c"].enumerated() {
            _ = try await store.created(KeyFixture.key(id, UInt8(number), owner: id == "d" ? "other" : "team"))
        }
        let list = { (after: String, owner: String?, limit: Int) in
            try await store.told { store.listKeys(after: after, owner: owner, limit: limit, then: $0) }.map(\.id)
        }
        #expect(try await list("", nil, 9) == ["a", "b", "c", "d"])
        #expect(try await list("a", nil, 2) == ["b", "c"])
        #expect(try await list("", "team", 9) == ["a", "b", "c"])
        #expect(try await list("", "other", 9) == ["d"])
        #expect(try await list("", "nobody", 9).isEmpty)
    }

    @Test func aKeyIsRevokedOnce() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await store.created(KeyFixture.key("a"))
        let revoked = try await store.revoke("a", by: KeyFixture.actor(at: 77)).record
        #expect(revoked.revokedAt == KeyFixture.instant(77))
        #expect(try await store.revoke("a", by: KeyFixture.actor(at: 99)) == .done(revoked))
        #expect(try await store.revoke("nobody") == .missing)
        #expect(try await store.trail(of: "a").map(\.action) == ["key.revoke", "key.create"])
    }

    // MARK: The last one that can manage keys

    @Test func theLastThatCanManageKeysStays() async throws {
        let store = SQLiteStateStore(.memory)
        let admin = try await store.created(KeyFixture.key("admin", 1, permissions: ["admin"]))
        _ = try await store.created(KeyFixture.key("reader", 2))
        let narrowings: [@Sendable (inout KeyRecord) -> Void] = [
            { $0.permissions = KeyPermissions(["write"]) }, { $0.isEnabled = false },
            { $0.expiresAt = KeyFixture.instant(1000) }, { $0.revokedAt = KeyFixture.instant(1000) },
            { $0.secrets = [] },
        ]
        for narrow in narrowings {
            var narrowed = admin
            narrow(&narrowed)
            #expect(try await store.change(narrowed, hasAdmin: false) == .lastAdmin)
        }
        #expect(try await store.revoke("admin", hasAdmin: false) == .lastAdmin)
        #expect(try await store.find("admin") == admin)
        // What leaves the right where it is may be done.
        var renamed = admin
        renamed.permissions = KeyPermissions(["keys:manage"])
        _ = try await store.change(renamed, hasAdmin: false).record
        // A key that is switched off, or has ended, is no other one.
        for (number, change) in narrowings.enumerated() {
            var other = KeyFixture.key("other\(number)", UInt8(10 + number), permissions: ["*"])
            change(&other)
            _ = try await store.created(other)
        }
        #expect(try await store.revoke("admin", hasAdmin: false) == .lastAdmin)
        _ = try await store.created(KeyFixture.key("second", 3, permissions: ["keys:manage"]))
        _ = try await store.revoke("admin", hasAdmin: false).record
        #expect(try await store.revoke("second", hasAdmin: false) == .lastAdmin)
        // A listed token can manage keys as well.
        _ = try await store.revoke("second", hasAdmin: true).record
    }

    // MARK: Failures

    @Test func withoutTheStoreEveryCallFails() async throws {
        let store = SQLiteStateStore(.folder("/proc/nowhere"))
        await #expect(throws: StoreFailure.self) { try await store.create(KeyFixture.key("a")) }
        await #expect(throws: StoreFailure.self) { try await store.find("a") }
        await #expect(throws: StoreFailure.self) { try await store.changes(after: 0) }
        await #expect(throws: StoreFailure.self) { try await store.revoke("a") }
        await #expect(throws: StoreFailure.self) { try await store.trail() }
        store.noteKeyUses([KeyUse(KeyFixture.secret(1).digest, at: KeyFixture.instant(1), from: nil)])
    }

    /// What a later release has written, or somebody by hand, opens nothing more than it can be read to open.
    @Test func whatCannotBeReadOpensNothing() async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteStateStore(.folder(folder.path))
        _ = try await store.created(KeyFixture.full())
        let other = try SQLiteConnection(.file(folder.file("luma.db")))
        try other.execute(
            """
            UPDATE api_key SET tools = 'a/b', rates = '5/day', allowed_ips = '10.0.0.0/8 fe80::1%eth0', enabled = 1,
                permissions = 'all of it';
            UPDATE api_secret SET kind = 2 WHERE hint = 'abcd';
            """)
        let key = try #require(try await store.find("full"))
        #expect(key.tools == .nothing)
        #expect(!key.isEnabled)
        #expect(key.permissions.granted == [])
        #expect(key.allowedAddresses == [try AddressRange("10.0.0.0/8")])
        #expect(key.secrets.map(\.hint) == ["h8"])
    }
}
