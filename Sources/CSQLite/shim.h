#pragma once
// SQLite for Swift. SQLITE_TRANSIENT is a cast pointer that Swift does not import. Prefix lm_; no logic here.
#include <sqlite3.h>

static inline int lm_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
static inline int lm_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
// A variadic function, which Swift does not import.
static inline int lm_sqlite_no_checkpoint_on_close(sqlite3 *database, int isOn) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isOn, (int *)0);
}
