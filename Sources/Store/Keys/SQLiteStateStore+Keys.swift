public import Core
public import Keys

extension SQLiteStateStore {
    public func keys(after version: Int64, limit: Int, then: @escaping Then<KeyChanges>) {
        ask(then: then) { database in
            let rows = try database.rows(
                """
                SELECT id, owner, name, permissions, tools, calendars, rates, daily_quota, upstream_quota, max_concurrent,
                    allowed_ips, enabled, expires_at, revoked_at, created_at, created_by, note, revision, version
                FROM api_key WHERE version > ? ORDER BY version LIMIT ?
                """, .integer(version), .integer(Int64(limit) + 1))
            let keys = try rows.prefix(limit).map { try database.key(row: $0) }
            return KeyChanges(keys: keys, version: keys.last?.version ?? version, hasMore: rows.count > limit)
        }
    }

    public func key(_ id: String, then: @escaping Then<KeyRecord?>) {
        ask(then: then) { database in try database.key(id) }
    }

    public func listKeys(after id: String, owner: String?, limit: Int, then: @escaping Then<[KeyRecord]>) {
        ask(then: then) { database in
            try database.rows(
                """
                SELECT id, owner, name, permissions, tools, calendars, rates, daily_quota, upstream_quota, max_concurrent,
                    allowed_ips, enabled, expires_at, revoked_at, created_at, created_by, note, revision, version
                FROM api_key WHERE id > ? AND (?2 IS NULL OR owner = ?2) ORDER BY id LIMIT ?3
                """, .text(id), SQLiteValue(owner), .integer(Int64(limit))
            ).map { try database.key(row: $0) }
        }
    }

    // MARK: Changes

    public func createKey(_ key: KeyRecord, max: Int, by actor: KeyActor, then: @escaping Then<KeyStanding>) {
        ask(isDurable: true, then: then) { database in
            guard try database.row("SELECT 1 FROM api_key WHERE id = ?", .text(key.id)) == nil else { return .taken }
            let count = try database.row("SELECT count(*) FROM api_key WHERE revoked_at IS NULL")?[0].integerValue ?? 0
            guard count < max else { return .full }
            var made = key
            (made.revision, made.version) = (1, try database.nextKeyVersion())
            try database.insert(made)
            try database.keep(made.secrets, of: made.id)
            try database.audit("key." + KeyAction.create.rawValue, of: made.id, by: actor, before: nil, after: made)
            return .done(made)
        }
    }

    public func changeKey(
        _ key: KeyRecord, _ action: KeyAction, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>
    ) {
        ask(isDurable: true, then: then) { database in
            guard let before = try database.key(key.id) else { return .missing }
            guard before.revision == key.revision else { return .changed(before) }
            return try database.change(before, to: key, "key." + action.rawValue, hasAdmin: hasAdmin, by: actor)
        }
    }

    public func revokeKey(_ id: String, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>) {
        ask(isDurable: true, then: then) { database in
            guard let before = try database.key(id) else { return .missing }
            guard before.revokedAt == nil else { return .done(before) }
            var revoked = before
            revoked.revokedAt = actor.at
            return try database.change(
                before, to: revoked, "key." + KeyAction.revoke.rawValue, hasAdmin: hasAdmin, by: actor)
        }
    }

    // MARK: Uses

    public func confirmSecret(
        _ digest: KeyDigest, of key: String, at now: Timestamp, then: @escaping Then<KeyRecord?>
    ) {
        ask(isDurable: true, then: then) { database in
            guard let before = try database.key(key), before.revokedAt == nil,
                var confirmed = KeyRotation.confirm(digest, of: before, at: now)
            else { return nil }
            (confirmed.revision, confirmed.version) = (before.revision + 1, try database.nextKeyVersion())
            try database.update(confirmed)
            try database.keep(confirmed.secrets, of: key)
            return confirmed
        }
    }

    public func noteKeyUses(_ uses: [KeyUse]) {
        // If it fails nobody waits for it, and the next use notes the next minute.
        let nobody: Then<Void> = { _ in }
        ask(then: nobody) { database in
            for use in uses {
                let minute = use.at.milliseconds - use.at.milliseconds % 60_000
                try database.run(
                    """
                    UPDATE api_secret SET last_used_at = ?, last_used_from = ?
                    WHERE digest = ? AND (last_used_at IS NULL OR last_used_at < ?1)
                    """, .integer(minute), SQLiteValue(use.address), .blob(use.digest.octets))
            }
        }
    }

    // MARK: Audit

    public func noteAudit(_ action: String, of object: String, by actor: KeyActor, then: @escaping Then<Void>) {
        ask(isDurable: true, then: then) { database in
            try database.audit(action, of: object, by: actor, before: nil, after: nil)
        }
    }

    public func audit(before number: Int64?, object: String?, limit: Int, then: @escaping Then<[AuditRecord]>) {
        ask(then: then) { database in
            try database.rows(
                """
                SELECT number, at, actor, address, request_id, action, object, before, after FROM audit
                WHERE number < ? AND (?2 IS NULL OR object = ?2) ORDER BY number DESC LIMIT ?3
                """, .integer(number ?? .max), SQLiteValue(object), .integer(Int64(limit))
            ).map(AuditRecord.init)
        }
    }

    public func purgeKeys(before instant: Timestamp, then: @escaping Then<Int>) {
        ask(then: then) { database in
            // In small parts: whoever waits for a write must not wait long for this. The secrets go with their keys.
            try database.run(
                "DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE revoked_at < ? LIMIT 500)",
                .init(instant))
            let keys = database.connection.changes
            try database.run(
                "DELETE FROM audit WHERE number IN (SELECT number FROM audit WHERE at < ? ORDER BY at LIMIT 500)",
                .init(instant))
            return keys + database.connection.changes
        }
    }
}

