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
