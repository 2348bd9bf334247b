public import Core
import LumaAPI

extension LumaClient {
    /// The owner of the key; also the way to try a key.
    public func getSelf(deadline: MonotonicTime, context: CallContext) async throws(LumaError) -> LumaAnswer {
        try await call(Self.row("users/get-self"), deadline: deadline, context: context)
    }

    /// The calendar that the key belongs to.
    public func getCalendar(deadline: MonotonicTime, context: CallContext) async throws(LumaError) -> LumaAnswer {
        try await call(Self.row("calendars/get"), deadline: deadline, context: context)
    }

    /// One event as Luma sends it.
    public func getEvent(
        _ id: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> LumaAnswer {
        try await call(
            Self.eventsGet, query: QueryString([("event_id", id)]), deadline: deadline, context: context)
    }

    /// One page of the calendar's events: of several answers where one would be too large, and shorter than asked for where that
    /// would take too many.
    public func listEvents(
        _ parameters: EventListParameters, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> ListPage {
        var gathering = PageGathering(parameters, size: context.pageSize)
        while true {
            do throws(LumaError) {
                let answer = try await call(
                    Self.eventsList, query: gathering.parameters.query, deadline: deadline, context: context)
                if let page = gathering.take(try ListPage(answer), octets: answer.body.count) { return page }
            } catch .tooLarge {
                guard gathering.halve() else {
                    if let beginning = gathering.beginning { return beginning }
                    throw .tooLarge
                }
                context.pageSize = gathering.size
            }
        }
    }

    /// The ticket types of an event, all at once.
    public func listTicketTypes(
        eventID: String, includeHidden: Bool, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> [JSON] {
        var query = QueryString([("event_id", eventID)])
        if includeHidden { query.append("include_hidden", "true") }
        let answer = try await call(
            Self.row("events/ticket-types/list"), query: query, deadline: deadline, context: context)
        guard let entries = try answer.json()["entries"]?.arrayValue else { throw .malformedAnswer }
        return entries
    }

    /// What a slug stands for; nil when it is free.
    public func lookupEntity(
        slug: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> JSON? {
        let answer = try await call(
            Self.row("entities/lookup"), query: QueryString([("slug", slug)]), deadline: deadline, context: context)
        guard let entity = try answer.json()["entity"] else { throw .malformedAnswer }
        // A bare nil would be JSON's null here.
        return entity.isNull ? Optional.none : entity
    }

    private static let eventsGet = row("events/get")
    private static let eventsList = row("calendars/events/list")

    /// The row of an operation that this file calls by name; the tests of the rows see to it that it exists.
    static func row(_ name: String) -> Operation {
        guard let row = Catalog[name] else { preconditionFailure("no row for \(name)") }
        return row
    }
}

extension ListPage {
    init(_ answer: LumaAnswer) throws(LumaError) {
        let json = try answer.json()
        guard let entries = json["entries"]?.arrayValue, let hasMore = json["has_more"]?.boolValue else {
            throw .malformedAnswer
        }
        // Luma may give a cursor with the last page, too.
        let cursor = hasMore ? json["next_cursor"]?.stringValue : nil
        if hasMore, cursor?.isEmpty ?? true { throw .malformedAnswer }
        self.init(entries: entries, hasMore: hasMore, nextCursor: cursor)
    }
}
