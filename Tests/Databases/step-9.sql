-- A database at step 9 of the schema, as .dump shows it.
BEGIN TRANSACTION;
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
INSERT INTO "budget" VALUES('a',7,3,1,200,50,0,5,60000,NULL);
CREATE TABLE budget_holding (
                account TEXT NOT NULL,
                holder TEXT NOT NULL,
                held INTEGER NOT NULL,
                carried INTEGER NOT NULL,
                PRIMARY KEY (account, holder)
            ) STRICT, WITHOUT ROWID;
INSERT INTO "budget_holding" VALUES('a','holder-1',25,0);
CREATE TABLE ended_session (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                nonce TEXT NOT NULL UNIQUE,
                expires_at INTEGER NOT NULL
            ) STRICT;
INSERT INTO "ended_session" VALUES(1,'nonce-1',9000000000000);
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
INSERT INTO "feed" VALUES(1,'f1','a','Feed',X'7B7D','me',0,NULL);
CREATE TABLE feed_event (
    feed TEXT NOT NULL,
    uid TEXT NOT NULL,
    digest BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (feed, uid)
) STRICT, WITHOUT ROWID;
INSERT INTO "feed_event" VALUES('f1','evt-1',X'07',2,5,5);
CREATE TABLE history (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                name INTEGER NOT NULL,
                number INTEGER NOT NULL
            ) STRICT;
INSERT INTO "history" VALUES(1,7,0);
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
INSERT INTO "request" VALUES(1,'a','','answered',X'01',0,9000000000000,NULL,201,X'5B5D',X'7B7D');
INSERT INTO "request" VALUES(2,'a','','open',X'01',0,9000000000000,NULL,NULL,NULL,NULL);
CREATE TABLE used_nonce (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                nonce TEXT NOT NULL UNIQUE,
                expires_at INTEGER NOT NULL
            ) STRICT;
CREATE TABLE value (
                    name TEXT PRIMARY KEY,
                    bytes BLOB NOT NULL,
                    saved_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
INSERT INTO "value" VALUES('budget',X'0102',5);
INSERT INTO "value" VALUES('budget-0123456789abcdef01234567',X'7B2276657273696F6E223A312C226C696D6974223A3230302C2272656D61696E696E67223A31372C2272657365745F6174223A393030303030303030303030302C22636C6F7365645F756E74696C223A393030303030303030303030307D',5);
INSERT INTO "value" VALUES('feed-key',X'00010203',5);
CREATE TABLE "write" (
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
INSERT INTO "write" VALUES(1,'a',1,'events/create',NULL,'m',NULL,X'07',X'',0,0,NULL,1,'evt-1',1,NULL,NULL);
INSERT INTO "write" VALUES(2,'a',2,'events/create',NULL,'n',X'0102',X'07',X'03',0,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX request_by_expiry ON request (expires_at);
CREATE INDEX request_held ON request (holder) WHERE holder IS NOT NULL;
CREATE INDEX feed_by_account ON feed (account);
CREATE INDEX used_nonce_by_expiry ON used_nonce (expires_at);
CREATE INDEX ended_session_by_expiry ON ended_session (expires_at);
CREATE INDEX write_unsettled ON write (account) WHERE effect IS NULL;
CREATE INDEX write_by_settling ON write (settled_at) WHERE effect IS NOT NULL;
CREATE INDEX write_by_request ON write (request) WHERE request IS NOT NULL;
CREATE INDEX write_by_mark ON write (account, mark) WHERE mark IS NOT NULL;
CREATE INDEX write_by_result ON write (account, result) WHERE result IS NOT NULL;
CREATE INDEX write_by_digest ON write (account, digest, recorded_at) WHERE digest IS NOT NULL;
CREATE INDEX write_by_subject ON write (account, subject) WHERE subject IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ended_session',1);
INSERT INTO "sqlite_sequence" VALUES('request',2);
INSERT INTO "sqlite_sequence" VALUES('feed',1);
INSERT INTO "sqlite_sequence" VALUES('write',3);
COMMIT;
PRAGMA user_version = 9;
