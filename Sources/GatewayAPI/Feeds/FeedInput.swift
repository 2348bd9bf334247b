package import Core
package import LumaAPI

/// The feed that a client wants to have.
package struct FeedInput: Equatable {
    /// What calendar programs call it.
    package let name: String
    /// What of the calendar it shows.
    package let filter: FeedFilter

    /// Characters of the secret part of a feed's address.
    package static let tokenLength = 44

    /// The members that a client may send.
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
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
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

/// What of the calendar a feed shows. The rows check what a client sends and document it; what they have let in is kept in
/// the store in the same form.
package struct FeedFilter: Equatable {
    /// How far back a feed goes that does not say it.
    package static let usualPastDays = 90

    /// `approved` or `pending`; nil for what a list shows by itself.
    package var status: String?
    /// Only events that start at or after this time.
    package var after: Timestamp?
    /// Only events that start at or before this time.
    package var before: Timestamp?
    /// Only events that start at most so many days before it is read.
    package var pastDays: Int?
    /// Also events that are not public, and what only guests may see.
    package var includesPrivate = false

    /// The members that a client may send.
    package static let rows = [
        SchemaField("status", .enumeration(["approved", "pending"]), note: QueryRows.status.note),
        SchemaField("after", .dateTime, note: QueryRows.after.note),
        SchemaField("before", .dateTime, note: QueryRows.before.note),
        SchemaField(
            "past_days", .integer(0...3650),
            note: "Only events that start at most so many days before it is read; \(usualPastDays) without `after`."),
        SchemaField(
            "include_private", .boolean,
            note: "Also events that are not public, places that only guests see, and links to join."),
    ]

    /// Reads an object that fits the rows.
    package init(_ object: JSONObject) {
        status = object["status"]?.stringValue
        after = object["after"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        before = object["before"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        pastDays = object["past_days"]?.wholeValue
        includesPrivate = object["include_private"]?.boolValue ?? false
        if after == nil, pastDays == nil { pastDays = Self.usualPastDays }
    }

    /// As it is sent and kept.
    package var json: JSONObject {
        var object = JSONObject()
        object["status"] = status.map { .string($0) }
        object["after"] = after.map { .string($0.rfc3339) }
        object["before"] = before.map { .string($0.rfc3339) }
        object["past_days"] = pastDays.map { .number(JSONNumber($0)) }
        object["include_private"] = .bool(includesPrivate)
        return object
    }
}
