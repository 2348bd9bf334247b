import Core
import Formats
import GatewayAPI
import HTTP
import LumaClient

extension EventsService {
    /// One event as a calendar of its own: `GET /events/{event_id}` for who takes `text/calendar`, and
    /// `/events/{event_id}.ics`. Read, kept and shared as the event itself is.
    func calendar(
        _ id: EventID, _ wish: ReadWish, _ conditions: Preconditions, _ call: UpstreamCall
    ) async throws(APIError) -> Response {
        // The conditions are about the calendar.
        let read = try await get(id, wish, call).response(Preconditions())
        guard let document = try? JSON.parse(read.body), var event = ICSEvent(document) else {
            throw APIError(LumaError.malformedAnswer, subject: nil)
        }
        event.fields = ExportedFields.text(document)
        var writer = ICSWriter()
        writer.begin(ICSCalendar(product: ListRenderer.product, name: event.summary))
        writer.add(event)
        writer.end()
        let format = Representation.calendar
        var answer = try Response.tagged(
            writer.take(), as: format.contentType,
            fields: read.allFields.filter { $0.name != "ETag" && $0.name != "Content-Type" }, conditions)
        if answer.status == 200, let name = format.disposition(id.text) { answer.fields.append(name) }
        return answer
    }
}
