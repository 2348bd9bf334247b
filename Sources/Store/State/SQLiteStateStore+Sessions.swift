public import Core

extension SQLiteStateStore {
    public func endSession(_ nonce: String, until expiry: Timestamp) {
        // What a write has done must not be forgotten for it.
        insist(isMinor: true) { database in
            try database.run(
                "INSERT OR IGNORE INTO ended_session (nonce, expires_at) VALUES (?, ?)", .text(nonce), .init(expiry))
            try database.run(
                "DELETE FROM ended_session WHERE number <= (SELECT max(number) FROM ended_session) - ?",
                .integer(Int64(EndedSession.mostKept)))
        }
    }

    public func endedSessions(after number: Int64, limit: Int, then: @escaping Then<[EndedSession]>) {
        ask(then: then) { database in
            try database.rows(
                "SELECT number, nonce FROM ended_session WHERE number > ? ORDER BY number LIMIT ?", .integer(number),
                .integer(Int64(limit))
            ).map { EndedSession(number: $0[0].integerValue ?? 0, nonce: $0[1].textValue ?? "") }
        }
    }
}
