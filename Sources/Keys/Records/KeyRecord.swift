public import Core

/// A key: whose it is and what may be done with it. Limits, usage, audit and idempotency belong to it and not to its secrets, so
/// that none of them is lost when those change.
public struct KeyRecord: Sendable, Equatable {
    /// Names the key, also in logs; given to no other one while the audit remembers this one.
    public let id: String
    /// Whom the key was made for: a person, a team or a program.
    public var owner: String
    /// What its maker calls it.
    public var name: String
    /// What may be done with it.
    public var permissions: KeyPermissions
    /// The tools that may be called; nil for all.
    public var tools: ToolFilter?
    /// The ids of calendars whose things may be seen and changed; nil for all.
    public var calendars: [String]?
    /// How much may be done with it.
    public var limits: KeyLimits
    /// From where requests may come; nil for anywhere.
    public var allowedAddresses: [AddressRange]?
    /// False while it is switched off, which loses nothing.
    public var isEnabled: Bool
    /// From when on it is good for nothing; nil for never.
    public var expiresAt: Timestamp?
    /// When it was revoked for good.
    public var revokedAt: Timestamp?
    public let createdAt: Timestamp
    /// The label of who has made it.
    public let createdBy: String
    /// For people.
    public var note: String?
    /// Raised by each change of this key; expected by whoever changes it.
    public var revision: Int
    /// The store's number of the last change of this key, which no other change of any key has.
    public var version: Int64
    /// Oldest first; at most two of them are good at any instant.
    public var secrets: [KeySecret]

    /// A key of these parts.
    public init(
        id: String, owner: String, name: String, permissions: KeyPermissions, tools: ToolFilter? = nil,
        calendars: [String]? = nil, limits: KeyLimits = KeyLimits(), allowedAddresses: [AddressRange]? = nil,
        isEnabled: Bool = true, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil, createdAt: Timestamp,
        createdBy: String, note: String? = nil, revision: Int = 1, version: Int64 = 0, secrets: [KeySecret] = []
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.permissions = permissions
        self.tools = tools
        self.calendars = calendars
        self.limits = limits
        self.allowedAddresses = allowedAddresses
        self.isEnabled = isEnabled
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.note = note
        self.revision = revision
        self.version = version
        self.secrets = secrets
    }

    /// Whether its life is over at this instant.
    public func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// Whether one of its secrets may open anything at this instant.
    public func isUsable(at now: Timestamp) -> Bool {
        isEnabled && revokedAt == nil && !isExpired(at: now) && secrets.contains { $0.isValid(at: now) }
    }

    /// Who uses it, for sessions, idempotency keys and the budget: the same whatever its secrets and rights become.
    public var label: String { Self.labelPrefix + id }

    /// What the labels of keys begin with.
    public static let labelPrefix = "key:"
}

/// One text by which a key can be used, without that text.
public struct KeySecret: Sendable, Equatable {
    /// Of the text.
    public let digest: KeyDigest
    /// How the digest was made.
    public let hash: KeyHashKind
    /// The end of the text, by which a person knows which one it is.
    public let hint: String
    public let createdAt: Timestamp
    /// From when on it is good for nothing; nil for as long as its key is.
    public var expiresAt: Timestamp?
    /// When it was known that somebody has it; nil before its first use.
    public var confirmedAt: Timestamp?
    /// Seconds for which the one before it stays good once this one is in use; nil when there is none before it.
    public var grace: Int?
    /// To the minute; nil before its first use.
    public var lastUsedAt: Timestamp?
    /// The address of its last use.
    public var lastUsedFrom: String?

    /// A secret of these parts.
    public init(
        digest: KeyDigest, hash: KeyHashKind, hint: String, createdAt: Timestamp, expiresAt: Timestamp? = nil,
        confirmedAt: Timestamp? = nil, grace: Int? = nil, lastUsedAt: Timestamp? = nil, lastUsedFrom: String? = nil
    ) {
        self.digest = digest
        self.hash = hash
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.confirmedAt = confirmedAt
        self.grace = grace
        self.lastUsedAt = lastUsedAt
        self.lastUsedFrom = lastUsedFrom
    }

    /// Whether it is good at this instant, as far as it alone decides.
    public func isValid(at now: Timestamp) -> Bool { expiresAt.map { now < $0 } ?? true }
}

/// How the digest of a secret was made.
public enum KeyHashKind: Sendable, Hashable {
    /// SHA-256.
    case plain
    /// HMAC-SHA-256 with the pepper of this number.
    case peppered(number: Int)

    /// As the store keeps it.
    public var kind: Int { if case .plain = self { 0 } else { 1 } }
    /// The number of the pepper, as the store keeps it; nil for none.
    public var pepper: Int? { if case .peppered(let number) = self { number } else { nil } }

    /// Nil for a kind of a later release: its secrets open nothing here.
    public init?(kind: Int, pepper: Int?) {
        switch (kind, pepper) {
        case (0, nil): self = .plain
        case (1, let number?): self = .peppered(number: number)
        default: return nil
        }
    }
}

/// What may be done with a key, in the words in which it was granted.
public struct KeyPermissions: Sendable, Hashable {
    /// Words of one key.
    public static let maxWords = 64
    /// What is granted where nobody says anything else.
    public static let standard = KeyPermissions(["read"])

    /// Each once, in the order in which they were given; also those of a later release, which mean nothing here.
    public let words: [String]
    /// What they stand for together.
    public let granted: Permissions

    /// What these words grant; those that are not known grant nothing.
    public init(_ words: some Sequence<String>) {
        var (kept, granted): ([String], Permissions) = ([], [])
        for word in words where !kept.contains(word) {
            kept.append(word)
            if let known = Permissions(word: word) { granted.formUnion(known) }
        }
        (self.words, self.granted) = (kept, granted)
    }

    /// The words that mean nothing here.
    public var unknownWords: [String] { words.filter { Permissions(word: $0) == nil } }
}
