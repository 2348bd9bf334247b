extension StateMigrations {
    static let feedEvents = Migration(
        number: 7,
        sql: """
            -- What readers of a feed were last shown of each event. digest: of all that is said of it. sequence: how often that
            -- has changed. modified_at: when it changed last. seen_at: when the feed showed it last, to the day.
            CREATE TABLE feed_event (
                feed TEXT NOT NULL,
                uid TEXT NOT NULL,
                digest BLOB NOT NULL,
                sequence INTEGER NOT NULL,
                modified_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (feed, uid)
            ) STRICT, WITHOUT ROWID;
            """)
}
