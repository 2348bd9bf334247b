/// The shape of the state's database. Times are milliseconds since 1970.
enum StateMigrations {
    static let all = [
        Migration(
            number: 1,
            sql: """
                CREATE TABLE value (
                    name TEXT PRIMARY KEY,
                    bytes BLOB NOT NULL,
                    saved_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                -- holder: who answers it now. status, head, body: the answer, once there is one.
                CREATE TABLE request (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    account TEXT NOT NULL,
                    principal TEXT NOT NULL,
                    key TEXT NOT NULL,
                    fingerprint BLOB NOT NULL,
                    begun_at INTEGER NOT NULL,
                    expires_at INTEGER NOT NULL,
                    holder TEXT,
                    status INTEGER,
                    head BLOB,
                    body BLOB,
                    UNIQUE (account, principal, key)
                ) STRICT;
                CREATE INDEX request_by_expiry ON request (expires_at);
                CREATE INDEX request_held ON request (holder) WHERE holder IS NOT NULL;

                -- effect: null while unknown, 0 none, 1 done, 2 never to be known.
                CREATE TABLE write (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    account TEXT NOT NULL,
                    request INTEGER REFERENCES request (id) ON DELETE SET NULL,
                    operation TEXT NOT NULL,
                    subject TEXT,
                    mark TEXT,
                    body BLOB,
                    digest BLOB,
                    notes BLOB NOT NULL,
                    recorded_at INTEGER NOT NULL,
                    sent_at INTEGER NOT NULL,
                    holder TEXT,
                    effect INTEGER,
                    result TEXT,
                    settled_at INTEGER
                ) STRICT;
                CREATE INDEX write_unsettled ON write (account) WHERE effect IS NULL;
                CREATE INDEX write_by_settling ON write (settled_at) WHERE effect IS NOT NULL;
                CREATE INDEX write_by_request ON write (request) WHERE request IS NOT NULL;
                CREATE INDEX write_by_mark ON write (account, mark) WHERE mark IS NOT NULL;
                CREATE INDEX write_by_result ON write (account, result) WHERE result IS NOT NULL;
                CREATE INDEX write_by_digest ON write (account, digest, recorded_at) WHERE digest IS NOT NULL;
                """),
        Migration(
            number: 2,
            sql: """
                -- What became of a thing after it was made.
                CREATE INDEX write_by_subject ON write (account, subject) WHERE subject IS NOT NULL;
                """),
        feeds,
        sessions,
        boot,
        commits,
        feedEvents,
    ]
}
