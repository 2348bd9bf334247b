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
