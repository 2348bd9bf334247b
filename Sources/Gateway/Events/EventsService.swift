import Core
import GatewayAPI
import HTTP
import LumaAPI
import LumaClient

/// The work behind everything that is done with events: validates, calls Luma, and says what became of it.
///
/// One per loop; every method stays on that loop.
final class EventsService {
    let luma: LumaClient
    let zones: TimeZoneDatabase
    let templates: TemplateCatalog
    let reads: ReadService
    /// Of what a preview gives for its write.
    let confirmations: Confirmations
    private let clock: any TimeSource

    init(
        luma: LumaClient, reads: ReadService, zones: TimeZoneDatabase, templates: TemplateCatalog,
        confirmations: Confirmations, clock: any TimeSource
    ) {
        self.luma = luma
        self.confirmations = confirmations
        self.clock = clock
        self.reads = reads
        self.zones = zones
        self.templates = templates
    }

    /// The time now, for what is in the past.
    var wallClock: Timestamp { clock.wallClock }

    // MARK: Create

    /// A new event.
    /// - Parameter isMinimal: nothing is wanted back but the id, which saves a call.
    func create(
        _ document: JSON, isMinimal: Bool, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let event = try Self.accepted(EventInput.parse(document, mode: .create, setting(of: nil, terms, call)))
        try Self.check(terms.conditions, hasRepresentation: true)
        if terms.isDryRun { return .unchanged(preview(event, of: nil)) }
        return try await create(event, isMinimal: isMinimal, call)
    }

    /// A new event of a kind that has a template.
    func createFromTemplate(
        _ document: JSON, isMinimal: Bool, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let event = try Self.accepted(templates.expand(document, setting(of: nil, terms, call)))
        try Self.check(terms.conditions, hasRepresentation: false)
        if terms.isDryRun { return .unchanged(preview(event, of: nil)) }
        return try await create(event, isMinimal: isMinimal, call)
    }

    /// Creates, sets approval where Luma keeps it, reads back. From the moment the event exists nothing may turn
    /// the answer into an error, or a caller would create it again: a later failure is a warning.
    private func create(
        _ event: EventInput.Accepted, isMinimal: Bool, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let id: String
        do throws(LumaError) {
            id = try await luma.createEvent(event.body, deadline: call.deadline, context: call.context).id
        } catch {
            throw APIError(error, subject: nil)
        }
        var remarks = event.remarks
        // A new event's ticket type is open unless the caller's own types say more, so only "yes" needs calls.
        if let approval = event.approval, approval || event.body["ticket_types"] != nil,
            let failure = await setApproval(approval, eventID: id, call)
        {
            remarks.append(failure.remark)
        }
        var readBack: Document?
        if !isMinimal {
            do throws(LumaError) {
                readBack = try await self.readBack(id, call)
            } catch {
                remarks.append(Self.notReadBack("created", APIError(error, subject: id)))
            }
        }
        return Written(
            kind: .created(isMinimal: isMinimal), document: Self.answer(eventID: id, event: readBack, remarks),
            eventID: id, isChange: call.context.hasSentWrite)
    }

    // MARK: Read

    /// One event as Luma has it now, in Luma's own words.
    func fetch(_ id: EventID, _ call: UpstreamCall) async throws(APIError) -> Fetched {
        Fetched(body: try await current(id.text, call).body, asOf: call.context.lastSentAt)
    }

    // MARK: Update

    /// Changes what is named and leaves the rest.
    func update(
        _ id: EventID, _ document: JSON, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let id = id.text
        let setting = setting(of: id, terms, call)
        var outcome = EventInput.parse(document, mode: .update, setting)
        var seen: LumaAnswer?
        if case .needsEvent = outcome {
            let known = try await known(id, call)
            seen = known.answer
            outcome = EventInput.parse(document, mode: .update, setting.with(known.event))
        }
        var change: EventInput.Accepted
        let isSame: Bool
        if case .unchanged(let same) = outcome {
            (change, isSame) = (same, true)
            change.body = [:]
        } else {
            (change, isSame) = (try Self.accepted(outcome), false)
        }
        // Nothing of what is sent hangs on the event, but whether it can be sent does, and when the event will be.
        if terms.isDryRun, seen == nil { seen = try await complete(&change, id, call) }
        // They held when an earlier run of this request made its change, and need not hold after it.
        if call.context.journal?.earlier(Operation.updateEvent.name, subject: id) == nil {
            try await check(terms.conditions, id, seen: seen, call)
        }
        if terms.isDryRun { return .unchanged(preview(change, of: id), id) }
        if isSame, let seen { return .unchanged(Document(octets: seen.body), id) }
        if !change.body.isEmpty {
            do throws(LumaError) {
                _ = try await luma.updateEvent(id, change.body, deadline: call.deadline, context: call.context)
            } catch {
                throw APIError(error, subject: id)
            }
        }
        var remarks = change.remarks
        if let approval = change.approval, let failure = await setApproval(approval, eventID: id, call) {
            // Nothing else was asked for, and nothing of it was done: that is a failure, not a warning.
            if change.body.isEmpty, !failure.isPartial { throw failure.error }
            remarks.append(failure.remark)
        }
        var readBack: Document?
        do throws(LumaError) {
            readBack = try await self.readBack(id, call)
        } catch {
            remarks.append(Self.notReadBack("changed", APIError(error, subject: id)))
        }
        return Written(
            kind: .done, document: Self.answer(eventID: id, event: readBack, remarks), eventID: id,
            isChange: call.context.hasSentWrite)
    }

    // MARK: Parts

