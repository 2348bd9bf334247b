import Core

/// A write whose answer was lost: what it was, how it ended, and when it was sent on Luma's clock.
struct Lost {
    let operation: String
    let cause: String
    let sentAt: Timestamp

    init(_ operation: String, _ cause: String, _ sentAt: Timestamp) {
        self.operation = operation
        self.cause = cause
        self.sentAt = sentAt
    }

    func unknown(_ finding: UnknownOutcome.Finding, _ candidates: [String] = []) -> LumaError {
        .unknownOutcome(
            UnknownOutcome(operation: operation, cause: cause, finding: finding, candidates: candidates))
    }
}

/// Finding out whether a write took effect. Only reads are sent.
///
/// Luma may still be at work when the answer is lost, and its lists lag behind its writes. So there are two looks with a
/// pause between them, as far as the deadline lets.
extension LumaClient {
    private static let looks = 2
    private static let pageSize = 50
    /// Far more events than a calendar holds at one instant.
    private static let pages = 10

    /// Looks for the event of a create: same name, same start, not older than the create, nobody else's.
    func settleCreate(
        _ key: CreateLedger.Key, _ lost: Lost, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> CreatedEvent {
        account.creates.suspend(key)
        defer { account.creates.resolve(key) }
        var finding = UnknownOutcome.Finding.notSettled
        for look in 0..<Self.looks {
            if look > 0 { guard try await pauseBeforeLook(deadline) else { break } }
            guard
                let found = try await attempt({ client throws(LumaError) in
                    try await client.candidates(for: key, lost, deadline, context)
                })
            else { continue }
            switch account.creates.claim(key, among: found) {
            case .mine(let id):
                // The ledger is as old as this program; the journal is older.
                if await context.journal?.didFind(id) ?? true { return CreatedEvent(id: id, wasSettled: true) }
                finding = .notFound
            case .ambiguous(let ids): throw lost.unknown(.ambiguous, ids)
            case .nothing: finding = .notFound
            case .busy: finding = .notSettled
            }
        }
        throw lost.unknown(finding)
    }

    /// Looks whether a cancelled event is gone.
    func settleCancel(
        _ id: String, _ lost: Lost, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> WriteOutcome {
        var finding = UnknownOutcome.Finding.notSettled
        for look in 0..<Self.looks {
            if look > 0 { guard try await pauseBeforeLook(deadline) else { break } }
            do throws(LumaError) {
                _ = try await getEvent(id, deadline: deadline, context: context)
                finding = .unchanged
            } catch .notFound {
                return WriteOutcome(wasSettled: true)
            } catch .cancelled {
                throw .cancelled
            } catch {
                continue
            }
        }
        throw lost.unknown(finding)
    }

    /// Looks whether what was changed shows every value that was sent.
    ///
    /// - Parameter read: gives the thing as it is now, nil when it is not there.
    func settleChange(
        _ lost: Lost, _ changes: JSONObject, _ deadline: MonotonicTime, _ context: CallContext,
        read: (LumaClient) async throws(LumaError) -> JSON?
    ) async throws(LumaError) -> WriteOutcome {
        var finding = UnknownOutcome.Finding.notSettled
        for look in 0..<Self.looks {
            if look > 0 { guard try await pauseBeforeLook(deadline) else { break } }
            guard let current = try await attempt(read) else { continue }
            switch ChangeComparison.shows(changes, in: current) {
            case true?: return WriteOutcome(wasSettled: true)
            case false?: finding = .unchanged
            case nil: throw lost.unknown(.notSettled)
            }
        }
        throw lost.unknown(finding)
    }

    /// The result of a look; nil when it failed, so that the next one may tell.
    private func attempt<Value>(
        _ look: (LumaClient) async throws(LumaError) -> Value?
    ) async throws(LumaError) -> Value? {
        do throws(LumaError) { return try await look(self) } catch .cancelled { throw .cancelled } catch { return nil }
    }

    private func pauseBeforeLook(_ deadline: MonotonicTime) async throws(LumaError) -> Bool {
        guard time.now.advanced(seconds: settings.settleDelay) < deadline else { return false }
        try await pause(settings.settleDelay)
        return true
    }

    /// Ids of the events that a lost create can have made.
    func candidates(
        for key: CreateLedger.Key, _ lost: Lost, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> [String] {
        var parameters = EventListParameters()
        parameters.after = Timestamp(milliseconds: key.start.milliseconds - 1)
        parameters.before = Timestamp(milliseconds: key.start.milliseconds + 1)
        parameters.limit = Self.pageSize
        let oldest = lost.sentAt.milliseconds - Int64(settings.clockAllowance * 1000)
        var found: [String] = []
        for _ in 0..<Self.pages {
            let page = try await listEvents(parameters, deadline: deadline, context: context)
            for entry in page.entries {
                guard let id = entry["id"]?.stringValue, entry["name"] == .string(key.name),
                    entry["start_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) == key.start
                else { continue }
                let created = entry["created_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
                if let created, created.milliseconds < oldest { continue }
                if !found.contains(id) { found.append(id) }
            }
            guard page.hasMore, let cursor = page.nextCursor, cursor != parameters.cursor else { return found }
            parameters.cursor = cursor
        }
        return found
    }
}
