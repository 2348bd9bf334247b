import Core
import Foundation
import Keys
import Store
import Testing

/// Secrets come and go with the rotation of their key, and what was done is kept with it.
@Suite struct KeySecretTests {
    @Test func rotationOverRestartsHasAtMostTwo() async throws {
        let folder = try TemporaryFolder()
        let first = SQLiteStateStore(.folder(folder.path))
        let key = try await first.created(KeyFixture.key("a", 1))
        let rotated = try KeyRotation.rotate(
            key, to: KeyFixture.secret(2), grace: 10, at: KeyFixture.instant(5000))
        let stored = try await first.change(rotated, .rotate).record
        #expect(stored.secrets == rotated.secrets)
        first.close()
        // The answer was lost: once more.
        let second = SQLiteStateStore(.folder(folder.path))
        let found = try #require(try await second.find("a"))
        #expect(found == stored)
        let again = try KeyRotation.rotate(found, to: KeyFixture.secret(3), grace: 10, at: KeyFixture.instant(6000))
        #expect(try await second.change(again, .rotate).record.secrets.map(\.hint) == ["h1", "h3"])
        // The new one is used, and the grace of the old one begins.
        let confirmed = try #require(
            try await second.told {
                second.confirmSecret(KeyFixture.secret(3).digest, of: "a", at: KeyFixture.instant(7000), then: $0)
            })
        #expect(confirmed.secrets.map(\.confirmedAt?.milliseconds) == [0, 7000])
        #expect(confirmed.secrets.map(\.expiresAt?.milliseconds) == [17_000, nil])
        #expect(confirmed.version == 4 && confirmed.revision == 4)
        #expect(try await second.find("a") == confirmed)
        // Only once.
        for digest in [KeyFixture.secret(3).digest, KeyFixture.secret(1).digest, KeyFixture.secret(9).digest] {
            let again = try await second.told {
                second.confirmSecret(digest, of: "a", at: KeyFixture.instant(9000), then: $0)
            }
            #expect(again == nil)
        }
        #expect(try await second.changes(after: 4).keys.isEmpty)
        #expect(try await second.trail(of: "a").map(\.action) == ["key.rotate", "key.rotate", "key.create"])
    }

    @Test func whenASecretWasUsedIsNotedToTheMinute() async throws {
        let store = SQLiteStateStore(.memory)
        let key = try await store.created(KeyFixture.key("a", 1))
        let use = { (instant: Int64, address: String?) in
            store.noteKeyUses([
                KeyUse(KeyFixture.secret(1).digest, at: KeyFixture.instant(instant), from: address),
                KeyUse(KeyFixture.secret(7).digest, at: KeyFixture.instant(instant), from: nil),
            ])
            return try await store.find("a")?.secrets[0]
        }
        for (used, noted, from) in [
            (125_000, 120_000, "192.0.2.1"), (179_999, 120_000, "192.0.2.1"), (60_000, 120_000, "192.0.2.1"),
            (180_000, 180_000, "192.0.2.2"),
        ] as [(Int64, Int64, String)] {
            let secret = try #require(try await use(used, used == 125_000 ? from : "192.0.2.2"))
            #expect(secret.lastUsedAt?.milliseconds == noted)
            #expect(secret.lastUsedFrom == from)
        }
        // It is no change of the key, and none of the key forgets it.
        #expect(try await store.changes(after: key.version).keys.isEmpty)
        var changed = key
        changed.name = "Other"
        #expect(try await store.change(changed).record.secrets[0].lastUsedAt?.milliseconds == 180_000)
    }

    // MARK: Audit

    @Test func whatIsDoneIsToldWithItsMaker() async throws {
        let store = SQLiteStateStore(.memory)
        var key = try await store.created(KeyFixture.key("a"))
        key.note = "changed"
        _ = try await store.change(key, by: KeyActor("cli:0", at: KeyFixture.instant(2000)))
        try await store.told { store.noteAudit("grant.refused", of: "b", by: KeyFixture.actor("web"), then: $0) }
        // What is refused leaves nothing.
        _ = try await store.change(key)
        let trail = try await store.trail()
        #expect(trail.map(\.action) == ["grant.refused", "key.update", "key.create"])
        #expect(trail.map(\.object) == ["b", "a", "a"])
        #expect(trail[0].actor == KeyFixture.actor("web"))
        #expect(trail[1].actor == KeyActor("cli:0", at: KeyFixture.instant(2000)))
        let (before, after) = (try #require(trail[1].before), try #require(trail[1].after))
        #expect(try JSON.parse(before)["note"] == .null)
        #expect(try JSON.parse(after)["note"] == "changed")
        #expect(try JSON.parse(after)["revision"] == 2)
        #expect(trail[2].before == nil && trail[0].after == nil)
        #expect(try await store.trail(of: "a").map(\.number) == [2, 1])
        #expect(try await store.trail(before: 3, limit: 1).map(\.number) == [2])
    }

    @Test func noSecretStandsInTheAudit() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await store.created(KeyFixture.full())
        let text = String(decoding: try #require(try await store.trail().first?.after), as: UTF8.self)
        #expect(text.contains("\"hint\":\"abcd\""))
        #expect(!text.contains("digest") && !text.contains("0900000000"))
    }

    @Test func whatIsOldIsForgotten() async throws {
        let store = SQLiteStateStore(.memory)
        _ = try await store.created(KeyFixture.key("a", 1))
        _ = try await store.created(KeyFixture.key("b", 2))
        _ = try await store.revoke("a", by: KeyFixture.actor(at: 5000))
        let purge = { (instant: Int64) in
            try await store.told { store.purgeKeys(before: KeyFixture.instant(instant), then: $0) }
        }
        // The two that were made at 1000.
        #expect(try await purge(5000) == 2)
        #expect(try await store.find("a") != nil)
        #expect(try await purge(5001) == 2)
        #expect(try await store.find("a") == nil)
        #expect(try await store.find("b") != nil)
        #expect(try await purge(5001) == 0)
        // Its id and its secrets are free, and numbers go on.
        #expect(try await store.created(KeyFixture.key("a", 1)).version == 4)
        #expect(try await store.trail().map(\.number) == [4])
    }
}
