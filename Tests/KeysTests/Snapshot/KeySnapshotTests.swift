import Core
import Crypto
import Glibc
import Testing

@testable import Keys

/// What is known of all keys at one instant, as requests look it up.
@Suite struct KeySnapshotTests {
    private static let now = KeyFixture.instant(100)

    private func words(_ finding: KeySnapshot.Finding) -> String {
        switch finding {
        case .unknown: "unknown"
        case .outdated(let key): "outdated \(key.id)"
        case .revoked(let key): "revoked \(key.id)"
        case .disabled(let key): "disabled \(key.id)"
        case .expired(let key): "expired \(key.id)"
        case .valid(let key, let isFirstUse): "valid \(key.id)" + (isFirstUse ? " first" : "")
        }
    }

    private func find(_ snapshot: KeySnapshot, _ number: Int, _ kind: KeyHashKind = .plain) -> String {
        words(snapshot.find(KeyFixture.digest(number), kind, at: Self.now))
    }

    @Test func eachStateOfAKeyIsTold() throws {
        let snapshot = KeySnapshot.empty.applying(
            [
                KeyFixture.key("good", secrets: [KeyFixture.secret(1), KeyFixture.secret(2, confirmed: nil)]),
                KeyFixture.key(
                    "grace", secrets: [KeyFixture.secret(3, expires: 101), KeyFixture.secret(4, expires: 100)]),
                KeyFixture.key("revoked", secrets: [KeyFixture.secret(5)]) { $0.revokedAt = Self.now },
                KeyFixture.key("off", secrets: [KeyFixture.secret(6)]) { $0.isEnabled = false },
                KeyFixture.key("ended", secrets: [KeyFixture.secret(7)]) { $0.expiresAt = Self.now },
                KeyFixture.key("ending", secrets: [KeyFixture.secret(8)]) { $0.expiresAt = KeyFixture.instant(101) },
                KeyFixture.key("bare", secrets: []),
            ], version: 7)
        let expected = [
            "valid good", "valid good first", "valid grace", "outdated grace", "revoked revoked", "disabled off",
            "expired ended", "valid ending", "unknown",
        ]
        #expect((1...9).map { find(snapshot, $0) } == expected)
        #expect(snapshot.count == 7 && snapshot.version == 7)
        // By another way of making digests it is another secret.
        #expect(find(snapshot, 1, .peppered(number: 0)) == "unknown")
        #expect(KeySnapshot.empty.count == 0 && find(.empty, 1) == "unknown")
        #expect(snapshot.key("bare")?.owner == "team")
        #expect(snapshot.key("nobody") == nil && KeySnapshot.empty.key("good") == nil)
    }

    @Test func whatAKeyMayIsReady() throws {
        let filter = try #require(ToolFilter(["list_*"]))
        let record = try KeyFixture.key("k", ["read", "events:write"]) { key in
            key.tools = filter
            key.calendars = ["cal-1"]
            key.allowedAddresses = [try AddressRange("10.0.0.0/8")]
            key.limits.dailyQuota = 5
        }
        let key = try #require(KeySnapshot.empty.applying([record], version: 1).key("k"))
        #expect(key.principal == Principal(label: "key:k", scopes: [.read, .eventsWrite], tools: [filter]))
        #expect(key.permissions == Permissions.read.union(.eventsWrite))
        #expect(key.calendars == ["cal-1"] && key.limits.dailyQuota == 5 && key.expiresAt == nil)
        #expect(key.allows(NetworkAddress("10.9.8.7")))
        #expect(!key.allows(NetworkAddress("192.0.2.1")))
        // An address that cannot be read is none of the allowed ones.
        #expect(!key.allows(nil))
        #expect(try #require(KeySnapshot.empty.applying([KeyFixture.key()], version: 1).key("k")).allows(nil))
    }

