public import Core

extension SQLiteStateStore {
    public func endSession(
        _ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>
    ) {
        // What a write has done must not be forgotten for it.
        insist(isMinor: true, then: then) { database in
            // Here and not with the rest that is purged, whose clock is another.
            try database.run("DELETE FROM ended_session WHERE expires_at <= ?", .init(now))
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
