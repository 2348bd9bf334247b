/// How many requests with a key are kept, of all callers and of each: counted once, and kept in step from then on.
///
/// Other programs on the same folder count for themselves, so it is right to what they have added since. Belongs to the
/// store's queue.
struct RequestCounts {
    /// Whose key it is: an account and who uses it.
    struct Owner: Hashable {
        let account: String
        let principal: String
    }

    /// Nil when it must be counted.
    private(set) var all: Int?
    private var own: [Owner: Int] = [:]

    /// Counts anew when it is next asked.
    mutating func forget() { self = RequestCounts() }

    /// Whether another one may be kept for this caller.
    ///
    /// A caller may have as many as are left: so the first one gets half of all, and however many come and whatever
    /// they do, there is room for the next.
    mutating func allow(_ owner: Owner, most: Int, in database: StateDatabase) throws -> Bool {
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
