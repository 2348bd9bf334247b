public import Core

/// The state in one SQLite file, `luma.db`, that several gateways on one machine may share.
///
/// A database that cannot be used is never changed and never replaced: calls fail with the cause, and it is tried again
/// every second until it works. Nor is another one taken in its place once it was open: that would have forgotten every
/// promise without a word.
public final class SQLiteStateStore: StateStore {
    /// Where the state is kept.
    public enum Place: Sendable, Equatable {
        /// This folder, made with mode 0700 when it is not there, with files of mode 0600.
        case folder(String)
        /// Gone when the program is.
        case memory
    }

    let queue: StoreQueue
    /// Requests that are kept, of all callers together; one caller alone has half of them, which is more than Luma's budget
    /// lets be made in a day.
    let maxRequests: Int

    /// Returns at once; the file is opened on the store's own queue.
    public convenience init(_ place: Place, maxRequests: Int = 600_000, listener: StoreListener = StoreListener()) {
        self.init(place, maxRequests: maxRequests, listener: listener, times: .init())
    }

    /// - Parameter onChange: told when its condition is another.
    public convenience init(
        _ place: Place, maxRequests: Int = 600_000,
        onChange: @escaping @Sendable (_ before: StoreCondition, _ now: StoreCondition) -> Void
    ) {
        self.init(place, maxRequests: maxRequests, listener: StoreListener(changed: onChange))
    }

    init(_ place: Place, maxRequests: Int = 600_000, listener: StoreListener, times: ConditionKeeper.Times) {
        self.maxRequests = maxRequests
        let folder: String? = if case .folder(let path) = place { path } else { nil }
        queue = StoreQueue(folder: folder, times: times, listener: listener)
    }

    public var condition: StoreCondition { queue.condition }

    @discardableResult public func close(within seconds: Double) -> Bool { queue.close(within: seconds) }

    /// A job that tells its value.
    func ask<Value: Sendable>(
        isDurable: Bool = false, then: @escaping Then<Value>,
        _ body: @escaping @Sendable (StateDatabase) throws -> Value
    ) {
        queue.submit(
            .init(
                isDurable: isDurable, isKept: false,
                run: { database in
                    let value = try body(database)
                    return { then(.success(value)) }
                },
                fail: { then(.failure($0)) }))
    }

    /// A job that is tried until it is done.
    /// - Parameters:
    ///   - isMinor: of too many that wait it is given up first.
    ///   - then: told when it is done or given up.
    func insist(
        isDurable: Bool = false, isMinor: Bool = false, then: @escaping Then<Void> = { _ in },
        _ body: @escaping @Sendable (StateDatabase) throws -> Void
    ) {
        queue.submit(
            .init(
                isDurable: isDurable, isKept: true, isMinor: isMinor,
                run: { database in
                    try body(database)
                    return { then(.success(())) }
                },
                fail: { then(.failure($0)) }))
    }

    // MARK: Values

    public func load(_ name: String, then: @escaping Then<SavedValue?>) {
        ask(then: then) { database in
            guard let row = try database.row("SELECT bytes, saved_at FROM value WHERE name = ?", .text(name)),
                let bytes = row[0].blobValue, let time = row[1].integerValue
            else { return nil }
            return SavedValue(bytes: bytes, savedAt: Timestamp(milliseconds: time))
        }
    }

    public func save(_ name: String, _ bytes: [UInt8], at now: Timestamp, then: @escaping Then<Void>) {
        ask(then: then) { database in
            try database.run("INSERT OR REPLACE INTO value VALUES (?, ?, ?)", .text(name), .blob(bytes), .init(now))
        }
    }

    // MARK: Upkeep

    public func purge(now: Timestamp, keepSettled seconds: Double, then: @escaping Then<Int>) {
        ask(then: then) { database in
            try database.requests.refresh(in: database)
            // In small parts: whoever waits for a write must not wait long for this.
            let removed = try database.rows(
                """
                DELETE FROM request WHERE id IN (
                    SELECT id FROM request WHERE expires_at <= ? AND holder IS NULL AND NOT EXISTS (
                        SELECT 1 FROM write WHERE request = request.id AND effect IS NULL)
                    ORDER BY expires_at LIMIT 500)
                RETURNING account, principal
                """, .init(now))
            database.requests.removed(removed)
            // What was made shortly before a lost write must not be taken for what that one has made. A lost write of
            // another account, for which nobody looks, keeps nothing of this one's.
            try database.run(
                """
                DELETE FROM write WHERE id IN (
                    SELECT id FROM write AS old
                    WHERE settled_at < ? AND effect IS NOT NULL AND (request IS NULL OR EXISTS (
                        SELECT 1 FROM request WHERE request.id = old.request AND status IS NOT NULL))
                    AND NOT EXISTS (
                        SELECT 1 FROM write AS open WHERE open.account = old.account AND open.effect IS NULL
                        AND open.recorded_at - ? <= old.settled_at)
                    ORDER BY settled_at LIMIT 500)
                """, .init(now.advanced(seconds: -seconds)),
                .integer(Int64((min(seconds, 1e9) * 1000).rounded(.up))))
            return removed.count + database.connection.changes
        }
    }

    public func count(then: @escaping Then<StoreCounts>) {
        ask(then: then) { database in
            try database.requests.refresh(in: database)
            let writes = try database.row("SELECT count(*) FROM write WHERE effect IS NULL")?[0].integerValue ?? 0
            return StoreCounts(unsettledWrites: Int(writes), requests: try database.requests.total(in: database))
        }
    }
}

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
                .integer(Int64(EndedSession.maxKept)))
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
