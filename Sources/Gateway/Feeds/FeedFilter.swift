import Core
import LumaAPI
import LumaClient

/// What of the calendar a feed shows. The rows check what a client sends and document it; what they have let in is kept in
/// the store in the same form.
struct FeedFilter: Equatable {
    /// How far back a feed goes that does not say it.
    static let usualPastDays = 90

    var status: String?
    var after: Timestamp?
    var before: Timestamp?
    var pastDays: Int?
    var includesPrivate = false

    static let rows = [
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
    init(_ object: JSONObject) {
        status = object["status"]?.stringValue
        after = object["after"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        before = object["before"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        pastDays = object["past_days"]?.wholeValue
        includesPrivate = object["include_private"]?.boolValue ?? false
        if after == nil, pastDays == nil { pastDays = Self.usualPastDays }
    }

    var json: JSONObject {
        var object = JSONObject()
        object["status"] = status.map { .string($0) }
        object["after"] = after.map { .string($0.rfc3339) }
        object["before"] = before.map { .string($0.rfc3339) }
        object["past_days"] = pastDays.map { .number(JSONNumber($0)) }
        object["include_private"] = .bool(includesPrivate)
        return object
    }

    /// What is asked of Luma at this time. The bound in days moves once a day, so that readers of one day ask the same.
    func parameters(now: Timestamp) -> EventListParameters {
        var parameters = EventListParameters()
        parameters.status = status
        parameters.before = before
        parameters.sort = .ascending
        let today = now.milliseconds - now.milliseconds % 86_400_000
        let past = pastDays.map { Timestamp(milliseconds: today - Int64($0) * 86_400_000) }
        parameters.after = [after, past].compactMap(\.self).max()
        return parameters
    }

    /// Whether a reader of the feed may see this entry of the list: one that is said to be public. What is only announced on
    /// Luma has no visibility: it is public elsewhere.
    func shows(_ entry: JSON) -> Bool {
        if includesPrivate || entry["visibility"]?.stringValue == "public" { return true }
        return entry["visibility"] == nil && entry["platform"] == "external"
    }
}
