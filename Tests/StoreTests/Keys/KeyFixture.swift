import Core
import Foundation
import Keys
import Store
import Testing

extension KeyStore {
    /// Waits for a call to the store.
    func told<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            call { continuation.resume(with: $0) }
        }
    }

    func create(
        _ key: KeyRecord, max: Int = 100, by actor: KeyActor = KeyFixture.actor()
    ) async throws -> KeyStanding {
        try await told { createKey(key, max: max, by: actor, then: $0) }
    }

    /// Makes a key that must be made.
    func created(_ key: KeyRecord) async throws -> KeyRecord { try await create(key).record }

    func change(
        _ key: KeyRecord, _ action: KeyAction = .update, hasAdmin: Bool = true,
        by actor: KeyActor = KeyFixture.actor()
    ) async throws -> KeyStanding {
        try await told { changeKey(key, action, hasAdmin: hasAdmin, by: actor, then: $0) }
    }

    func revoke(
        _ id: String, hasAdmin: Bool = true, by actor: KeyActor = KeyFixture.actor()
    ) async throws -> KeyStanding {
        try await told { revokeKey(id, hasAdmin: hasAdmin, by: actor, then: $0) }
    }

    func find(_ id: String) async throws -> KeyRecord? { try await told { key(id, then: $0) } }

    func changes(after version: Int64, limit: Int = 100) async throws -> KeyChanges {
        try await told { keys(after: version, limit: limit, then: $0) }
    }

    func trail(before number: Int64? = nil, of object: String? = nil, limit: Int = 100) async throws -> [AuditRecord] {
        try await told { audit(before: number, object: object, limit: limit, then: $0) }
    }
}

extension KeyStanding {
    /// The key of a change that must be done.
    var record: KeyRecord {
        get throws {
            guard case .done(let key) = self else { throw Unexpected() }
            return key
        }
    }
}

enum KeyFixture {
    static func instant(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    static func actor(_ label: String = "ops", at: Int64 = 1000) -> KeyActor {
        KeyActor(label, address: "192.0.2.1", requestID: "r1", at: instant(at))
    }

    static func secret(_ number: UInt8, confirmed: Int64? = 0, grace: Int? = nil) -> KeySecret {
        var octets = [UInt8](repeating: 0, count: KeyDigest.length)
        octets[0] = number
        guard let digest = KeyDigest(octets) else { preconditionFailure("a digest has this length") }
        return KeySecret(
            digest: digest, hash: .plain, hint: "h\(number)", createdAt: instant(0),
            confirmedAt: confirmed.map(instant), grace: grace)
    }

    static func key(
        _ id: String, _ number: UInt8 = 1, owner: String = "team", permissions: [String] = ["read"],
        expiresAt: Int64? = nil
    ) -> KeyRecord {
        KeyRecord(
            id: id, owner: owner, name: "Key " + id, permissions: KeyPermissions(permissions),
            expiresAt: expiresAt.map(instant), createdAt: instant(5), createdBy: "ops", secrets: [secret(number)])
    }

    /// One with all that a key may have.
    static func full() throws -> KeyRecord {
        KeyRecord(
            id: "full", owner: "Team Ä", name: "All of it", permissions: KeyPermissions(["read", "later:word"]),
            tools: ToolFilter(["list_*", "!list_guests"]), calendars: ["cal-1", "cal-2"],
            limits: KeyLimits(
                rates: try RateRule.list("5/second,100/minute"), dailyQuota: 0, upstreamQuota: 7, maxConcurrent: 2),
            allowedAddresses: [try AddressRange("10.0.0.0/8"), try AddressRange("2001:db8::1")], isEnabled: false,
            expiresAt: instant(9_000_000), createdAt: instant(5), createdBy: "ops", note: "A \"note\"",
            secrets: [
                KeySecret(
                    digest: secret(9).digest, hash: .peppered(number: 77), hint: "abcd", createdAt: instant(6),
                    expiresAt: instant(8), confirmedAt: instant(7)),
                secret(8, confirmed: nil, grace: 60),
            ])
    }
}
