import Glibc

extension SQLiteStateStore {
    public func exchangeBudget(_ account: String, _ message: BudgetMessage, then: @escaping Then<BudgetStanding>) {
        // Not durable: a loss of power ends all gateways of the folder, and what was given out with them.
        ask(then: then) { database in
            let kept = try database.ledger(account)
            var ledger = kept ?? BudgetLedger()
            let holder = database.holder
            let standing = ledger.exchange(message, with: holder.name, now: BootTime.milliseconds) {
                holder.isAlive($0)
            }
            if ledger != kept { try database.keep(ledger, account) }
            return standing
        }
    }
}

extension StateDatabase {
    /// Nil when there is none, or when it is of another run of the machine: all that it tells of is over.
    fileprivate func ledger(_ account: String) throws -> BudgetLedger? {
        guard
            let row = try row(
                """
                SELECT period, confirmed, window_limit, granted, probes_left, probed_at, reset_at, closed_until
                FROM budget WHERE account = ? AND boot = ?
                """, .text(account), .integer(BootTime.run))
        else { return nil }
        var ledger = BudgetLedger()
        ledger.period = row[0].integerValue ?? 0
        ledger.isConfirmed = row[1].integerValue == 1
        ledger.limit = row[2].integerValue.map { Int($0) }
        ledger.granted = Int(row[3].integerValue ?? 0)
        ledger.probesLeft = Int(row[4].integerValue ?? 0)
        ledger.probedAt = row[5].integerValue ?? 0
        ledger.resetAt = row[6].integerValue
        ledger.closedUntil = row[7].integerValue
        for row in try rows("SELECT holder, held, carried FROM budget_holding WHERE account = ?", .text(account)) {
            ledger.holdings[row[0].textValue ?? ""] = .init(
                held: Int(row[1].integerValue ?? 0), carried: Int(row[2].integerValue ?? 0))
        }
        return ledger
    }

    fileprivate func keep(_ ledger: BudgetLedger, _ account: String) throws {
        func optional(_ value: Int64?) -> SQLiteValue { value.map { .integer($0) } ?? .null }
        try run(
            "INSERT OR REPLACE INTO budget VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", .text(account),
            .integer(BootTime.run), .integer(ledger.period), .integer(ledger.isConfirmed ? 1 : 0),
            optional(ledger.limit.map { Int64($0) }), .integer(Int64(ledger.granted)),
            .integer(Int64(ledger.probesLeft)), .integer(ledger.probedAt), optional(ledger.resetAt),
            optional(ledger.closedUntil))
        try run("DELETE FROM budget_holding WHERE account = ?", .text(account))
        for (holder, holding) in ledger.holdings {
            try run(
                "INSERT INTO budget_holding VALUES (?, ?, ?, ?)", .text(account), .text(holder),
                .integer(Int64(holding.held)), .integer(Int64(holding.carried)))
        }
    }
}

/// The time that all programs on the machine see alike, whatever becomes of its wall clock.
private enum BootTime {
    /// Tells this run of the machine from others.
    static let run = Int64(bitPattern: CommitRecord.bootIdentity)

    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
