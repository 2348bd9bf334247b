import Core

/// When a write was sent.
struct SendInstant {
    /// Nil for a write of an earlier life of this program.
    var instant: MonotonicTime?
    /// On Luma's clock, as far as it was known then.
    let lumaClock: Timestamp
}

/// A write whose answer was lost: what it was, how it ended, and when it was sent.
struct Lost {
    let operation: String
    let cause: String
    let sent: SendInstant

    init(_ operation: String, _ cause: String, _ sent: SendInstant) {
        self.operation = operation
        self.cause = cause
        self.sent = sent
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
        _ key: CreateLedger.Key, named name: String?, _ lost: Lost, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> CreatedEvent {
        account.creates.suspend(key)
        defer { account.creates.resolve(key) }
        var finding = UnknownOutcome.Finding.notSettled
        for look in 0..<Self.looks {
            if look > 0 { guard try await pauseBeforeLook(deadline) else { break } }
            guard
                let found = try await attempt({ client throws(LumaError) in
                    try await client.candidates(for: key, named: name, lost, deadline, context)
                })
            else { continue }
            switch account.creates.claim(key, among: found.exact, similar: found.similar) {
            case .mine(let id):
                // The ledger is as old as this program; the journal is older.
                switch await context.journal?.didFind(id) ?? .own {
                case .own: return CreatedEvent(id: id, wasSettled: true)
                case .anothers: finding = .notFound
                case .untold:
                    // Whoever looks next must see it again: what stays claimed is seen by nobody, and the create would count
                    // as not done.
                    account.creates.disclaim(id)
                    finding = .notSettled
                }
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
            } catch .notFound(let words) where words.isLumas {
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
    /// - Throws: when the next one would tell no more.
    private func attempt<Value>(
        _ look: (LumaClient) async throws(LumaError) -> Value?
    ) async throws(LumaError) -> Value? {
        do throws(LumaError) {
            return try await look(self)
        } catch {
            switch error {
            case .cancelled, .unknownOutcome: throw error
            default: return nil
            }
        }
    }

    private func pauseBeforeLook(_ deadline: MonotonicTime) async throws(LumaError) -> Bool {
        guard time.now.advanced(seconds: settings.settleDelay) < deadline else { return false }
        try await pause(settings.settleDelay)
        return true
    }

    /// Ids of the events that a lost create can have made: those with its name, and those whose name differs in white space
    /// only, which Luma may have put in order.
    ///
    /// - Throws: also when not all pages could be read, because then nothing is proved by what was not seen.
    func candidates(
        for key: CreateLedger.Key, named sent: String?, _ lost: Lost, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> (exact: [String], similar: [String]) {
        var parameters = EventListParameters()
        parameters.after = Timestamp(milliseconds: key.start.milliseconds - 1)
        parameters.before = Timestamp(milliseconds: key.start.milliseconds + 1)
        parameters.limit = Self.pageSize
        var exact: [String] = []
        var similar: [String] = []
        for _ in 0..<Self.pages {
            let page = try await listEvents(parameters, deadline: deadline, context: context)
            let oldest = oldestCreation(lost.sent)
            for entry in page.entries {
                guard let id = entry["id"]?.stringValue, let name = entry["name"]?.stringValue,
                    entry["start_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) == key.start
                else { continue }
                if let created = Self.creation(of: entry), created < oldest { continue }
                if name == sent {
                    if !exact.contains(id) { exact.append(id) }
                } else if CreateLedger.Key.words(name) == key.words, !similar.contains(id) {
                    similar.append(id)
                }
            }
            guard page.hasMore else { return (exact, similar) }
            guard let cursor = page.nextCursor, cursor != parameters.cursor else { throw .malformedAnswer }
            parameters.cursor = cursor
        }
        // No later look would see more.
        throw lost.unknown(.ambiguous)
    }

    /// No event that is older than this was made by a create that was sent at that instant.
    func oldestCreation(_ sent: SendInstant) -> Timestamp {
        lumaClock(sent).advanced(seconds: -settings.clockAllowance)
    }

    static func creation(of event: JSON) -> Timestamp? {
        event["created_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    }
}
