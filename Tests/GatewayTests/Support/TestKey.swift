import Core
import IO
import Keys
import Settings
import Store
import Testing

@testable import Gateway

/// A key of a gateway in a test, with its text.
struct TestKey: Sendable {
    let text: String
    let id: String

    /// The fields that show it.
    var bearer: [String] { ["Authorization: Bearer \(text)"] }
    var field: [String] { ["X-API-Key: \(text)"] }

    /// A drawn text and its secret.
    static func draw(_ hashing: KeyHashing = .plain) throws -> (text: String, secret: KeySecret) {
        var random = SystemRandomNumberGenerator()
        let text = KeyText.draw(using: &random)
        let secret = try #require(try KeyHasher(hashing).secret(text, at: WallClock.now))
        return (text.secret.reveal(), secret)
    }
}

extension InProcess {
    /// What a gateway that accepts keys has set.
    static let withKeys: [Setting: String] = [.apiKeys: "true"]

    /// Makes a key in the store, and lets the gateway hear of it.
    func makeKey(
        _ id: String, _ permissions: [String] = ["read"], confirmed: Bool = true, hashing: KeyHashing = .plain,
        _ change: (inout KeyRecord) throws -> Void = { _ in }
    ) async throws -> TestKey {
        let (text, secret) = try TestKey.draw(hashing)
        let now = WallClock.now
        var record = KeyRecord(
            id: id, owner: "ann", name: id, permissions: KeyPermissions(permissions), createdAt: now, createdBy: "test",
            secrets: [confirmed ? KeyRotation.first(secret, at: now) : secret])
        try change(&record)
        let key = record
        let standing = try await told { shared.store.createKey(key, max: 1000, by: Self.actor, then: $0) }
        guard case .done = standing else {
            Issue.record("\(standing)")
            return TestKey(text: text, id: id)
        }
        try await hear()
        return TestKey(text: text, id: id)
    }

    /// Changes a key in the store, and lets the gateway hear of it.
    func changeKey(
        _ id: String, _ action: KeyAction = .update, _ change: (inout KeyRecord) throws -> Void
    ) async throws {
        var record = try #require(try await told { shared.store.key(id, then: $0) })
        try change(&record)
        let key = record
        let standing = try await told {
            shared.store.changeKey(key, action, hasAdmin: true, by: Self.actor, then: $0)
        }
        if case .done = standing {} else { Issue.record("\(standing)") }
        try await hear()
    }

    func revokeKey(_ id: String) async throws {
        _ = try await told { shared.store.revokeKey(id, hasAdmin: true, by: Self.actor, then: $0) }
        try await hear()
    }

    /// Lets the gateway learn what has changed in the store.
    func hear() async throws { try await #require(shared.access.keys).read().get() }

    static var actor: KeyActor { KeyActor("test", at: WallClock.now) }

    /// What the store says.
    func told<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws -> Value {
        try await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Value, StoreFailure>, Never>) in
            call { continuation.resume(returning: $0) }
        }.get()
    }
}
