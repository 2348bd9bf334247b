extension StateMigrations {
    static let feeds = Migration(
        number: 3,
        sql: """
            -- id: also stands in the feed's address. filter: what of the calendar it shows. used_at: to the minute.
            CREATE TABLE feed (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                account TEXT NOT NULL,
                name TEXT NOT NULL,
                filter BLOB NOT NULL,
                creator TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                used_at INTEGER
            ) STRICT;
            CREATE INDEX feed_by_account ON feed (account);
            """)
}
