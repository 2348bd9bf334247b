import Core
import GatewayAPI

// What a write over REST asks for: the one place where its path, its query and its body are read.

extension WriteRequest {
    /// - Throws: `APIError` 422 that names every problem of the query, 404 for an id that cannot be one, 415 and 400 for a body
    ///   that is no JSON.
    init(_ input: RequestInput) throws(APIError) {
        var terms = WriteTerms(principal: input.principal, conditions: input.conditions)
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
            wanted = .cancel(
                try input.eventID(), CancelTerms(refund: refund, confirm: query.text(QueryRows.confirm.name)))
        case .operation:
            let passed = try PassedOperation(input)
            // Its query was read when its input was.
            terms.isDryRun = input.isDryRun
            document = .object(passed.input)
            wanted = .operation(passed)
        default: throw APIError.notFound
        }
        self.init(wanted: wanted, terms: terms)
        if let key = input.idempotencyKey, !terms.isDryRun {
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
