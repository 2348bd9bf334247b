public import Core

extension SQLiteStateStore {
    public func begin(_ request: KeyedRequest, then: @escaping Then<RequestStanding>) {
        let most = maxRequests
        // Not durable: if it is lost, so is the record of the write that comes after it, which then was never sent.
        ask(then: then) { database in try database.begin(request, max: most) }
    }

    public func finish(_ request: RequestID, _ answer: StoredAnswer?, expires: Timestamp) {
        insist { database in
            // All that were sent are settled or abandoned by now. A record that came after its sender's time was over, or
            // that was written to the disk though the call failed, is of a write that was not sent.
            try database.run(
                """
                UPDATE write SET effect = 0, settled_at = recorded_at, holder = NULL, body = NULL
                WHERE request = ? AND holder = ? AND effect IS NULL
                """, .integer(request.number), .text(database.holder.name))
            if let answer {
                try database.run(
                    """
                    UPDATE request SET holder = NULL, status = ?, head = ?, body = ?, expires_at = ?
                    WHERE id = ? AND holder = ?
                    """, .integer(Int64(answer.status)), .blob(answer.head), .blob(answer.body), .init(expires),
                    .integer(request.number), .text(database.holder.name))
                return
            }
            // What has left a trace at Luma must be known to the next run.
            let removed = try database.rows(
                """
                DELETE FROM request WHERE id = ? AND holder = ? AND NOT EXISTS (
                    SELECT 1 FROM write WHERE request = request.id AND effect IS NOT 0)
                RETURNING account, principal
                """, .integer(request.number), .text(database.holder.name))
            database.requests.removed(removed)
            try database.run(
                "UPDATE request SET holder = NULL WHERE id = ? AND holder = ?", .integer(request.number),
                .text(database.holder.name))
        }
    }
}

extension StateDatabase {
    fileprivate func begin(_ request: KeyedRequest, max: Int) throws -> RequestStanding {
        let found = try row(
            """
            SELECT id, fingerprint, expires_at, holder, status, head, body FROM request
            WHERE account = ? AND principal = ? AND key = ?
            """, .text(request.account), .text(request.principal), .text(request.key))
        guard let found, let number = found[0].integerValue, let expires = found[2].integerValue else {
            return try insert(request, max: max)
        }
        var isHeld = false
        if let other = found[3].textValue {
            isHeld = holder.isAlive(other)
            if !isHeld { try release(other) }
        }
        let isUnsettled = try row("SELECT 1 FROM write WHERE request = ? AND effect IS NULL", .integer(number)) != nil
        if expires <= request.now.milliseconds, !isHeld, !isUnsettled {
            requests.removed(
                try rows("DELETE FROM request WHERE id = ? RETURNING account, principal", .integer(number)))
            return try insert(request, max: max)
        }
        guard found[1].blobValue == request.fingerprint else { return .differs }
        if let status = found[4].integerValue {
            let (head, body) = (found[5].blobValue ?? [], found[6].blobValue ?? [])
            return .answered(StoredAnswer(status: Int(status), head: head, body: body))
        }
        if isHeld { return .running }
        if isUnsettled { return .unsettled }
        try run("UPDATE request SET holder = ? WHERE id = ?", .text(holder.name), .integer(number))
        let earlier = try rows(
            """
            SELECT operation, subject, notes, effect, result FROM write
            WHERE request = ? AND effect IS NOT NULL ORDER BY id
            """, .integer(number))
        return .begun(RequestID(number: number), earlier: earlier.map(EarlierWrite.init))
    }

    private func insert(_ request: KeyedRequest, max: Int) throws -> RequestStanding {
        let owner = RequestCounts.Owner(account: request.account, principal: request.principal)
        guard try requests.allow(owner, max: max, at: request.now, in: self) else {
            let (own, all) = (try requests.count(owner, in: self), try requests.total(in: self))
            refusedKey = "\(owner.principal) has \(own) keys, of \(all) that all callers have"
            return .full(own: own)
        }
        try run(
            """
            INSERT INTO request (account, principal, key, fingerprint, begun_at, expires_at, holder)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .text(request.account), .text(request.principal), .text(request.key), .blob(request.fingerprint),
            .init(request.now), .init(request.expires), .text(holder.name))
        requests.added(owner)
        return .begun(RequestID(number: connection.lastInsertedRow), earlier: [])
    }

    /// Marks as abandoned what a dead program had in flight.
    func release(_ dead: String) throws {
        try run("UPDATE request SET holder = NULL WHERE holder = ?", .text(dead))
        try run("UPDATE write SET holder = NULL WHERE holder = ? AND effect IS NULL", .text(dead))
    }
}

extension EarlierWrite {
    fileprivate init(row: [SQLiteValue]) {
        self.init(
            operation: row[0].textValue ?? "", subject: row[1].textValue, notes: row[2].blobValue ?? [],
            effect: WriteEffect(code: row[3].integerValue, result: row[4].textValue))
    }
}