    @Test func textsAreFoundInEveryWayThatIsKnown() throws {
        let peppers = try ["a new pepper of 24 bytes", "an old pepper of bytes"].map {
            try #require(try KeyPepper(Secret($0)))
        }
        var random = SeededGenerator(seed: 5)
        let texts = (0..<4).map { _ in KeyText.draw(using: &random) }
        let makers = [
            try KeyHasher(#require(KeyHashing([peppers[0]], acceptsPlain: false))),
            try KeyHasher(#require(KeyHashing([peppers[1]], acceptsPlain: false))), try KeyHasher(.plain),
        ]
        let records = try makers.enumerated().map { number, maker in
            KeyFixture.key("k\(number)", secrets: [try #require(maker.secret(texts[number], at: Self.now))])
        }
        let snapshot = KeySnapshot.empty.applying(records, version: 3)
        let found = { (hasher: KeyHasher) in
            texts.map { text in
                Array(text.secret.reveal().utf8).withUnsafeBytes { bytes in
                    snapshot.find(bytes, hasher, at: Self.now).map { words($0.finding) } ?? "unknown"
                }
            }
        }
        let all = try KeyHasher(#require(KeyHashing(peppers, acceptsPlain: true)))
        #expect(found(all) == ["valid k0 first", "valid k1 first", "valid k2 first", "unknown"])
        // Without a pepper nobody opens what was made with it, and the other way round.
        #expect(found(try KeyHasher(.plain)) == ["unknown", "unknown", "valid k2 first", "unknown"])
        #expect(found(makers[0]) == ["valid k0 first", "unknown", "unknown", "unknown"])
    }

    /// Whatever their first octets are.
    @Test func digestsThatBeginAlikeAreToldApart() throws {
        let digests = try (0..<64).map { number in
            try #require(KeyDigest([UInt8](repeating: 7, count: 31) + [UInt8(number)]))
        }
        let records = digests.enumerated().map { number, digest in
            KeyFixture.key(
                "k\(number)",
                secrets: [KeySecret(digest: digest, hash: .plain, hint: "", createdAt: Self.now, confirmedAt: Self.now)]
            )
        }
        let snapshot = KeySnapshot.empty.applying(Array(records.dropLast()), version: 1)
        for (number, digest) in digests.dropLast().enumerated() {
            #expect(words(snapshot.find(digest, .plain, at: Self.now)) == "valid k\(number)")
        }
        #expect(words(snapshot.find(digests[63], .plain, at: Self.now)) == "unknown")
    }

    // MARK: Changes

    @Test func theNextOneHasTheChangesAndSharesTheRest() throws {
        let first = KeySnapshot.empty.applying(
            [
                KeyFixture.key("a", secrets: [KeyFixture.secret(1)]),
                KeyFixture.key("b", secrets: [KeyFixture.secret(2)]),
            ],
            version: 2)
        let second = first.applying(
            [
                KeyFixture.key("b", secrets: [KeyFixture.secret(3)]) { $0.isEnabled = false },
                KeyFixture.key("c", secrets: [KeyFixture.secret(4)]),
                // Of two states the last one.
                KeyFixture.key("b", secrets: [KeyFixture.secret(5)]) { $0.revision = 3 },
            ], version: 5)
        #expect((1...5).map { find(second, $0) } == ["valid a", "unknown", "unknown", "valid c", "valid b"])
        #expect(second.count == 3 && second.version == 5 && second.key("b")?.revision == 3)
        #expect(first.key("a") === second.key("a"))
        // The former one is as it was, for whoever holds it still.
        #expect((1...5).map { find(first, $0) } == ["valid a", "valid b", "unknown", "unknown", "unknown"])
        #expect(second.applying([], version: 9) === second)
    }

    @Test func aLoopSeesTheNextOneAndKnowsIt() {
        let table = KeyTable()
        var view = KeyTable.View(table)
        #expect(view.snapshot().count == 0)
        let generation = view.generation
        let next = KeySnapshot.empty.applying([KeyFixture.key()], version: 4)
        table.replace(next)
        #expect(view.generation == generation)
        #expect(view.snapshot() === next)
        #expect(view.generation != generation)
        // One that was read earlier comes late.
        table.replace(KeySnapshot.empty.applying([KeyFixture.key("other")], version: 3))
        #expect(view.snapshot() === next && table.current === next)
    }

    // MARK: Size

    /// How many octets the heap has given to an object.
    private static func octets(of object: AnyObject) throws -> Int {
        let symbol = try #require(dlsym(nil, "malloc_usable_size"))
        let ask = unsafeBitCast(symbol, to: (@convention(c) (UnsafeMutableRawPointer?) -> Int).self)
        return ask(Unmanaged.passUnretained(object).toOpaque())
    }

    /// The highest LUMA_MAX_KEYS.
    private static let mostKeys = 100_000

    /// By sizes: the tables that are really made, and an object that really lies in memory.
    @Test func aHundredThousandKeysFitIntoTheirShareOfMemory() throws {
        var random = SeededGenerator(seed: 11)
        let limits = KeyLimits(rates: try RateRule.list("100/minute"), dailyQuota: 1000)
        let records = (0..<Self.mostKeys).map { number in
            KeyFixture.key(
                KeyText.drawID(using: &random), owner: "a team with a long name \(number % 100)",
                secrets: [KeyFixture.secret(2 * number), KeyFixture.secret(2 * number + 1)]
            ) { $0.limits = limits }
        }
        let snapshot = KeySnapshot.empty.applying(records, version: 1)
        #expect(snapshot.count == Self.mostKeys)
        #expect(snapshot.footprint <= 64 << 20)
        #expect(snapshot.footprint >= Self.mostKeys * 2 * KeyDigest.length)
        let key = try #require(snapshot.key(records[77].id))
        let size = try Self.octets(of: key)
        #expect(size <= KnownKey.footprint && size + 64 >= KnownKey.footprint)
        for number in stride(from: 0, to: 2 * Self.mostKeys, by: 997) {
            #expect(find(snapshot, number) == "valid " + records[number / 2].id)
        }
        #expect(find(snapshot, 2 * Self.mostKeys) == "unknown")
    }
}
