public import Core
public import LumaAPI

extension LumaClient {
    /// Any operation that changes nothing, by its row, with Luma's answer as it is.
    ///
    /// - Parameter input: members of the body, or the parameters of the query: numbers and booleans as such, an array for a
    ///   name that is repeated.
    public func read(
        _ operation: Operation, _ input: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> LumaAnswer {
        let secrets = operation.secrets(in: input)
        guard operation.body == nil else {
            return try await call(
                operation, body: JSON.object(input).encoded, secrets: secrets, deadline: deadline, context: context)
        }
        return try await call(
            operation, query: QueryString(input, operation.query), secrets: secrets, deadline: deadline,
            context: context)
    }

    /// The owner of the key; also the way to try a key.
    public func getSelf(deadline: MonotonicTime, context: CallContext) async throws(LumaError) -> LumaAnswer {
        try await read(.getSelf, JSONObject(), deadline: deadline, context: context)
    }

    /// One event as Luma sends it.
    public func getEvent(
        _ id: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> LumaAnswer {
        // What most calls are: by itself it needs no document of its input.
        try await call(
            .getEvent, query: QueryString([("event_id", id)]), deadline: deadline, context: context)
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
                    .listEvents, query: gathering.parameters.query, deadline: deadline, context: context)
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
        var input: JSONObject = ["event_id": .string(eventID)]
        if includeHidden { input["include_hidden"] = "true" }
        let answer = try await read(.listTicketTypes, input, deadline: deadline, context: context)
        guard let entries = try answer.json()["entries"]?.arrayValue else { throw .malformedAnswer }
        return entries
    }

    /// What a slug stands for; nil when it is free.
    public func lookupEntity(
        slug: String, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> JSON? {
        let answer = try await read(
            .lookUpEntity, ["slug": .string(slug)], deadline: deadline, context: context)
        guard let entity = try answer.json()["entity"] else { throw .malformedAnswer }
        // A bare nil would be JSON's null here.
        return entity.isNull ? Optional.none : entity
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

/// Makes one page of a list out of several answers, where a single one would be larger than what is taken from Luma.
///
/// A page that is too large is asked for again with half the entries, down to one. What follows is asked for in the size that
/// fitted, until there are as many entries as were wanted. So a caller sees the page that it has asked for; only when that takes
/// too many requests or octets, it gets a shorter one, and goes on from its cursor. Pure: it says what to ask for next.
struct PageGathering {
    /// Requests for one page.
    static let maxRequests = 16
    /// Octets of the answers that one page is made of, as far as the last of them can be known beforehand.
    static let maxOctets = 16 << 20
    /// Entries of a page of which the caller has said no number.
    static let usualLimit = 50

    /// What to ask for next.
    private(set) var parameters: EventListParameters
    /// Entries to ask for at once; nil while the page is asked for as it was wanted.
    private(set) var size: Int?
    private let wanted: Int
    private var entries: [JSON] = []
    private var octets = 0
    private var requests = 0

    /// - Parameter size: what an earlier page of the same list was made of; nil when that was whole.
    init(_ parameters: EventListParameters, size: Int? = nil) {
        self.parameters = parameters
        wanted = parameters.limit ?? Self.usualLimit
        guard let size, size < wanted else { return }
        self.size = size
        self.parameters.limit = size
    }

    /// Takes an answer to what was asked for.
    /// - Returns: the page, when it is complete.
    mutating func take(_ page: ListPage, octets: Int) -> ListPage? {
        requests += 1
        guard let size else { return page }
        entries += page.entries
        self.octets += octets
        let goesOn = page.hasMore && !page.entries.isEmpty && page.nextCursor != parameters.cursor
        guard goesOn, entries.count < wanted, requests < Self.maxRequests, self.octets < Self.maxOctets else {
            return ListPage(entries: entries, hasMore: page.hasMore, nextCursor: page.nextCursor)
        }
        parameters.cursor = page.nextCursor
        parameters.limit = min(size, wanted - entries.count)
        return nil
    }

    /// Halves what is asked for at once, as the answer was too large.
    /// - Returns: false when it is one entry already, or there were too many requests.
    mutating func halve() -> Bool {
        requests += 1
        let asked = parameters.limit ?? Self.usualLimit
        guard asked > 1, requests < Self.maxRequests else { return false }
        size = asked / 2
        parameters.limit = size
        return true
    }

    /// What there is of the page, before what cannot be got; nil when that is nothing.
    var beginning: ListPage? {
        entries.isEmpty ? nil : ListPage(entries: entries, hasMore: true, nextCursor: parameters.cursor)
    }
}