extension StateDatabase {
    fileprivate func key(_ id: String) throws -> KeyRecord? {
        try row(
            """
            SELECT id, owner, name, permissions, tools, calendars, rates, daily_quota, upstream_quota, max_concurrent,
                allowed_ips, enabled, expires_at, revoked_at, created_at, created_by, note, revision, version
            FROM api_key WHERE id = ?
            """, .text(id)
        ).map { try key(row: $0) }
    }

    fileprivate func key(row: [SQLiteValue]) throws -> KeyRecord {
        KeyRecord(
            row: row,
            secrets: try rows(
                """
                SELECT number, digest, kind, pepper, hint, created_at, expires_at, confirmed_at, grace, last_used_at,
                    last_used_from
                FROM api_secret WHERE key = ? ORDER BY number
                """, row[0]
            ).compactMap(KeySecret.init))
    }

    fileprivate func nextKeyVersion() throws -> Int64 {
        try row("UPDATE key_version SET number = number + 1 RETURNING number")?[0].integerValue ?? 0
    }

    fileprivate func change(
        _ before: KeyRecord, to wanted: KeyRecord, _ action: String, hasAdmin: Bool, by actor: KeyActor
    ) throws -> KeyStanding {
        let hasOther = try hasAdmin || manages(other: before.id, at: actor.at)
        guard !before.leavesNobody(after: wanted, hasOther: hasOther, at: actor.at) else { return .lastAdmin }
        var changed = wanted
        (changed.revision, changed.version) = (before.revision + 1, try nextKeyVersion())
        try update(changed)
        try keep(changed.secrets, of: changed.id)
        let after = try key(changed.id) ?? changed
        try audit(action, of: after.id, by: actor, before: before, after: after)
        return .done(after)
    }

    /// Whether a key other than this one can manage keys.
    private func manages(other id: String, at now: Timestamp) throws -> Bool {
        try row(
            """
            SELECT 1 FROM api_key WHERE manages = 1 AND enabled = 1 AND revoked_at IS NULL AND id <> ?
                AND (expires_at IS NULL OR expires_at > ?2) AND EXISTS (
                SELECT 1 FROM api_secret WHERE key = api_key.id AND (expires_at IS NULL OR expires_at > ?2)) LIMIT 1
            """, .text(id), .init(now)) != nil
    }

    fileprivate func insert(_ key: KeyRecord) throws {
        try statement(
            """
            INSERT INTO api_key (owner, name, permissions, manages, tools, calendars, rates, daily_quota, upstream_quota,
                max_concurrent, allowed_ips, enabled, expires_at, revoked_at, note, revision, version, id, created_at,
                created_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(key.values + [.text(key.id), .init(key.createdAt), .text(key.createdBy)])
    }

    fileprivate func update(_ key: KeyRecord) throws {
        try statement(
            """
            UPDATE api_key SET owner = ?, name = ?, permissions = ?, manages = ?, tools = ?, calendars = ?, rates = ?,
                daily_quota = ?, upstream_quota = ?, max_concurrent = ?, allowed_ips = ?, enabled = ?, expires_at = ?,
                revoked_at = ?, note = ?, revision = ?, version = ?
            WHERE id = ?
            """
        ).run(key.values + [.text(key.id)])
    }

    /// Leaves these secrets to the key and no others; when they were used stays as it is noted.
    fileprivate func keep(_ secrets: [KeySecret], of key: String) throws {
        let known = try rows("SELECT number, digest FROM api_secret WHERE key = ?", .text(key))
        for row in known where !secrets.contains(where: { $0.digest.octets == row[1].blobValue }) {
            try run("DELETE FROM api_secret WHERE number = ?", row[0])
        }
        for secret in secrets {
            try run(
                """
                INSERT INTO api_secret (key, digest, kind, pepper, hint, created_at, expires_at, confirmed_at, grace)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at,
                    confirmed_at = excluded.confirmed_at, grace = excluded.grace
                """, .text(key), .blob(secret.digest.octets), .integer(Int64(secret.hash.kind)),
                SQLiteValue(secret.hash.pepper), .text(secret.hint), .init(secret.createdAt),
                SQLiteValue(secret.expiresAt), SQLiteValue(secret.confirmedAt), SQLiteValue(secret.grace))
        }
    }

    fileprivate func audit(
        _ action: String, of object: String, by actor: KeyActor, before: KeyRecord?, after: KeyRecord?
    ) throws {
        let text = { (key: KeyRecord?) in key.map { JSON.object($0.document).encoded } }
        try run(
            """
            INSERT INTO audit (at, actor, address, request_id, action, object, before, after)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, .init(actor.at), .text(actor.label), SQLiteValue(actor.address), SQLiteValue(actor.requestID),
            .text(action), .text(object), text(before).map { .blob($0) } ?? .null,
            text(after).map { .blob($0) } ?? .null
        )
    }
}

extension AuditRecord {
    fileprivate init(row: [SQLiteValue]) {
        self.init(
            number: row[0].integerValue ?? 0,
            actor: KeyActor(
                row[2].textValue ?? "", address: row[3].textValue, requestID: row[4].textValue,
                at: Timestamp(milliseconds: row[1].integerValue ?? 0)),
            action: row[5].textValue ?? "", object: row[6].textValue ?? "", before: row[7].blobValue,
            after: row[8].blobValue)
    }
}
