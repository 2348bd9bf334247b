import Core
import GatewayAPI
import LumaClient

extension EventsService {
    /// What an event is read against, for this request.
    ///
    /// An earlier run of the same request has judged the time already: by now its event may have begun.
    /// - Parameter id: of the event that is changed; nil for a new one.
    func setting(of id: String?, _ terms: WriteTerms, _ call: UpstreamCall) -> EventInput.Setting {
        let operation = id == nil ? "events/create" : "events/update"
        let wasBegun = call.context.journal?.earlier(operation, subject: id) != nil
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
        var told: JSONObject = [:]
        if let id { told["id"] = .string(id) }
        told["status"] = "unchanged"
        told["dry_run"] = true
        told["sends"] = .object(event.body)
        if let approval = event.approval { told["require_rsvp_approval"] = .bool(approval) }
        told["outcome"] = .object(EventOutcomeText(event.outcome, zones).json)
        if event.remarks.isEmpty { told["remarks"] = [] } else { told.members += event.remarks.members }
        return Document(.object(told))
    }
}
