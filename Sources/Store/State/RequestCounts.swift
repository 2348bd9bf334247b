import Core

/// How many requests with a key are kept, of all callers and of each: counted once, and kept in step from then on.
///
/// Other programs on the same folder count for themselves. What they have added or removed is counted when something is purged,
/// and before a caller is refused. Belongs to the store's queue.
struct RequestCounts {
    /// Whose key it is: an account and who uses it.
    struct Owner: Hashable {
        let account: String
        let principal: String
    }

    /// Nil when it must be counted.
    private(set) var all: Int?
    private var own: [Owner: Int] = [:]
    /// SQLite's number for what other programs have committed, as it was before the count; nil when it was not asked for.
    private var version: Int64?
    /// When a caller was last counted anew instead of being refused.
    private var refreshed: Timestamp?

    /// Counts anew when it is next asked.
    mutating func forget() { (all, own, version) = (nil, [:], nil) }

    /// The same if another program has changed something since.
    mutating func refresh(in database: StateDatabase) throws {
        let now = try database.row("PRAGMA data_version")?[0].integerValue
        guard now != version else { return }
        (all, own, version) = (nil, [:], now)
    }

    /// Whether another one may be kept for this caller.
    ///
    /// A caller may have as many as are left: so the first one gets half of all, and however many come and whatever
    /// they do, there is room for the next.
    mutating func allow(_ owner: Owner, most: Int, at now: Timestamp, in database: StateDatabase) throws -> Bool {
        if try hasRoom(owner, most, in: database) { return true }
        // To count takes time, and whoever is refused may ask again at once.
        if let refreshed, now.seconds(since: refreshed).magnitude < 1 { return false }
        refreshed = now
        try refresh(in: database)
        return try hasRoom(owner, most, in: database)
    }

    private mutating func hasRoom(_ owner: Owner, _ most: Int, in database: StateDatabase) throws -> Bool {
        try count(owner, in: database) + total(in: database) < most
    }

    mutating func total(in database: StateDatabase) throws -> Int {
        if let all { return all }
        let count = Int(try database.row("SELECT count(*) FROM request")?[0].integerValue ?? 0)
        all = count
        return count
    }

    mutating func count(_ owner: Owner, in database: StateDatabase) throws -> Int {
        if let known = own[owner] { return known }
        let count = try database.row(
            "SELECT count(*) FROM request WHERE account = ? AND principal = ?", .text(owner.account),
            .text(owner.principal))
        own[owner] = Int(count?[0].integerValue ?? 0)
        return own[owner] ?? 0
    }

    mutating func added(_ owner: Owner) { change(owner, by: 1) }

    /// - Parameter rows: account and principal of each that was removed.
    mutating func removed(_ rows: [[SQLiteValue]]) {
        for row in rows {
            change(Owner(account: row[0].textValue ?? "", principal: row[1].textValue ?? ""), by: -1)
        }
    }

    private mutating func change(_ owner: Owner, by step: Int) {
        all = all.map { $0 + step }
        if let known = own[owner] { own[owner] = known + step }
    }
}
