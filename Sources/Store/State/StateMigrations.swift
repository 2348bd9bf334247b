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
        usedNonces,
        budget,
        keys,
    ]
}

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

extension StateMigrations {
    static let boot = Migration(
        number: 5,
        sql: """
            -- sent_tick: sent_at in milliseconds since the start of the machine that boot names.
            ALTER TABLE write ADD COLUMN sent_tick INTEGER;
            ALTER TABLE write ADD COLUMN boot TEXT;
            """)
}

extension StateMigrations {
    static let commits = Migration(
        number: 6,
        sql: """
            -- How many transactions have changed the database, to be compared with the file commits; and its name.
            CREATE TABLE history (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                name INTEGER NOT NULL,
                number INTEGER NOT NULL
            ) STRICT;
            INSERT INTO history VALUES (1, random(), 0);

            -- Step 1 was once another: digest could not be null, one index was missing and one held all rows.
            CREATE TABLE new_write (
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
                settled_at INTEGER,
                sent_tick INTEGER,
                boot TEXT
            ) STRICT;
            -- No number is given again.
            INSERT INTO sqlite_sequence (name, seq) SELECT 'new_write', seq FROM sqlite_sequence WHERE name = 'write';
            INSERT INTO new_write (id, account, request, operation, subject, mark, body, digest, notes, recorded_at,
                sent_at, holder, effect, result, settled_at, sent_tick, boot)
            SELECT id, account, request, operation, subject, mark, body, digest, notes, recorded_at, sent_at, holder,
                effect, result, settled_at, sent_tick, boot FROM write;
            DROP TABLE write;
            ALTER TABLE new_write RENAME TO write;
            CREATE INDEX write_unsettled ON write (account) WHERE effect IS NULL;
            CREATE INDEX write_by_settling ON write (settled_at) WHERE effect IS NOT NULL;
            CREATE INDEX write_by_request ON write (request) WHERE request IS NOT NULL;
            CREATE INDEX write_by_mark ON write (account, mark) WHERE mark IS NOT NULL;
            CREATE INDEX write_by_result ON write (account, result) WHERE result IS NOT NULL;
            CREATE INDEX write_by_digest ON write (account, digest, recorded_at) WHERE digest IS NOT NULL;
            CREATE INDEX write_by_subject ON write (account, subject) WHERE subject IS NOT NULL;
            CREATE INDEX IF NOT EXISTS request_held ON request (holder) WHERE holder IS NOT NULL;
            """)
}

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

extension StateMigrations {
    static let usedNonces = Migration(
        number: 8,
        sql: """
            -- What is good once and was used, or is void. A nonce that is taken or made void again gets another number.
            CREATE TABLE used_nonce (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                nonce TEXT NOT NULL UNIQUE,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX used_nonce_by_expiry ON used_nonce (expires_at);
            """)
}

extension StateMigrations {
    static let budget = Migration(
        number: 9,
        sql: """
            -- What of an account's requests to Luma was given out, while several gateways share them; when one is alone, value
            -- says what was spent. Times are milliseconds since the start of the machine that boot names.
            CREATE TABLE budget (
                account TEXT PRIMARY KEY,
                boot INTEGER NOT NULL,
                period INTEGER NOT NULL,
                confirmed INTEGER NOT NULL,
                window_limit INTEGER,
                granted INTEGER NOT NULL,
                probes_left INTEGER NOT NULL,
                probed_at INTEGER NOT NULL,
                reset_at INTEGER,
                closed_until INTEGER
            ) STRICT, WITHOUT ROWID;
            -- held: what a gateway may still send of it, or has in flight. carried: what of it is of earlier periods.
            CREATE TABLE budget_holding (
                account TEXT NOT NULL,
                holder TEXT NOT NULL,
                held INTEGER NOT NULL,
                carried INTEGER NOT NULL,
                PRIMARY KEY (account, holder)
            ) STRICT, WITHOUT ROWID;
            """)
}

extension StateMigrations {
    static let keys = Migration(
        number: 10,
        sql: """
            -- Lists of words are one text with spaces between; NULL where all is meant. manages: the words grant keys:manage.
            -- version: the number of its last change, which no other change of a key has.
            CREATE TABLE api_key (
                id TEXT PRIMARY KEY,
                owner TEXT NOT NULL,
                name TEXT NOT NULL,
                permissions TEXT NOT NULL,
                manages INTEGER NOT NULL,
                tools TEXT,
                calendars TEXT,
                rates TEXT NOT NULL,
                daily_quota INTEGER,
                upstream_quota INTEGER,
                max_concurrent INTEGER,
                allowed_ips TEXT,
                enabled INTEGER NOT NULL,
                expires_at INTEGER,
                revoked_at INTEGER,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                note TEXT,
                revision INTEGER NOT NULL,
                version INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX api_key_by_version ON api_key (version);
            CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;
            -- How many changes of keys there were.
            CREATE TABLE key_version (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                number INTEGER NOT NULL
            ) STRICT;
            INSERT INTO key_version VALUES (1, 0);

            -- kind: how the digest was made, 0 by SHA-256, 1 by HMAC with the pepper of this number. grace: seconds for which the
            -- secret before stays good once this one is used. last_used_at: to the minute.
            CREATE TABLE api_secret (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                key TEXT NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
                digest BLOB NOT NULL UNIQUE,
                kind INTEGER NOT NULL,
                pepper INTEGER,
                hint TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                confirmed_at INTEGER,
                grace INTEGER,
                last_used_at INTEGER,
                last_used_from TEXT
            ) STRICT;
            CREATE INDEX api_secret_by_key ON api_secret (key);

            -- before, after: JSON without secrets.
            CREATE TABLE audit (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                address TEXT,
                request_id TEXT,
                action TEXT NOT NULL,
                object TEXT NOT NULL,
                before BLOB,
                after BLOB
            ) STRICT;
            CREATE INDEX audit_by_time ON audit (at);
            CREATE INDEX audit_by_object ON audit (object, number);
            """)
}
