public import Core

extension SQLiteStateStore {
    public func record(_ write: WriteRecord, then: @escaping Then<RecordStanding>) {
        ask(isDurable: true, then: then) { database in try database.record(write) }
    }

    public func settle(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp) {
        // Not durable: if it is lost with the power, the write is looked for again.
        insist { database in _ = try database.settle(write, effect, now) }
    }

    public func abandon(_ write: WriteID) {
        insist { database in
            try database.run("UPDATE write SET holder = NULL WHERE id = ? AND effect IS NULL", .integer(write.number))
        }
    }

    public func abandonedWrites(_ account: String, limit: Int, then: @escaping Then<[AbandonedWrite]>) {
        ask(then: then) { database in
            try database.releaseDead()
            return try database.abandonedWrites(account, limit)
        }
    }

    public func overtaking(_ write: WriteID, then: @escaping Then<Overtaking>) {
        ask(then: then) { database in try database.overtaking(write) }
    }

    public func suspicion(
        of things: [String], by write: WriteID, within span: Int64, then: @escaping Then<Suspicion>
    ) {
        ask(then: then) { database in try database.suspicion(things, write, span) }
    }

    public func settled(
        _ operation: String, of subject: String, _ account: String, then: @escaping Then<Timestamp?>
    ) {
        ask(then: then) { database in
            try database.row(
                """
                SELECT settled_at FROM write WHERE account = ? AND subject = ? AND operation = ? AND effect = 1
                ORDER BY id DESC LIMIT 1
                """, .text(account), .text(subject), .text(operation)
            )?[0].integerValue.map(Timestamp.init(milliseconds:))
        }
    }

    public func adopt(
        _ write: WriteID, _ effect: WriteEffect, at now: Timestamp, then: @escaping Then<Adoption>
    ) {
        ask(isDurable: true, then: then) { database in
            if case .done(let result?) = effect, let refusal = try database.refusal(of: write, result) {
                return refusal
            }
            return try database.settle(write, effect, now) ? .recorded : .settledBefore
        }
    }
}