    func read(_ id: String, _ call: UpstreamCall) async throws(LumaError) -> LumaAnswer {
        try await luma.getEvent(id, deadline: call.deadline, context: call.context)
    }

    /// The event as it is now, not as it was kept.
    func current(_ id: String, _ call: UpstreamCall) async throws(APIError) -> LumaAnswer {
        do throws(LumaError) {
            return try await read(id, call)
        } catch {
            throw APIError(error, subject: id)
        }
    }

    /// The same, and what stands in it.
    func currentEvent(
        _ id: String, _ call: UpstreamCall
    ) async throws(APIError) -> (event: JSON, answer: LumaAnswer) {
        let answer = try await current(id, call)
        do throws(LumaError) {
            return (try answer.json(), answer)
        } catch {
            throw APIError(error, subject: id)
        }
    }

    /// The event after a write, as Luma sends it. It is looked at, unlike in a read: the answer to a write is trusted to
    /// be about what was written.
    private func readBack(_ id: String, _ call: UpstreamCall) async throws(LumaError) -> Document {
        let answer = try await read(id, call)
        let event = try answer.json()
        guard event["id"]?.stringValue == id else { throw .malformedAnswer }
        return Document(octets: answer.body, tree: event)
    }

    private static func accepted(_ outcome: EventInput.Outcome) throws(APIError) -> EventInput.Accepted {
        if case .accepted(let accepted) = outcome { return accepted }
        throw outcome.error ?? APIError(.internal)
    }

    /// - Parameter done: what was done to the event all the same.
    private static func notReadBack(_ done: String, _ error: APIError) -> EventRemark {
        EventRemark(
            code: .notReadBack, field: "",
            values: [
                "done": .string(done), "reason": .string(error.reason.rawValue), "message": .string(error.message),
            ],
            words: "The event was \(done), but reading it back failed: \(error.message)")
    }

    /// Luma's event bytes untouched when there is nothing to add; else the event with `remarks` and `warnings` at its end.
    private static func answer(eventID: String, event: Document?, _ remarks: [EventRemark]) -> Document {
        if let event, remarks.isEmpty { return event }
        var object = event?.tree?.objectValue ?? ["id": .string(eventID)]
        for (name, value) in remarks.isEmpty ? [] : remarks.members { object[name] = value }
        return Document(.object(object))
    }
}

extension EventsService {
    /// What an event is read against, for this request.
    ///
    /// An earlier run of the same request has judged the time already: by now its event may have begun.
    /// - Parameter id: of the event that is changed; nil for a new one.
    func setting(of id: String?, _ terms: WriteTerms, _ call: UpstreamCall) -> EventInput.Setting {
        let operation = id == nil ? Operation.createEvent : .updateEvent
        let wasBegun = call.context.journal?.earlier(operation.name, subject: id) != nil
        return EventInput.Setting(zones: zones, now: wasBegun ? nil : wallClock, surface: terms.surface)
    }

    /// Reads the event that a change is made to.
    func known(_ id: String, _ call: UpstreamCall) async throws(APIError) -> (event: KnownEvent, answer: LumaAnswer) {
        let (event, answer) = try await currentEvent(id, call)
        guard let known = KnownEvent(event), known.zone != nil else { throw APIError(.malformedAnswer, subject: id) }
        return (known, answer)
    }

    /// Works out when an event will be of which a change does not say it. What is sent stays as it is.
    /// - Throws: what the change itself would meet when the event is not there.
    func complete(
        _ change: inout EventInput.Accepted, _ id: String, _ call: UpstreamCall
    ) async throws(APIError) -> LumaAnswer {
        let (event, answer) = try await currentEvent(id, call)
        let named = change.outcome
        change.outcome = EventOutcome(start: named.start, end: named.end, zone: named.zone, known: KnownEvent(event))
        return answer
    }

    /// What a write would send, and when the event would be. Nothing is changed and nothing remembered.
    func preview(_ event: EventInput.Accepted, of id: String?) -> Document {
        var described: JSONObject = [:]
        if let id { described["id"] = .string(id) }
        described["status"] = "unchanged"
        described["dry_run"] = true
        described["sends"] = .object(event.body)
        if let approval = event.approval { described["require_rsvp_approval"] = .bool(approval) }
        described["outcome"] = .object(EventOutcomeText(event.outcome, zones).json)
        if event.remarks.isEmpty { described["remarks"] = [] } else { described.members += event.remarks.members }
        return Document(.object(described))
    }
}

extension EventsService {
    /// Holds a write to what its caller has seen of the event (RFC 9110 §13.1.1). Asked last, just before the write; Luma
    /// has no conditions of its own, so what others change between this look and the write is not noticed.
    ///
    /// - Throws: `APIError` 412 when a condition does not hold, or what reading the event throws.
    /// - Parameter seen: the event, when it was read just now.
    func check(
        _ conditions: Preconditions, _ id: String, seen: LumaAnswer? = nil, _ call: UpstreamCall
    ) async throws(APIError) {
        if conditions.isEmpty { return }
        let event: LumaAnswer
        if let seen { event = seen } else { event = try await current(id, call) }
        guard conditions.verdict(tag: EntityTag(of: event.body), isRead: false) == .proceed else {
            throw APIError(.preconditionFailed, details: JSONObject([("event_id", .string(id))]))
        }
    }

    /// The same for a path that makes something new and has no validator.
    ///
    /// - Parameter hasRepresentation: the path can be read.
    static func check(_ conditions: Preconditions, hasRepresentation: Bool) throws(APIError) {
        let verdict = conditions.verdict(tag: nil, isRead: false, exists: hasRepresentation)
        guard verdict == .proceed else { throw APIError(.preconditionFailed) }
    }
}
