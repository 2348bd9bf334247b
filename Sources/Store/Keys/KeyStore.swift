public import Core
public import Keys

/// The keys that open the gateway, with what was done to them.
///
/// Each change raises the number of all changes, by which gateways on the same store learn of it, and leaves its record in the audit
/// in the same transaction: there is none without the other. When `then` is told of a change it outlives a loss of power.
///
/// Called as the rest of the store is: from any thread, told on the store's queue. No request waits for it because of its key.
public protocol KeyStore: Sendable {
    /// The keys that were made or changed after the change of this number, in that order, `limit` at most; all of them after 0.
    /// Costs next to nothing when there is none.
    func keys(after version: Int64, limit: Int, then: @escaping Then<KeyChanges>)
    /// A key as it is now; nil when there is none.
    func key(_ id: String, then: @escaping Then<KeyRecord?>)
    /// Keys in the order of their ids, from the one behind `id` on, `limit` at most; of one owner when it is named.
    func listKeys(after id: String, owner: String?, limit: Int, then: @escaping Then<[KeyRecord]>)

    /// Makes a key, unless its id is another one's, or was and is not forgotten yet.
    /// - Parameter max: so many may be there that are not revoked.
    func createKey(_ key: KeyRecord, max: Int, by actor: KeyActor, then: @escaping Then<KeyStanding>)
    /// Changes a key: its parts, its secrets, or both.
    /// - Parameters:
    ///   - key: as it shall be; its revision is the one that is expected. `id`, `createdAt`, `createdBy` and the uses of its secrets
    ///     stay as they are.
    ///   - action: what is done.
    ///   - hasAdmin: somebody can manage keys without one, so that this may be the last that can.
    func changeKey(
        _ key: KeyRecord, _ action: KeyAction, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>)
    /// Revokes a key for good, whatever its revision; once more changes nothing.
    func revokeKey(_ id: String, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>)

    /// Notes the first use of a secret, after which the one before it has its grace and no more. Gives the key when that has changed
    /// it; after a failure the next use is the first one again.
    func confirmSecret(
        _ digest: KeyDigest, of key: String, at now: Timestamp, then: @escaping Then<KeyRecord?>)
    /// Notes when secrets were used, to the minute; raises no number. What fails is noted with the next use.
    func noteKeyUses(_ uses: [KeyUse])

    /// Leaves a record of something that has changed nothing, such as a grant that was refused.
    func noteAudit(_ action: String, of object: String, by actor: KeyActor, then: @escaping Then<Void>)
    /// What was done, newest first, before the record of this number, `limit` at most; to one thing when it is named.
    func audit(before number: Int64?, object: String?, limit: Int, then: @escaping Then<[AuditRecord]>)
    /// Forgets some of what is older than this instant: records of the audit, and keys that were revoked before it. Gives how much; 0
    /// when nothing is left to be forgotten.
    func purgeKeys(before instant: Timestamp, then: @escaping Then<Int>)
}

/// Keys that have changed.
public struct KeyChanges: Sendable, Equatable {
    /// As they are now.
    public let keys: [KeyRecord]
    /// The number of the last change among them; the one that was asked for when there is none.
    public let version: Int64
    /// There are more.
    public let hasMore: Bool

    public init(keys: [KeyRecord], version: Int64, hasMore: Bool) {
        (self.keys, self.version, self.hasMore) = (keys, version, hasMore)
    }
}

/// Who changes keys, for the audit.
public struct KeyActor: Sendable, Equatable {
    /// The label of a principal, or `cli:` and the number of a user.
    public let label: String
    /// Where the request came from; nil on the machine itself.
    public let address: String?
    /// By which the log knows the request.
    public let requestID: String?
    /// By the caller's clock.
    public let at: Timestamp

    public init(_ label: String, address: String? = nil, requestID: String? = nil, at: Timestamp) {
        (self.label, self.address, self.requestID, self.at) = (label, address, requestID, at)
    }
}

/// What the store says to whoever wants to change a key.
public enum KeyStanding: Sendable, Equatable {
    /// It is done, and this is how the key is now.
    case done(KeyRecord)
    /// There is no such key.
    case missing
    /// The id is another key's, or was and is not forgotten yet.
    case taken
    /// There are as many keys as there may be.
    case full
    /// It was changed meanwhile, and is like this now.
    case changed(KeyRecord)
    /// Nobody could manage keys afterwards.
    case lastAdmin
}

/// When a secret was used.
public struct KeyUse: Sendable, Equatable {
    public let digest: KeyDigest
    public let at: Timestamp
    /// Where the request came from.
    public let address: String?

    public init(_ digest: KeyDigest, at: Timestamp, from address: String?) {
        (self.digest, self.at, self.address) = (digest, at, address)
    }
}

/// One thing that was done.
public struct AuditRecord: Sendable, Equatable {
    /// Grows with each record, and is never given again.
    public let number: Int64
    public let actor: KeyActor
    /// In a word, such as `key.create`.
    public let action: String
    /// What it was done to, such as the id of a key.
    public let object: String
    /// As it was and as it is, as JSON without secrets; nil where there is none.
    public let before: [UInt8]?
    public let after: [UInt8]?

    public init(
        number: Int64, actor: KeyActor, action: String, object: String, before: [UInt8]? = nil, after: [UInt8]? = nil
    ) {
        (self.number, self.actor, self.action) = (number, actor, action)
        (self.object, self.before, self.after) = (object, before, after)
    }
}
