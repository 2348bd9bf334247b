package import Core
package import LumaAPI

/// The feed that a client wants to have.
package struct FeedInput: Equatable {
    package let name: String
    package let filter: FeedFilter

    /// Characters of the secret part of a feed's address.
    package static let tokenLength = 44

    package static let rows = [
        SchemaField(
            "name", .string(length: 1...100), required: true,
            note: "What calendar programs call it, and for whom it is, so that the right one is revoked."),
        SchemaField("filter", .object(FeedFilter.rows), note: "What of the calendar it shows."),
    ]

    /// - Throws: `APIError` 422 that names every problem.
    package init(_ document: JSON) throws(APIError) {
        guard let object = document.objectValue else {
            throw APIError(invalid: [FieldProblem("", "the body must be a JSON object")])
        }
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.mostProblems)
        var problems = validator.problems(in: document, fields: Self.rows).map { FieldProblem($0.path, $0.words) }
        let filter = FeedFilter(object["filter"]?.objectValue ?? JSONObject())
        if problems.isEmpty, let after = filter.after, let before = filter.before, before <= after {
            problems.append(FieldProblem("filter.before", "must be after filter.after"))
        }
        if !problems.isEmpty { throw APIError(invalid: problems) }
        name = object["name"]?.stringValue ?? ""
        self.filter = filter
    }
}
