import Core
import Keys

/// Keys as the tests of this module need them.
enum KeyFixture {
    static func instant(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    static func secret(_ number: Int, confirmed: Int64? = 0, expires: Int64? = nil) -> KeySecret {
        KeySecret(
            digest: digest(number), hash: .plain, hint: "h\(number)", createdAt: instant(0),
            expiresAt: expires.map(instant), confirmedAt: confirmed.map(instant))
    }

    /// The same octets for the same number, as even as those of a real digest.
    static func digest(_ number: Int) -> KeyDigest {
        var random = SeededGenerator(seed: UInt64(truncatingIfNeeded: number))
        var octets: [UInt8] = []
        for _ in 0..<4 { withUnsafeBytes(of: random.next()) { octets += $0 } }
        guard let digest = KeyDigest(octets) else { preconditionFailure("a digest has this length") }
        return digest
    }

    static func key(
        _ id: String = "k", _ permissions: [String] = ["read"], owner: String = "team", secrets: [KeySecret]? = nil
    ) -> KeyRecord {
        KeyRecord(
            id: id, owner: owner, name: "Key", permissions: KeyPermissions(permissions), createdAt: instant(0),
            createdBy: "ops", secrets: secrets ?? [secret(1)])
    }

    static func key(
        _ id: String = "k", _ permissions: [String] = ["read"], owner: String = "team", secrets: [KeySecret]? = nil,
        change: (inout KeyRecord) throws -> Void
    ) rethrows -> KeyRecord {
        var key = key(id, permissions, owner: owner, secrets: secrets)
        try change(&key)
        return key
    }
}
