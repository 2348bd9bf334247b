public import Core

extension SQLiteStateStore {
    public func addFeed(_ feed: FeedRecord, max: Int, key fresh: [UInt8], then: @escaping Then<[UInt8]?>) {
        ask(isDurable: true, then: then) { database in
            let count = try database.row(
                "SELECT count(*), count(*) FILTER (WHERE creator = ?) FROM feed WHERE account = ?",
                .text(feed.creator), .text(feed.account))
            // One who makes feeds may have as many as are left, so that there are some for the next.
            guard (count?[0].integerValue ?? 0) + (count?[1].integerValue ?? 0) < max else { return nil }
            try database.run(
                "INSERT OR IGNORE INTO value VALUES ('feed-key', ?, ?)", .blob(fresh), .init(feed.createdAt))
            try database.run(
                "INSERT INTO feed (id, account, name, filter, creator, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                .text(feed.id), .text(feed.account), .text(feed.name), .blob(feed.filter), .text(feed.creator),
                .init(feed.createdAt))
            return try database.feedKey()
        }
    }

    public func feeds(_ account: String, then: @escaping Then<[FeedRecord]>) {
        ask(then: then) { database in
            try database.rows(
                """
                SELECT id, account, name, filter, creator, created_at, used_at FROM feed WHERE account = ?
                ORDER BY number
                """, .text(account)
            ).map(FeedRecord.init)
        }
    }

    public func feed(_ id: String, of account: String, then: @escaping Then<FeedLookup>) {
        ask(then: then) { database in
            let row = try database.row(
                """
                SELECT id, account, name, filter, creator, created_at, used_at FROM feed WHERE id = ? AND account = ?
                """, .text(id), .text(account))
            return FeedLookup(key: try database.feedKey(), feed: row.map(FeedRecord.init))
        }
    }

    public func useFeed(_ id: String, at now: Timestamp) {
        // If it fails nobody waits for it, and the next reading notes the next minute.
        let nobody: Then<Void> = { _ in }
        ask(then: nobody) { database in
            try database.run(
                "UPDATE feed SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at <= ?)", .init(now), .text(id),
                .init(now.advanced(seconds: -60)))
        }
    }

    public func removeFeed(_ id: String, of account: String, then: @escaping Then<Bool>) {
        ask(isDurable: true, then: then) { database in
            try database.run("DELETE FROM feed WHERE id = ? AND account = ?", .text(id), .text(account))
            guard database.connection.changes > 0 else { return false }
            try database.run("DELETE FROM feed_event WHERE feed = ?", .text(id))
            return true
        }
    }
}

extension SQLiteStateStore {
    /// Days for which a feed's entry is remembered that it does not show.
    private static let rememberedDays = 180.0
    private static let daySeconds = 86_400.0

    public func reviseFeed(
        _ id: String, _ entries: [FeedEntry], at now: Timestamp, then: @escaping Then<[FeedRevision]>
    ) {
        ask(then: then) { database in
            guard try database.row("SELECT 1 FROM feed WHERE id = ?", .text(id)) != nil else {
                // It was revoked while its calendar was made: what is remembered of it now would never be forgotten.
                return entries.map { FeedRevision(sequence: 0, modifiedAt: $0.modifiedAt) }
            }
            var known: [String: (digest: [UInt8], sequence: Int64, modified: Timestamp, seen: Timestamp)] = [:]
            for row in try database.rows(
                "SELECT uid, digest, sequence, modified_at, seen_at FROM feed_event WHERE feed = ?", .text(id))
            {
                let time = { (index: Int) in Timestamp(milliseconds: row[index].integerValue ?? 0) }
                known[row[0].textValue ?? ""] = (row[1].blobValue ?? [], row[2].integerValue ?? 0, time(3), time(4))
            }
            var revisions: [FeedRevision] = []
            for entry in entries {
                let last = known[entry.uid]
                var revision = FeedRevision(
                    sequence: Int(last?.sequence ?? 0), modifiedAt: last?.modified ?? entry.modifiedAt)
                if let last, last.digest != entry.digest {
                    // Calendars count in seconds; a clock that was set back must not make what is new old.
                    revision = FeedRevision(
                        sequence: revision.sequence + 1, modifiedAt: max(now, last.modified.advanced(seconds: 1)))
                }
                revisions.append(revision)
                if last?.digest == entry.digest, now.seconds(since: last?.seen ?? now).magnitude < Self.daySeconds {
                    continue
                }
                try database.run(
                    "INSERT OR REPLACE INTO feed_event VALUES (?, ?, ?, ?, ?, ?)", .text(id), .text(entry.uid),
                    .blob(entry.digest), .integer(Int64(revision.sequence)), .init(revision.modifiedAt), .init(now))
            }
            try database.run(
                "DELETE FROM feed_event WHERE feed = ? AND seen_at < ?", .text(id),
                .init(now.advanced(seconds: -Self.rememberedDays * Self.daySeconds)))
            return revisions
        }
    }
}

extension StateDatabase {
    fileprivate func feedKey() throws -> [UInt8]? {
        try row("SELECT bytes FROM value WHERE name = 'feed-key'")?[0].blobValue
    }
}

extension FeedRecord {
    fileprivate init(row: [SQLiteValue]) {
        self.init(
            id: row[0].textValue ?? "", account: row[1].textValue ?? "", name: row[2].textValue ?? "",
            filter: row[3].blobValue ?? [], creator: row[4].textValue ?? "",
            createdAt: Timestamp(milliseconds: row[5].integerValue ?? 0),
            usedAt: row[6].integerValue.map(Timestamp.init(milliseconds:)))
    }
}
