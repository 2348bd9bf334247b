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
            -- Where they were before: one list of pairs. What is not of that kind is left behind.
            INSERT OR IGNORE INTO ended_session (nonce, expires_at)
            SELECT nonce, expires_at FROM (
                SELECT CASE WHEN pair.type = 'array' THEN json_extract(pair.value, '$[0]') END AS nonce,
                    CASE WHEN pair.type = 'array' THEN json_extract(pair.value, '$[1]') END AS expires_at,
                    pair.id AS place
                FROM value AS kept, json_each(
                    CASE WHEN json_valid(CAST(kept.bytes AS TEXT)) THEN CAST(kept.bytes AS TEXT) ELSE '[]' END) AS pair
                WHERE kept.name = 'ended-sessions')
            WHERE typeof(nonce) = 'text' AND typeof(expires_at) = 'integer' ORDER BY place;
            DELETE FROM value WHERE name = 'ended-sessions';
            """)
}
