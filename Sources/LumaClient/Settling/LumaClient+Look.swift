public import Core

/// A write whose outcome nobody knows and nobody waits for, such as one that a program has left behind.
public struct LostWrite: Sendable {
    public let operation: String
    /// The id of what it changes; nil for a create.
    public let subject: String?
    /// What was sent.
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

    var sent: SendInstant { SendInstant(tick: sentTick, earliest: sentAt) }
}

/// What one look for the effect of a write has shown.
public enum LookFinding: Sendable, Equatable {
    case done(id: String?)
    /// Nothing of it is to be seen, which may still come.
    case notSeen
    /// What is to be seen tells neither; sent again it would do no harm.
    case untoldHarmless
    /// What is to be seen tells neither, and it must not be sent again on a guess.
    case untold
    /// Nothing of a create is to be seen, but these events may be what Luma has made of it, unless others' writes have made them.
    case doubtful([String])
    /// A write that looks the same is under way: look again later.
    case busy
}

/// Finding out later, and again and again, what a write has done. Only reads are sent.
extension LumaClient {
    /// Counts this write among those that the events that are found may belong to. To be ended by `release`.
    public func adopt(_ write: LostWrite) {
        if write.subject == nil, let key = CreateLedger.Key(write.body) { account.creates.adopt(key) }
    }

    /// The write is settled, or somebody else looks for it.
    public func release(_ write: LostWrite) {
        if write.subject == nil, let key = CreateLedger.Key(write.body) { account.creates.resolve(key) }
    }

    /// An event that was given as done turned out not to be recorded as this write's: it is free again for whoever looks.
    public func disclaim(_ id: String) { account.creates.disclaim(id) }

    /// Whether an event was there before this create was sent, so that the create cannot have made it; nil when Luma does
    /// not know the event any more. The time of creation is judged as in the look for the create itself.
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
    public func look(
        for write: LostWrite, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> LookFinding {
        let finding = try await shown(write, deadline, context)
        // It may have taken effect after its caller was told of nothing.
        if case .done = finding { account.touch(.everything) }
        return finding
    }

    private func shown(
        _ write: LostWrite, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> LookFinding {
        switch (write.operation, write.subject) {
        case ("events/create", _): return try await lookForEvent(write, deadline, context)
        case ("events/cancel", let id?):
            do throws(LumaError) {
                _ = try await getEvent(id, deadline: deadline, context: context)
                return .notSeen
            } catch  where error.saysAbsent {
                return .done(id: nil)
            }
        case ("events/update", let id?):
            do throws(LumaError) {
                let event = try await getEvent(id, deadline: deadline, context: context).json()
                return ChangeComparison.finding(write.body, in: event)
            } catch  where error.saysAbsent {
                return .notSeen
            }
        case ("events/ticket-types/update", let id?):
            guard let event = write.body["event_id"]?.stringValue else { return .untold }
            let types: [JSON]
            do throws(LumaError) {
                types = try await listTicketTypes(
                    eventID: event, includeHidden: true, deadline: deadline, context: context)
            } catch  where error.saysAbsent {
                return .notSeen
            }
            guard let type = types.first(where: { $0["id"]?.stringValue == id }) else { return .notSeen }
            return ChangeComparison.finding(write.body, in: type)
        default: return .untold
        }
    }

    private func lookForEvent(
        _ write: LostWrite, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> LookFinding {
        guard let key = CreateLedger.Key(write.body) else { return .untold }
        let lost = Lost(write.operation, "interrupted", write.sent)
        var found: CreateLedger.Candidates
        do throws(LumaError) {
            found = try await candidates(
                for: key, named: write.body["name"]?.stringValue, lost, deadline, context)
        } catch .unknownOutcome {
            return .untold
        }
        let claimed = Set(write.claimed)
        found.exact.removeAll { claimed.contains($0) }
        found.possible.removeAll { claimed.contains($0) }
        found.near.removeAll { claimed.contains($0.id) }
        switch account.creates.claim(key, among: found) {
        case .mine(let id): return .done(id: id)
        case .nothing: return .notSeen
        case .busy: return .busy
        case .ambiguous: return .untold
        case .doubtful(let ids): return .doubtful(ids)
        }
    }
}

extension ChangeComparison {
    /// Members whose change Luma may tell the guests of.
    private static let announced: Set<String> = [
        "name", "start_at", "end_at", "timezone", "geo_address_json", "coordinate", "meeting_url",
    ]

    static func finding(_ changes: JSONObject, in current: JSON) -> LookFinding {
        switch shows(changes, in: current) {
        case true?: return .done(id: nil)
        case false?: return .notSeen
        case nil:
            // An update holds absolute values: made twice it leaves the same event, and what remains is the mail.
            let isSilent = changes["suppress_notifications"] == true
            let tellsGuests = changes.members.contains { announced.contains($0.name) }
            return isSilent || !tellsGuests ? .untoldHarmless : .untold
        }
    }
}
