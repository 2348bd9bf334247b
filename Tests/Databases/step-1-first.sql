-- A database at step 1 in its first form of the schema, as .dump shows it.
BEGIN TRANSACTION;
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
CREATE TABLE value (
                    name TEXT PRIMARY KEY,
                    bytes BLOB NOT NULL,
                    saved_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
INSERT INTO "value" VALUES('budget',X'0102',5);
INSERT INTO "value" VALUES('ended-sessions',X'5B5B226E6F6E63652D31222C393030303030303030303030305D5D',5);
CREATE TABLE write (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    account TEXT NOT NULL,
                    request INTEGER REFERENCES request (id) ON DELETE SET NULL,
                    operation TEXT NOT NULL,
                    subject TEXT,
                    mark TEXT,
                    body BLOB,
                    digest BLOB NOT NULL,
                    notes BLOB NOT NULL,
                    recorded_at INTEGER NOT NULL,
                    sent_at INTEGER NOT NULL,
                    holder TEXT,
                    effect INTEGER,
                    result TEXT,
                    settled_at INTEGER
                ) STRICT;
INSERT INTO "write" VALUES(1,'a',1,'events/create',NULL,'m',NULL,X'07',X'',0,0,NULL,1,'evt-1',1);
INSERT INTO "write" VALUES(2,'a',2,'events/create',NULL,'n',X'0102',X'07',X'03',0,0,NULL,NULL,NULL,NULL);
CREATE INDEX request_by_expiry ON request (expires_at);
CREATE INDEX write_unsettled ON write (account) WHERE effect IS NULL;
CREATE INDEX write_by_settling ON write (settled_at) WHERE effect IS NOT NULL;
CREATE INDEX write_by_request ON write (request) WHERE request IS NOT NULL;
CREATE INDEX write_by_mark ON write (account, mark) WHERE mark IS NOT NULL;
CREATE INDEX write_by_result ON write (account, result) WHERE result IS NOT NULL;
CREATE INDEX write_by_digest ON write (account, digest, recorded_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('request',2);
INSERT INTO "sqlite_sequence" VALUES('write',3);
COMMIT;
PRAGMA user_version = 1;
