package import Core
package import LumaAPI

/// One query parameter as data: what reads it and what documents it are the same.
package struct QueryRow: Sendable {
    package let name: String
    package let schema: Schema
    /// What applies when it is absent; nil for nothing.
    package let standard: JSON?
    package let note: String

    package init(_ name: String, _ schema: Schema, default standard: JSON? = nil, _ note: String) {
        self.name = name
        self.schema = schema
        self.standard = standard
        self.note = note
    }
}

extension QueryReader {
    package init(_ pairs: [(name: String, value: String)], rows: [QueryRow]) {
        self.init(pairs, known: rows.map(\.name))
    }

    /// A whole number within the row's range, or its default.
    package mutating func integer(_ row: QueryRow) -> Int {
        guard case .integer(let range?) = row.schema, let standard = row.standard?.intValue else {
            preconditionFailure("\(row.name) is no whole number with a range and a default")
        }
        return integer(row.name, range, default: standard)
    }

    /// One of the row's words; nil when it is absent.
    package mutating func choice(_ row: QueryRow) -> String? {
        guard case .enumeration(let words) = row.schema else { preconditionFailure("\(row.name) has no words") }
        return choice(row.name, words)
    }
}

/// The query parameters of the paths that have some.
package enum QueryRows {
    package static let limit = QueryRow(
        "limit", .integer(1...100), default: 50, "How many events one answer holds at most.")
    package static let cursor = QueryRow("cursor", .string(), "The `next_cursor` of the page before.")
    package static let after = QueryRow("after", .dateTime, "Only events that start then or later.")
    package static let before = QueryRow("before", .dateTime, "Only events that start then or earlier.")
    package static let sort = QueryRow(
        "sort", .enumeration(["start_at", "-start_at"]), "By start, the earliest or the latest first.")
    package static let status = QueryRow(
        "status", .enumeration(["approved", "pending"]), "Events of the calendar, or those submitted to it that wait.")
    package static let show = QueryRow(
        "show", .enumeration(["all"]),
        "`all` leaves nothing out: also events of other platforms, events that the key may only view, and, after the others, "
            + "those that wait for approval, with `status` `pending`.")
    package static let list = [limit, cursor, after, before, sort, status, show]
    /// The same where the answer holds all pages.
    package static let exported =
        [QueryRow("limit", .integer(1...100), "How many events there are at most; all without it.")] + list.dropFirst()

    package static let purpose = QueryRow(
        "for", .enumeration(["spreadsheet"]),
        "`spreadsheet` begins the table with a byte order mark, without which Excel takes it for another encoding.")
    /// Of a table.
    package static let table = exported + [purpose]

    package static let url = QueryRow(
        "url", .string(), "An address such as `https://luma.com/SLUG` or `lu.ma/SLUG`, a slug, or an id.")
    package static let lookup = [url]

    package static let dryRun = QueryRow("dry_run", .boolean, default: false, "Only tell what a cancel would mean.")
    package static let refund = QueryRow(
        "refund", .boolean, "Whether guests get their money back; needed when some have paid.")
    package static let confirm = QueryRow(
        "confirm", .string(),
        "The `confirm` of a preview: cancels only the event that it told of, as it was then. Good for ten minutes.")
    package static let cancel = [dryRun, refund, confirm]

    package static let preview = QueryRow(
        "dry_run", .boolean, default: false, "Only tell what would be sent, and when the event would be.")
    package static let write = [preview]
}
