import Core
import GatewayAPI
import HTTP
import LumaClient

extension EventsService {
    /// What an event is read against, for this request.
    ///
    /// An earlier run of the same request has judged the time already: by now its event may have begun.
    func setting(_ input: RequestInput, _ call: UpstreamCall, known: KnownEvent? = nil) -> EventInput.Setting {
        let operation = input.endpoint.isUpdate ? "events/update" : "events/create"
        let wasBegun = call.context.journal?.earlier(operation, subject: input.parameter) != nil
        return EventInput.Setting(
            zones: zones, now: wasBegun ? nil : wallClock, surface: input.surface, known: known)
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

    /// Whether a create or an update only tells what would become of it.
    static func isDryRun(_ input: RequestInput) throws(APIError) -> Bool {
        var query = QueryReader(input.query, rows: QueryRows.write)
        let isDryRun = query.boolean(QueryRows.preview.name) ?? false
        try query.finish()
        return isDryRun
    }

    /// What a write would send, and when the event would be. Nothing is changed and nothing remembered.
    func preview(_ event: EventInput.Accepted, of id: String?) -> Response {
        var told: JSONObject = [:]
        if let id { told["id"] = .string(id) }
        told["status"] = "unchanged"
        told["dry_run"] = true
        told["sends"] = .object(event.body)
        if let approval = event.approval { told["require_rsvp_approval"] = .bool(approval) }
        told["outcome"] = .object(EventOutcomeText(event.outcome, zones).json)
        if event.remarks.isEmpty { told["remarks"] = [] } else { told.members += event.remarks.members }
        return .json(status: 200, JSON.object(told).encoded)
    }
}
