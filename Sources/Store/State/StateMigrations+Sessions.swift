extension StateMigrations {
    static let sessions = Migration(
        number: 4,
        sql: """
            -- Sessions that were ended before they expired. nonce: what the session's id holds.
            CREATE TABLE ended_session (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                nonce TEXT NOT NULL UNIQUE,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX ended_session_by_expiry ON ended_session (expires_at);
            -- Where they were before.
            DELETE FROM value WHERE name = 'ended-sessions';
            """)
}
