import Core
import GatewayAPI
import HTTP
import LumaAPI
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

// What a write over REST asks for: the one place where its path, its query and its body are read.

extension WriteRequest {
    /// - Throws: `APIError` 422 that names every problem of the query, 404 for an id that cannot be one, 415 and 400 for a body
    ///   that is no JSON.
    init(_ input: RequestInput) throws(APIError) {
        var terms = WriteTerms(principal: input.principal, conditions: input.conditions)
        let key = input.idempotencyKey
        let wanted: Wanted
        let document: JSON?
        switch input.endpoint.kind {
        case .createEvent, .createFromTemplate:
            terms.isDryRun = try Self.isPreview(input)
            let event = try input.json()
            document = event
            wanted =
                input.endpoint.kind == .createEvent
                ? .create(event, isMinimal: input.prefersMinimal)
                : .createFromTemplate(event, isMinimal: input.prefersMinimal)
        case .replaceEvent, .patchEvent:
            terms.isDryRun = try Self.isPreview(input)
            let id = try input.eventID()
            let change = try input.json()
            document = change
            wanted = .update(id, change)
        case .cancelEvent:
            var query = QueryReader(input.query, rows: QueryRows.cancel)
            terms.isDryRun = query.boolean(QueryRows.dryRun.name) ?? false
            let refund = query.boolean(QueryRows.refund.name)
            try query.finish()
            document = nil
            terms.confirm = query.text(QueryRows.confirm.name)
            wanted = .cancel(try input.eventID(), refund: refund)
        case .operation:
            let passed = try PassedOperation(input)
            // Its query was read when its input was.
            terms.isDryRun = input.isDryRun
            terms.confirm = input.query.first { $0.name == QueryRows.confirm.name }?.value
            self.init(wanted: .operation(passed), terms: terms)
            if let key, !terms.isDryRun { keyed = KeyedWrite(key, passed) }
            return
        default: throw APIError.notFound
        }
        self.init(wanted: wanted, terms: terms)
        if let key, !terms.isDryRun {
            keyed = KeyedWrite(key, input.endpoint, input.parameter, query: input.query, document: document)
        }
    }

    /// Whether a create or an update only tells what would become of it.
    private static func isPreview(_ input: RequestInput) throws(APIError) -> Bool {
        var query = QueryReader(input.query, rows: QueryRows.write)
        let isPreview = query.boolean(QueryRows.preview.name) ?? false
        try query.finish()
        return isPreview
    }
}

extension RequestInput {
    /// The same with Luma's input where the path passes an operation on: of its open segments, and of its query or its body.
    /// - Throws: `APIError` 422 that names every problem, 404 for an id that cannot be one, 415 and 400 for a body that is no JSON.
    func withOperation(_ parameters: RouteParameters) throws(APIError) -> RequestInput {
        var input = self
        if let surface = endpoint.surface { input.operation = try operation(of: surface, parameters) }
        return input
    }

    private func operation(of surface: Surface, _ parameters: RouteParameters) throws(APIError) -> JSONObject {
        var path = JSONObject()
        for name in endpoint.parameterNames { path[name] = .string(parameters[name] ?? "") }
        guard surface.operation.body != nil else {
            let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
            let (values, problems) = validator.read(query: query, fields: surface.openFields)
            return try surface.input(path: path, values, isQuery: true, problems: problems)
        }
        var reader = QueryReader(query, rows: surface.queryOfWrites)
        _ = reader.boolean(QueryRows.preview.name)
        try reader.finish()
        return try surface.input(path: path, try members(of: surface))
    }

    /// The members of the body of a write.
    /// - Throws: `APIError` 415, 400 and 422 for what is no JSON object. Where the path says it all, no body is one, too.
    func members(of surface: Surface) throws(APIError) -> JSONObject {
        if body.isEmpty, !surface.needsOpenMembers { return JSONObject() }
        guard let given = try json().objectValue else {
            throw APIError(invalid: [FieldProblem("", "the body must be a JSON object")])
        }
        return given
    }
}
