public import Core

extension KeyRecord {
    /// What people and programs are shown of it: never a secret or a digest of one.
    public var document: JSONObject {
        [
            "key_id": .string(id), "owner": .string(owner), "name": .string(name),
            "permissions": Self.list(permissions.words), "tools": tools.map { Self.list($0.words) } ?? .null,
            "calendars": calendars.map(Self.list) ?? .null,
            "rate_limit": limits.rates.isEmpty ? .null : .string(RateRule.text(limits.rates)),
            "daily_quota": Self.number(limits.dailyQuota), "upstream_quota": Self.number(limits.upstreamQuota),
            "max_concurrent": Self.number(limits.maxConcurrent),
            "allowed_ips": allowedAddresses.map { Self.list($0.map(\.text)) } ?? .null,
            "enabled": .bool(isEnabled), "expires_at": Self.instant(expiresAt), "revoked_at": Self.instant(revokedAt),
            "created_at": Self.instant(createdAt), "created_by": .string(createdBy),
            "note": note.map { .string($0) } ?? .null, "revision": .number(JSONNumber(revision)),
            "secrets": .array(secrets.map { .object($0.document) }),
        ]
    }

    private static func list(_ words: [String]) -> JSON { .array(words.map { .string($0) }) }
    private static func number(_ value: Int?) -> JSON { value.map { .number(JSONNumber($0)) } ?? .null }
    fileprivate static func instant(_ time: Timestamp?) -> JSON { time.map { .string($0.rfc3339) } ?? .null }
}

extension KeySecret {
    /// What is shown of it.
    public var document: JSONObject {
        [
            "hint": .string(hint), "created_at": KeyRecord.instant(createdAt),
            "expires_at": KeyRecord.instant(expiresAt), "confirmed_at": KeyRecord.instant(confirmedAt),
            "last_used_at": KeyRecord.instant(lastUsedAt),
        ]
    }
}

extension ToolFilter {
    /// The patterns as they are read, those that deny with `!` in front.
    public var words: [String] { allowed.map(\.text) + denied.map { "!" + $0.text } }
}
