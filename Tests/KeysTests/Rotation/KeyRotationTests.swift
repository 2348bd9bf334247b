import Core
import Keys
import Testing

/// At most two secrets are good, none lives longer than it did, and a lost answer loses nothing.
@Suite struct KeyRotationTests {
    private static let day = Int64(KeyRotation.standardGrace)

    private func rotate(
        _ key: KeyRecord, to number: Int, grace: Int = KeyRotation.standardGrace, at now: Int64
    ) throws -> KeyRecord {
        try KeyRotation.rotate(
            key, to: KeyFixture.secret(number, confirmed: nil), grace: grace, at: KeyFixture.instant(now))
    }

    private func confirm(_ key: KeyRecord, _ number: Int, at now: Int64) throws -> KeyRecord {
        try #require(KeyRotation.confirm(KeyFixture.digest(number), of: key, at: KeyFixture.instant(now)))
    }

    private func valid(_ key: KeyRecord, at now: Int64) -> [String] {
        key.secrets.filter { $0.isValid(at: KeyFixture.instant(now)) }.map(\.hint)
    }

    @Test func bothAreGoodUntilTheGraceIsOver() throws {
        let rotated = try rotate(KeyFixture.key(), to: 2, at: 1000)
        #expect(valid(rotated, at: 1000) == ["h1", "h2"])
        let confirmed = try confirm(rotated, 2, at: 5000)
        #expect(valid(confirmed, at: 5000 + Self.day - 1) == ["h1", "h2"])
        #expect(valid(confirmed, at: 5000 + Self.day) == ["h2"])
        // Each secret is confirmed once, and the use of the old one changes nothing.
        #expect(KeyRotation.confirm(KeyFixture.digest(2), of: confirmed, at: KeyFixture.instant(6000)) == nil)
        #expect(KeyRotation.confirm(KeyFixture.digest(1), of: rotated, at: KeyFixture.instant(6000)) == nil)
        #expect(KeyRotation.confirm(KeyFixture.digest(9), of: rotated, at: KeyFixture.instant(6000)) == nil)
    }

    /// The answer was lost: whoever has the old secret asks again, as long as the wait and the grace are not over.
    @Test func onceMoreReplacesTheOneThatNobodyHas() throws {
        let first = try rotate(KeyFixture.key(), to: 2, at: 1000)
        let second = try rotate(first, to: 3, at: 1000 + Self.day)
        #expect(valid(second, at: 1000 + Self.day) == ["h1", "h3"])
        // The end of the old one stays where it was.
        #expect(valid(second, at: 1000 + 2 * Self.day - 1) == ["h1", "h3"])
        #expect(valid(second, at: 1000 + 2 * Self.day) == ["h3"])
        let confirmed = try confirm(second, 3, at: 2000 + Self.day)
        #expect(valid(confirmed, at: 1000 + 2 * Self.day) == ["h3"])
    }

    @Test func withoutAGraceTheOldOneEndsAtOnce() throws {
        let rotated = try rotate(KeyFixture.key(), to: 2, grace: 0, at: 1000)
        #expect(rotated.secrets.map(\.hint) == ["h2"])
        // Nothing else is good, and the one that nobody has is replaced all the same.
        #expect(try rotate(rotated, to: 3, at: 1001).secrets.map(\.hint) == ["h3"])
        let confirmed = try confirm(rotated, 2, at: 1001)
        #expect(confirmed.secrets.map(\.confirmedAt) == [KeyFixture.instant(1001)])
    }

    /// A third one: the one in use stays, the one in its grace makes room.
    @Test func atMostTwoAreGood() throws {
        var key = try confirm(rotate(KeyFixture.key(), to: 2, at: 1000), 2, at: 1001)
        #expect(valid(key, at: 1002) == ["h1", "h2"])
        key = try rotate(key, to: 3, at: 1002)
        #expect(key.secrets.map(\.hint) == ["h2", "h3"])
    }

    @Test func aGraceNeverLengthensALife() throws {
        let key = KeyFixture.key(secrets: [KeyFixture.secret(1, expires: 1010)])
        let rotated = try rotate(key, to: 2, at: 1000)
        #expect(rotated.secrets[0].expiresAt == KeyFixture.instant(1010))
        #expect(try confirm(rotated, 2, at: 1005).secrets[0].expiresAt == KeyFixture.instant(1010))
        // It is bounded, whatever is asked for.
        let long = try rotate(KeyFixture.key(), to: 2, grace: .max, at: 0)
        #expect(long.secrets[0].expiresAt == KeyFixture.instant(2 * 604_800))
        #expect(try rotate(KeyFixture.key(), to: 2, grace: -5, at: 0).secrets.map(\.hint) == ["h2"])
    }

    /// The key's own end holds for each of its secrets, and is not moved.
    @Test func theNewOneInheritsTheEndOfItsKey() throws {
        let key = KeyFixture.key { $0.expiresAt = KeyFixture.instant(2000) }
        let rotated = try rotate(key, to: 2, at: 1999)
        #expect(rotated.expiresAt == KeyFixture.instant(2000))
        #expect(rotated.isUsable(at: KeyFixture.instant(1999)) && !rotated.isUsable(at: KeyFixture.instant(2000)))
        #expect(throws: KeyRotation.Refusal.expired) { try rotate(rotated, to: 3, at: 2000) }
    }

    @Test func aRevokedKeyIsNotRotated() {
        let key = KeyFixture.key { $0.revokedAt = KeyFixture.instant(1) }
        #expect(throws: KeyRotation.Refusal.revoked) { try rotate(key, to: 2, at: 1000) }
    }

    @Test func nothingElseIsChanged() throws {
        let key = KeyFixture.key("k", ["write"]) { $0.isEnabled = false }
        var rotated = try rotate(key, to: 2, at: 1000)
        rotated.secrets = key.secrets
        #expect(rotated == key)
    }

    @Test func theFirstOneWaitsForNobody() {
        let first = KeyRotation.first(KeyFixture.secret(1, confirmed: nil, expires: 7), at: KeyFixture.instant(5))
        #expect(first.confirmedAt == KeyFixture.instant(5))
        #expect(first.expiresAt == nil)
    }

    /// Any order of rotations, uses and waits.
    @Test(arguments: 0..<50) func whateverIsDone(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (key, now, next) = (KeyFixture.key(), Int64(1000), 2)
        for _ in 0..<60 {
            now += Int64.random(in: 0...100, using: &random)
            let before = key
            let ends = { (key: KeyRecord) in
                Dictionary(uniqueKeysWithValues: key.secrets.map { ($0.hint, $0.expiresAt?.milliseconds ?? .max) })
            }
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let grace = [0, 1, 60, 500].randomElement(using: &random) ?? 0
                key = try rotate(key, to: next, grace: grace, at: now)
                next += 1
            case 1:
                guard
                    let used = key.secrets.filter({ $0.isValid(at: KeyFixture.instant(now)) })
                        .randomElement(using: &random)
                else { break }
                key = KeyRotation.confirm(used.digest, of: key, at: KeyFixture.instant(now)) ?? key
            default: break
            }
            #expect((1...2).contains(key.secrets.count))
            #expect(!valid(key, at: now).isEmpty)
            #expect(key.secrets.count { $0.confirmedAt == nil } <= 1)
            for (hint, end) in ends(key) { #expect(end <= ends(before)[hint] ?? .max) }
        }
    }
}
