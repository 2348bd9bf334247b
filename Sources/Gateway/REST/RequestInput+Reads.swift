import GatewayAPI
import LumaClient

// What a read over REST asks for: the one place where its path and its query are read.

extension ReadRequest {
    /// - Throws: `APIError` 422 that names every problem of the query, 404 for an id that cannot be one.
    init(_ input: RequestInput) throws(APIError) {
        switch input.endpoint.kind {
        case .getEvent, .eventCalendar: self = .event(try input.loneEventID())
        case .listEvents, .eventsJSON: self = .list(try EventListQuery(input.query))
        case .lookupEvent: self = .lookUp(try EventAddress(input.query))
        case .operation: self = .operation(try PassedOperation(input))
        default: throw .notFound
        }
    }
}

extension RequestInput {
    /// The event of the path.
    /// - Throws: `APIError` 404 for what cannot be an id.
    func eventID() throws(APIError) -> EventID { try EventID(parameter ?? "") }

    /// The same where the path takes no query.
    func loneEventID() throws(APIError) -> EventID {
        try refuseQuery()
        return try eventID()
    }
}

extension EventListQuery {
    /// - Parameter isTable: whether the answer is one; parameters that only a table has are refused elsewhere.
    init(_ pairs: [(name: String, value: String)], isTable: Bool = false) throws(APIError) {
        var query = QueryReader(pairs, rows: isTable ? QueryRows.list + [QueryRows.purpose] : QueryRows.list)
        let limit = query.integer(QueryRows.limit)
        let cursor = query.text(QueryRows.cursor.name)
        let after = query.instant(QueryRows.after.name)
        let before = query.instant(QueryRows.before.name)
        let sort = query.choice(QueryRows.sort).map { EventListParameters.Sort(word: $0) }
        let status = query.choice(QueryRows.status)
        let showsAll = query.choice(QueryRows.show) != nil
        let purpose = isTable ? query.choice(QueryRows.purpose) : nil
        try query.finish()
        self.init(
            limit: limit, cursor: cursor, after: after, before: before, sort: sort, status: status, showsAll: showsAll)
        if pairs.contains(where: { $0.name == QueryRows.limit.name }) { most = limit }
        isForSpreadsheet = purpose != nil
    }
}

extension EventAddress {
    fileprivate init(_ pairs: [(name: String, value: String)]) throws(APIError) {
        let query = QueryReader(pairs, rows: QueryRows.lookup)
        try query.finish()
        let text = query.text(QueryRows.url.name) ?? ""
        guard let address = EventAddress(text) else {
            throw APIError(invalid: [
                FieldProblem(
                    QueryRows.url.name,
                    text.isEmpty
                        ? "is missing" : "must be the address of an event at luma.com or lu.ma, its slug or its id")
            ])
        }
        self = address
    }
}

extension PassedOperation {
    /// - Throws: `APIError` 500 for a path that passes nothing on.
    init(_ input: RequestInput) throws(APIError) {
        guard let surface = input.endpoint.surface, let operation = input.operation else { throw APIError(.internal) }
        self.init(surface: surface, input: operation)
    }
}
