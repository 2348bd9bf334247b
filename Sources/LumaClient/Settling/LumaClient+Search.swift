public import Core
import LumaAPI

/// A write whose outcome nobody knows and nobody waits for, such as one that a program has left behind.
public struct LostWrite: Sendable {
    public let operation: String
    /// The id of what it changes; nil for a create.
    public let subject: String?
    /// What was sent, as the journal has kept it.
    public let body: JSONObject
    /// On Luma's clock, as far as it was known then; the beginning of 1970 when it was not.
    public let sentAt: Timestamp
    /// The same instant in milliseconds since the machine was started; nil when it was started anew since, or that is not known.
    public let sentTick: Int64?
    /// Ids that are known to belong to other writes.
    public let claimed: [String]

    public init(
        operation: String, subject: String?, body: JSONObject, sentAt: Timestamp, sentTick: Int64? = nil,
        claimed: [String]
    ) {
        self.operation = operation
        self.subject = subject
        self.body = body
        self.sentAt = sentAt
        self.sentTick = sentTick
        self.claimed = claimed
    }

    /// How far from the start that was sent an event may begin that a create may have made, in milliseconds.
    public static var nearMilliseconds: Int64 { CreateLedger.nearMilliseconds }

    /// It may have made an event, whatever that is called and whenever it begins now.
    public var makesEvent: Bool { operation == CreateLedger.operation }

    /// What its event is found by; nil when it makes none.
    var key: CreateLedger.Key? { CreateLedger.Key(operation, body) }

    var sent: SendInstant { SendInstant(tick: sentTick, earliest: sentAt) }
}

/// What one search for the effect of a write has shown.
public enum SearchFinding: Sendable, Equatable {
    case done(id: String?)
    /// Nothing of it is to be seen, which may still come.
    case notSeen
    /// What is to be seen tells neither; sent again it would do no harm.
    case undeterminedHarmless
    /// What is to be seen tells neither, and it must not be sent again on a guess.
    case undetermined
    /// Nothing of a create is to be seen, but these events may be what Luma has made of it, unless others' writes have made them.
    case doubtful([String])
    /// A write that looks the same is under way: look again later.
    case busy
}

/// Finding out later, and again and again, what a write has done. Only reads are sent.
extension LumaClient {
    /// Counts this write among those that the events that are found may belong to. To be ended by `release`.
    public func adopt(_ write: LostWrite) {
        if let key = write.key { account.creates.adopt(key) }
    }

    /// The write is settled, or somebody else looks for it.
    public func release(_ write: LostWrite) {
        if let key = write.key { account.creates.resolve(key) }
    }

    /// An event that was given as done turned out not to be recorded as this write's: it is free again for whoever looks.
    public func disclaim(_ id: String) { account.creates.disclaim(id) }

    /// Whether an event was there before this create was sent, so that the create cannot have made it; nil when Luma does
    /// not know the event any more. The time of creation is judged as in the search for the create itself.
    /// - Throws: when Luma could not be asked.
    public func wasThere(
        _ id: String, before write: LostWrite, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> Bool? {
        do throws(LumaError) {
            let event = try await getEvent(id, deadline: deadline, context: context).json()
            guard let created = Self.creation(of: event) else { return false }
            return created < oldestCreation(write.sent)
        } catch  where error.saysAbsent {
            return nil
        }
    }

    /// Looks once, for an adopted write. An event that it gives as done belongs to that write from then on.
    /// - Throws: when Luma could not be asked.
    public func search(
        for write: LostWrite, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> SearchFinding {
        let finding = try await shown(write, deadline, context)
        // It may have taken effect since the last time, also where what is seen does not tell.
        if finding != .busy { account.touch(Touched(write.operation, subject: write.subject, body: write.body)) }
        return finding
    }

    private func shown(
        _ write: LostWrite, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> SearchFinding {
        if write.makesEvent { return try await searchForEvent(write, deadline, context) }
        guard let operation = Catalog[write.operation] else { return .undetermined }
        let input = operation.restored(subject: write.subject, kept: write.body)
        let evidence = try await evidence(of: operation, input, others: Set(write.claimed), deadline, context)
        switch evidence {
        case .done(let id, _): return .done(id: id)
        case .unchanged, .notFound, .missing: return .notSeen
        case .ambiguous: return .undetermined
        case .undetermined:
            guard case .shown = operation.recovery, ChangeComparison.isHarmless(operation, input) else {
                return .undetermined
            }
            return .undeterminedHarmless
        }
    }

    private func searchForEvent(
        _ write: LostWrite, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> SearchFinding {
        guard let key = write.key else { return .undetermined }
        let lost = Lost(write.operation, "interrupted", write.sent)
        var found: CreateLedger.Candidates
        do throws(LumaError) {
            found = try await candidates(
                for: key, named: write.body["name"]?.stringValue, lost, deadline, context)
        } catch .unknownOutcome {
            return .undetermined
        }
        let claimed = Set(write.claimed)
        found.exact.removeAll { claimed.contains($0) }
        found.possible.removeAll { claimed.contains($0) }
        found.near.removeAll { claimed.contains($0.id) }
        switch account.creates.claim(key, among: found) {
        case .mine(let id): return .done(id: id)
        case .nothing: return .notSeen
        case .busy: return .busy
        case .ambiguous: return .undetermined
        case .doubtful(let ids): return .doubtful(ids)
        }
    }
}
