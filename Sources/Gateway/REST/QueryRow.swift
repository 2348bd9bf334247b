import Core
import LumaAPI

/// One query parameter as data: what reads it and what documents it are the same.
struct QueryRow: Sendable {
    let name: String
    let schema: Schema
    /// What applies when it is absent; nil for nothing.
    let standard: JSON?
    let note: String

    init(_ name: String, _ schema: Schema, default standard: JSON? = nil, _ note: String) {
        self.name = name
        self.schema = schema
        self.standard = standard
        self.note = note
    }
}

extension QueryReader {
    init(_ pairs: [(name: String, value: String)], rows: [QueryRow]) { self.init(pairs, known: rows.map(\.name)) }

    /// A whole number within the row's range, or its default.
    mutating func integer(_ row: QueryRow) -> Int {
        guard case .integer(let range?) = row.schema, let standard = row.standard?.intValue else {
            preconditionFailure("\(row.name) is no whole number with a range and a default")
        }
        return integer(row.name, range, default: standard)
    }

    /// One of the row's words; nil when it is absent.
    mutating func choice(_ row: QueryRow) -> String? {
        guard case .enumeration(let words) = row.schema else { preconditionFailure("\(row.name) has no words") }
        return choice(row.name, words)
    }
}

/// The query parameters of the paths that have some.
enum QueryRows {
    static let limit = QueryRow("limit", .integer(1...100), default: 50, "How many events one answer holds at most.")
    static let cursor = QueryRow("cursor", .string(), "The `next_cursor` of the page before.")
    static let after = QueryRow("after", .dateTime, "Only events that start then or later.")
    static let before = QueryRow("before", .dateTime, "Only events that start then or earlier.")
    static let sort = QueryRow(
        "sort", .enumeration(["start_at", "-start_at"]), "By start, the earliest or the latest first.")
    static let status = QueryRow(
        "status", .enumeration(["approved", "pending"]), "Events of the calendar, or those submitted to it that wait.")
    static let show = QueryRow(
        "show", .enumeration(["all"]),
        "`all` leaves nothing out: also events of other platforms, events that the key may only view, and, after the others, "
            + "those that wait for approval, with `status` `pending`.")
    static let list = [limit, cursor, after, before, sort, status, show]
    /// The same where the answer holds all pages.
    static let exported =
        [QueryRow("limit", .integer(1...100), "How many events there are at most; all without it.")] + list.dropFirst()

    static let purpose = QueryRow(
        "for", .enumeration(["spreadsheet"]),
        "`spreadsheet` begins the table with a byte order mark, without which Excel takes it for another encoding.")
    /// Of a table.
    static let table = exported + [purpose]

    static let url = QueryRow(
        "url", .string(), "An address such as `https://luma.com/SLUG` or `lu.ma/SLUG`, a slug, or an id.")
    static let lookup = [url]

    static let dryRun = QueryRow("dry_run", .boolean, default: false, "Only tell what a cancel would mean.")
    static let refund = QueryRow(
        "refund", .boolean, "Whether guests get their money back; needed when some have paid.")
    static let confirm = QueryRow(
        "confirm", .string(),
        "The `confirm` of a preview: cancels only the event that it told of, as it was then. Good for ten minutes.")
    static let cancel = [dryRun, refund, confirm]

    static let preview = QueryRow(
        "dry_run", .boolean, default: false, "Only tell what would be sent, and when the event would be.")
    static let write = [preview]
}
