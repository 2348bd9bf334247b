import Core
import GatewayAPI
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
    /// Of what a preview gives for its cancel.
    let seal: Seal
    private let clock: any TimeSource

    init(
        luma: LumaClient, reads: ReadService, zones: TimeZoneDatabase, templates: TemplateCatalog,
        seal: Seal, clock: any TimeSource
    ) {
        self.luma = luma
        self.seal = seal
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

    /// One event: Luma's object as Luma sent it.
    func get(_ id: EventID, _ wish: ReadWish, _ call: UpstreamCall) async throws(APIError) -> ReadAnswer {
        try await reads.read(.event(id.text), wish, call) { () throws(APIError) in
            return Fetched(body: try await current(id.text, call).body, asOf: call.context.lastSentAt)
        }
    }

    /// The same, after its look at what is kept.
    func get(_ id: EventID, _ open: OpenRead, _ call: UpstreamCall) async throws(APIError) -> ReadAnswer {
        try await reads.proceed(open, call) { () throws(APIError) in
            return Fetched(body: try await current(id.text, call).body, asOf: call.context.lastSentAt)
        }
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
        if call.context.journal?.earlier("events/update", subject: id) == nil {
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
