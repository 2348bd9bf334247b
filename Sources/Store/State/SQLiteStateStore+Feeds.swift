public import Core

extension SQLiteStateStore {
    public func addFeed(_ feed: FeedRecord, most: Int, key fresh: [UInt8], then: @escaping Then<[UInt8]?>) {
        ask(isDurable: true, then: then) { database in
            let count = try database.row(
                "SELECT count(*), count(*) FILTER (WHERE creator = ?) FROM feed WHERE account = ?",
                .text(feed.creator), .text(feed.account))
            // One who makes feeds may have as many as are left, so that there are some for the next.
            guard (count?[0].integerValue ?? 0) + (count?[1].integerValue ?? 0) < most else { return nil }
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
            return database.connection.changes > 0
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
