import Core
import Formats
import GatewayAPI
import HTTP
import LumaAPI
import LumaClient

extension EventsService {
    /// Luma's own bound on a page is not published; 50 is what is known to be accepted.
    static let upstreamPageLimit = 50

    /// One page as Luma has it now. A limit above Luma's page is made of two of Luma's pages; the end is known by `has_more`
    /// alone, never by a short page.
    func fetch(_ query: EventListQuery, _ call: UpstreamCall) async throws(APIError) -> Fetched {
        var entries: [JSON] = []
        var asOf: MonotonicTime?
        var cursor = query.cursor
        var hasMore = true
        while hasMore, entries.count < query.limit {
            let page = try await page(
                query, limit: min(query.limit - entries.count, Self.upstreamPageLimit), cursor, call)
            // The second page may have waited for budget: the whole is as old as the first.
            asOf = asOf ?? call.context.lastSentAt
            entries += page.entries
            cursor = page.nextCursor
            hasMore = page.hasMore && cursor != nil
            // Luma may answer an empty page that is not the last; one such page ends this answer, not the list.
            if page.entries.isEmpty { break }
        }
        let answer: JSON = [
            "entries": .array(entries), "has_more": .bool(hasMore),
            "next_cursor": hasMore ? cursor.map { .string($0) } ?? .null : .null, "left_out": query.leftOut,
        ]
        return Fetched(body: answer.encoded, asOf: asOf, tree: answer)
    }

    /// One page of Luma's. What is pending is another list there: its pages follow those of the calendar, and their cursors
    /// say so.
    func page(
        _ query: EventListQuery, limit: Int, _ cursor: String?, _ call: UpstreamCall
    ) async throws(APIError) -> ListPage {
        var parameters = query.parameters
        parameters.limit = limit
        let isPending = query.thenPending && cursor?.hasPrefix(Self.pendingMark) ?? false
        parameters.cursor = isPending ? cursor.map { String($0.dropFirst(Self.pendingMark.count)) } : cursor
        if isPending {
            parameters.status = "pending"
            if parameters.cursor == "" { parameters.cursor = nil }
        }
        let page: ListPage
        do throws(LumaError) {
            page = try await luma.listEvents(parameters, deadline: call.deadline, context: call.context)
        } catch {
            if cursor != nil, cursor == query.cursor, Self.refusesCursor(error) {
                throw APIError(invalid: [FieldProblem(QueryRows.cursor.name, .unknownCursor)])
            }
            throw APIError(error, subject: nil)
        }
        if page.hasMore, page.nextCursor == parameters.cursor { throw .endlessList }
        guard query.thenPending else { return page }
        let entries = isPending ? page.entries.map(Self.markedPending) : page.entries
        if page.hasMore {
            let next = page.nextCursor.map { isPending ? Self.pendingMark + $0 : $0 }
            return ListPage(entries: entries, hasMore: true, nextCursor: next)
        }
        return ListPage(entries: entries, hasMore: !isPending, nextCursor: isPending ? nil : Self.pendingMark)
    }

    /// Begins a cursor among what is pending; Luma's own are base 64, which has no colon.
    private static let pendingMark = "pending:"

    /// An entry that says that it is pending, which Luma's does not.
    private static func markedPending(_ entry: JSON) -> JSON {
        guard var object = entry.objectValue else { return entry }
        object["status"] = "pending"
        return .object(object)
    }

    /// Luma names the parameter by a name of its own, which the caller has never seen.
    private static func refusesCursor(_ error: LumaError) -> Bool {
        guard case .refused(400, let words) = error else { return false }
        return words.message?.contains("pagination_cursor") ?? false
    }

    /// `GET /events/` in a format that is written as it comes: every page. The first page is fetched by the caller, so that
    /// a refusal is still an ordinary answer.
    ///
    /// - Parameter nextCall: asked for each further page, because a long list may take longer than one request.
    func stream(
        _ query: EventListQuery, as representation: Representation, first: ListPage, nextCall: () -> UpstreamCall,
        write: ([UInt8]) async throws -> Void
    ) async throws {
        var renderer = ListRenderer(
            representation, isPending: query.parameters.status == "pending", zones: zones,
            isForSpreadsheet: query.isForSpreadsheet)
        var left = query.most ?? .max
        try await pages(of: query, first: first, nextCall: nextCall) { page in
            let entries = page.entries.prefix(left)
            left -= entries.count
            let part = renderer.page(Array(entries))
            if !part.isEmpty { try await write(part) }
            return left > 0
        }
        let end = renderer.end()
        if !end.isEmpty { try await write(end) }
    }

    /// Gives one page after the other, until there are no more or `take` wants none.
    ///
    /// - Parameter nextCall: asked for each further page, because a long list may take longer than one request.
    func pages(
        of query: EventListQuery, first: ListPage, nextCall: () -> UpstreamCall, take: (ListPage) async throws -> Bool
    ) async throws {
        var page = first
        var seen: Set<String> = []
        while try await take(page), page.hasMore, let cursor = page.nextCursor {
            guard seen.insert(cursor).inserted else { throw APIError.endlessList }
            page = try await self.page(query, limit: Self.upstreamPageLimit, cursor, nextCall())
        }
    }
}

extension APIError {
    /// A cursor that comes again would lead through the same pages for ever.
    static let endlessList = APIError(
        .upstreamFailure, "Luma's list does not end: the same cursor came twice",
        details: ["cause": "repeated_cursor"])
}

extension EventsService {
    /// The event that an address or a slug stands for, in short; null when it stands for none.
    func lookUp(_ address: EventAddress, _ call: UpstreamCall) async throws(APIError) -> JSON {
        let event: JSON
        do throws(LumaError) {
            event = try await found(address, call)
        } catch {
            throw APIError(error, subject: nil)
        }
        return ["event": event]
    }

    private func found(_ address: EventAddress, _ call: UpstreamCall) async throws(LumaError) -> JSON {
        switch address {
        case .id(let id):
            do throws(LumaError) {
                return Self.summary(try await read(id, call).json())
            } catch {
                switch error {
                case .notFound, .eventNotAccessible: return .null
                default: throw error
                }
            }
        case .slug(let slug):
            let entity = try await luma.lookupEntity(slug: slug, deadline: call.deadline, context: call.context)
            guard let entity, entity["type"]?.stringValue == "event", let event = entity["event"] else { return .null }
            return Self.summary(event)
        }
    }

    /// What both ways to an event know of it.
    private static func summary(_ event: JSON) -> JSON {
        let url = event["url"] ?? event["slug"]?.stringValue.map { .string("https://luma.com/" + $0) }
        return [
            "id": event["id"] ?? .null, "name": event["name"] ?? .null, "start_at": event["start_at"] ?? .null,
            "end_at": event["end_at"] ?? .null, "url": url ?? .null,
        ]
    }
}

extension EventsService {
    /// One event as a calendar of its own: `GET /events/{event_id}` for who takes `text/calendar`, and
    /// `/events/{event_id}.ics`. Read, kept and shared as the event itself is.
    func calendar(
        _ id: EventID, _ wish: ReadWish, _ conditions: Preconditions, _ call: UpstreamCall
    ) async throws(APIError) -> Response {
        // The conditions are about the calendar.
        let read = try await reads.read(.event(id.text), wish, call) { () throws(APIError) in
            try await fetch(id, call)
        }.response(Preconditions())
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