extension StateDatabase {
    fileprivate func record(_ write: WriteRecord) throws -> RecordStanding {
        if let since = write.unlessSince {
            let same = try row(
                """
                SELECT result FROM write AS made
                WHERE account = ? AND digest = ? AND recorded_at >= ? AND effect IS NOT 0 AND NOT EXISTS (
                    SELECT 1 FROM write AS later WHERE later.account = made.account AND later.subject = made.result
                    AND later.operation = ? AND later.effect = 1)
                ORDER BY recorded_at DESC LIMIT 1
                """, .text(write.account), write.digest.map { .blob($0) } ?? .null, .init(since),
                .init(write.endedBy))
            if let same { return .duplicate(result: same[0].textValue) }
        }
        try run(
            """
            INSERT INTO write
            (account, request, operation, subject, mark, body, digest, notes, recorded_at, sent_at, sent_tick, boot, holder)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .text(write.account), write.request.map { .integer($0.number) } ?? .null, .text(write.operation),
            .init(write.subject), .init(write.mark), .blob(write.body), write.digest.map { .blob($0) } ?? .null,
            .blob(write.notes),
            .init(write.now), .init(write.sentAt), write.sentTick.map { .integer($0) } ?? .null, .text(write.boot),
            .text(holder.name))
        return .recorded(WriteID(number: connection.lastInsertedRow))
    }

    /// False when it was settled before.
    fileprivate func settle(_ write: WriteID, _ effect: WriteEffect, _ now: Timestamp) throws -> Bool {
        try run(
            """
            UPDATE write SET effect = ?, result = ?, settled_at = ?, holder = NULL, body = NULL
            WHERE id = ? AND effect IS NULL
            """, .integer(effect.code), .init(effect.result), .init(now), .integer(write.number))
        guard connection.changes == 1 else { return false }
        // Looking may take longer than a key is kept. Whoever repeats the request after it must still be told what was
        // found, so the time of a key without an answer runs from now.
        try run(
            """
            UPDATE request SET expires_at = ? + expires_at - begun_at, begun_at = ?
            WHERE id = (SELECT request FROM write WHERE id = ?) AND status IS NULL AND begun_at < ?
            """, .init(now), .init(now), .integer(write.number), .init(now))
        return true
    }

    fileprivate func releaseDead() throws {
        let holders = try rows(
            """
            SELECT holder FROM write WHERE effect IS NULL AND holder IS NOT NULL AND holder != ?
            UNION SELECT holder FROM request WHERE holder IS NOT NULL AND holder != ?
            """, .text(holder.name), .text(holder.name))
        for name in holders.compactMap(\.first?.textValue) where !holder.isAlive(name) { try release(name) }
    }

    fileprivate func abandonedWrites(_ account: String, _ limit: Int) throws -> [AbandonedWrite] {
        try rows(
            """
            SELECT id, operation, subject, mark, body, sent_at, sent_tick, boot FROM write
            WHERE account = ? AND effect IS NULL AND holder IS NULL ORDER BY id LIMIT ?
            """, .text(account), .integer(Int64(limit))
        ).map { row in
            let (isContested, claimed) = try others(account, row[3])
            return AbandonedWrite(
                id: WriteID(number: row[0].integerValue ?? 0), operation: row[1].textValue ?? "",
                subject: row[2].textValue, body: row[4].blobValue ?? [],
                sentAt: Timestamp(milliseconds: row[5].integerValue ?? 0), sentTick: row[6].integerValue,
                boot: row[7].textValue ?? "", isContested: isContested, claimed: claimed)
        }
    }

    /// Whether a found thing is, or may be, another write's.
    ///
    /// A write of this program with the same mark that is under way needs no look: whoever claims a found thing here has asked
    /// what this program itself has in flight. What another program has in flight is known here alone. It was recorded before
    /// it was sent, so before anything that it has made could be found.
    fileprivate func refusal(of write: WriteID, _ result: String) throws -> Adoption? {
        let owner = try row(
            """
            SELECT 1 FROM write AS other, write AS own WHERE own.id = ? AND other.id != own.id
            AND other.account = own.account AND other.operation = own.operation AND other.result = ?
            """, .integer(write.number), .text(result))
        if owner != nil { return .ofAnother }
        let rival = try row(
            """
            SELECT 1 FROM write AS other, write AS own WHERE own.id = ? AND other.id != own.id
            AND other.account = own.account AND other.mark = own.mark AND other.effect IS NULL
            AND other.holder IS NOT NULL AND other.holder != ?
            """, .integer(write.number), .text(holder.name))
        return rival == nil ? nil : .contested
    }

    fileprivate func overtaking(_ write: WriteID) throws -> Overtaking {
        let repeated = try rows(
            """
            SELECT DISTINCT other.effect FROM write AS other, write AS own
            WHERE own.id = ? AND other.id > own.id AND other.account = own.account AND other.subject = own.subject
            AND other.operation = own.operation AND other.effect IS NOT 0
            """, .integer(write.number))
        if repeated.contains(where: { $0[0] != .null }) { return .overtaken }
        let (hiding, isOpen) = try hiding(write)
        if !hiding.isEmpty { return .hidden(by: hiding, isOpen: isOpen) }
        return isOpen || !repeated.isEmpty ? .open : .none
    }

    /// Things that a create may have made and that later writes have hidden; and whether more may follow.
    ///
    /// A thing is none of the create's when a known write has made it. Nor is it when a change of it took effect that was
    /// recorded before the create was: whoever asked for that change knew the thing's id, which Luma draws at random when it
    /// makes the thing, so it was there before the create was sent. Only a change that took effect counts, because only then
    /// did Luma know the id.
    private func hiding(_ write: WriteID) throws -> (ids: [String], isOpen: Bool) {
        let later = try rows(
            """
            SELECT DISTINCT other.subject, other.effect FROM write AS other, write AS own
            WHERE own.id = ? AND own.subject IS NULL AND other.id > own.id AND other.account = own.account
            AND other.mark IS NOT NULL AND other.subject IS NOT NULL AND other.effect IS NOT 0
            AND NOT EXISTS (
                SELECT 1 FROM write AS maker
                WHERE maker.account = own.account AND maker.result = other.subject AND maker.subject IS NULL)
            AND NOT EXISTS (
                SELECT 1 FROM write AS earlier
                WHERE earlier.account = own.account AND earlier.subject = other.subject AND earlier.id < own.id
                AND earlier.effect = 1)
            """, .integer(write.number))
        return (
            later.filter { $0[1] != .null }.compactMap(\.[0].textValue), later.contains { $0[1] == .null }
        )
    }

    /// What else is known of writes with this mark.
    private func others(_ account: String, _ mark: SQLiteValue) throws -> (isContested: Bool, claimed: [String]) {
        guard mark != .null else { return (false, []) }
        var isContested = false
        var claimed: [String] = []
        let same = try rows(
            "SELECT effect, holder, result FROM write WHERE account = ? AND mark = ?", .text(account), mark)
        for row in same {
            if row[0] == .null, row[1] != .null { isContested = true }
            if let result = row[2].textValue { claimed.append(result) }
        }
        return (isContested, claimed)
    }
}

extension WriteEffect {
    init(code: Int64?, result: String?) {
        switch code {
        case 0: self = .none
        case 1: self = .done(result: result)
        default: self = .unknown
        }
    }

    var code: Int64 {
        switch self {
        case .none: 0
        case .done: 1
        case .unknown: 2
        }
    }

    var result: String? { if case .done(let result) = self { result } else { nil } }
}

extension StateDatabase {
    /// A thing is cleared when another write is known to have made it, or when a change of it took effect that was recorded before
    /// the create was: then it was there before. What another write that is under way makes is not known yet.
    func suspicion(_ things: [String], _ write: WriteID, _ span: Int64) throws -> Suspicion {
        for thing in things {
            let isCleared = try row(
                """
                SELECT 1 FROM write AS own WHERE own.id = ? AND (
                    EXISTS (
                        SELECT 1 FROM write AS maker WHERE maker.account = own.account AND maker.result = ?
                        AND maker.subject IS NULL AND maker.id != own.id)
                    OR EXISTS (
                        SELECT 1 FROM write AS earlier WHERE earlier.account = own.account AND earlier.subject = ?
                        AND earlier.id < own.id AND earlier.effect = 1))
                """, .integer(write.number), .text(thing), .text(thing))
            if isCleared == nil { return try isCreating(near: write, span) ? .open : .remains }
        }
        return .none
    }

    /// Whether a create is under way, in this program or in another, whose mark begins with a number near that of this one's.
    private func isCreating(near write: WriteID, _ span: Int64) throws -> Bool {
        try row(
            """
            SELECT 1 FROM write AS other, write AS own
            WHERE own.id = ? AND other.account = own.account AND other.effect IS NULL AND other.holder IS NOT NULL
            AND other.subject IS NULL AND other.id != own.id
            AND abs(CAST(other.mark AS INTEGER) - CAST(own.mark AS INTEGER)) <= ? LIMIT 1
            """, .integer(write.number), .integer(span)) != nil
    }
}
