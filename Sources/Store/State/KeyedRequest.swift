public import Core

/// The number of a request in the store.
public struct RequestID: Sendable, Hashable {
    let number: Int64
}

/// A request that carries an idempotency key.
public struct KeyedRequest: Sendable {
    /// Whose events it works on; requests of one account know nothing of another's.
    public let account: String
    /// Who makes it: the same key from another caller is another key.
    public let principal: String
    /// The idempotency key.
    public let key: String
    /// What is asked for, as a digest.
    public let fingerprint: [UInt8]
    /// When it came, on the store's clock.
    public let now: Timestamp
    /// When its key is forgotten if it is never finished.
    public let expires: Timestamp

    public init(
        account: String, principal: String, key: String, fingerprint: [UInt8], now: Timestamp, expires: Timestamp
    ) {
        self.account = account
        self.principal = principal
        self.key = key
        self.fingerprint = fingerprint
        self.now = now
        self.expires = expires
    }
}

/// The first answer to a request, to be given again.
public struct StoredAnswer: Sendable, Equatable {
    /// The status of the answer.
    public let status: Int
    /// What goes before the body, in the form of whoever stores it.
    public let head: [UInt8]
    public let body: [UInt8]

    public init(status: Int, head: [UInt8], body: [UInt8]) {
        self.status = status
        self.head = head
        self.body = body
    }
}

/// How a request with a key stands.
public enum RequestStanding: Sendable, Equatable {
    /// It is the caller's to answer, who must `finish` it.
    /// - Parameter earlier: what became of the writes of its earlier runs, which ended without an answer; oldest first.
    case begun(RequestID, earlier: [EarlierWrite])
    case answered(StoredAnswer)
    /// The key belongs to another request.
    case differs
    /// It is being answered.
    case running
    /// A run of it has ended without an answer, and what its writes did is not known yet.
    case unsettled
    /// No more keys are kept for this caller, who has so many.
    case full(own: Int)
}

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
    mutating func allow(_ owner: Owner, max: Int, at now: Timestamp, in database: StateDatabase) throws -> Bool {
        if try hasRoom(owner, max, in: database) { return true }
        // To count takes time, and whoever is refused may ask again at once.
        if let refreshed, now.seconds(since: refreshed).magnitude < 1 { return false }
        refreshed = now
        try refresh(in: database)
        return try hasRoom(owner, max, in: database)
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
