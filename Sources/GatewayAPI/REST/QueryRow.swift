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
            preconditionFailure("\(row.name) is not a whole number with a range and a default")
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
        "limit", .integer(1...100), default: 50, "Maximum number of events in the response.")
    package static let cursor = QueryRow("cursor", .string(), "The `next_cursor` of the previous page.")
    package static let after = QueryRow("after", .dateTime, "Only events that start at or after this time.")
    package static let before = QueryRow("before", .dateTime, "Only events that start at or before this time.")
    package static let sort = QueryRow(
        "sort", .enumeration(["start_at", "-start_at"]), "By start: earliest or latest first.")
    package static let status = QueryRow(
        "status", .enumeration(["approved", "pending"]),
        "Events of the calendar, or submitted ones that wait for approval.")
    package static let show = QueryRow(
        "show", .enumeration(["all"]),
        "`all` also lists events of other platforms, events that the key may only view, and, after the others, "
            + "those that wait for approval, with `status` `pending`.")
    /// Those of a list of events.
    package static let list = [limit, cursor, after, before, sort, status, show]
    /// The same where the answer holds all pages.
    package static let exported =
        [QueryRow("limit", .integer(1...100), "Maximum number of events; all by default.")] + list.dropFirst()

    package static let purpose = QueryRow(
        "for", .enumeration(["spreadsheet"]),
        "`spreadsheet` begins the table with a byte order mark, without which Excel takes it for another encoding.")
    /// Of a table.
    package static let table = exported + [purpose]

    package static let url = QueryRow(
        "url", .string(), "An address such as `https://luma.com/SLUG` or `lu.ma/SLUG`, a slug, or an id.")
    /// Those of the look-up of an address.
    package static let lookup = [url]

    package static let dryRun = QueryRow("dry_run", .boolean, default: false, "Preview the cancel, and change nothing.")
    package static let refund = QueryRow(
        "refund", .boolean, "Whether to refund guests; required when some have paid.")
    package static let confirm = QueryRow(
        "confirm", .string(),
        "The `confirm` of a preview: cancels only the previewed event, and only if it is unchanged. Valid for ten minutes."
    )
    /// Those of a cancel.
    package static let cancel = [dryRun, refund, confirm]

    package static let preview = QueryRow(
        "dry_run", .boolean, default: false,
        "Show what would be sent and when the event would take place, and change nothing.")
    /// Those of any other write.
    package static let write = [preview]
}

/// Reads named, typed query parameters and gathers every problem before it complains.
package struct QueryReader {
    private let pairs: [(name: String, value: String)]
    private let known: [String]
    package private(set) var problems: [FieldProblem] = []

    /// `known` are all names that the endpoint has; any other and any repetition is a problem by name.
    package init(_ pairs: [(name: String, value: String)], known: [String]) {
        self.pairs = pairs
        self.known = known
        var seen: Set<String> = []
        for pair in pairs {
            if !known.contains(pair.name) {
                let nearest = QuerySynonyms.suggest(for: pair.name, among: known)
                problems.append(FieldProblem(APIError.shortened(pair.name), .unknownParameter(suggestion: nearest)))
            } else if !seen.insert(pair.name).inserted {
                problems.append(FieldProblem(pair.name, .repeated))
            }
        }
    }

    /// The parameter as it was sent; nil when it was not.
    package func text(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// `true`, `false`, `1` or `0`; nil when absent or, with a problem noted, something else.
    package mutating func boolean(_ name: String) -> Bool? {
        switch text(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        default:
            problems.append(FieldProblem(name, .notBoolean))
            return nil
        }
    }

    /// A number within the range; the default when absent or, with a problem noted, something else.
    package mutating func integer(_ name: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let text = text(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            problems.append(FieldProblem(name, .notWithin(range)))
            return standard
        }
        return value
    }

    /// One of the words; nil when absent or, with a problem noted, something else.
    package mutating func choice(_ name: String, _ choices: [String]) -> String? {
        guard let text = text(name) else { return nil }
        guard choices.contains(text) else {
            problems.append(FieldProblem(name, .schema(.notOneOf(choices))))
            return nil
        }
        return text
    }

    /// A time with offset (RFC 3339); nil when absent or, with a problem noted, something else.
    package mutating func instant(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        let written = LocalDateTime.withT(text)
        guard let instant = Timestamp(rfc3339: written) else {
            // By itself it is a time; a `+` that was not encoded is a blank here.
            let fault: TimeFault = LocalDateTime(written) != nil ? .offset : TimeFault(in: written)
            problems.append(FieldProblem(name, .noInstant(fault)))
            return nil
        }
        return instant
    }

    /// - Throws: `APIError` 422 that names every problem.
    package func finish() throws(APIError) {
        if !problems.isEmpty { throw APIError(invalid: problems) }
    }
}

/// A kind of event that Luma has and that a list leaves out.
package enum LeftOut: String, Sendable, CaseIterable {
    case external
    case viewOnly = "view_only"
    case pending, approved

    /// What a list of this status leaves out.
    /// - Parameters:
    ///   - showsAll: it was asked to leave nothing out.
    ///   - status: the only one that it shows; nil when none was named.
    package static func kinds(showsAll: Bool, status: String?) -> [LeftOut] {
        let others: [LeftOut] = showsAll ? [] : [.external, .viewOnly]
        if showsAll, status == nil { return others }
        return others + [status == "pending" ? .approved : .pending]
    }

    /// For a person.
    package var words: String {
        switch self {
        case .external: "events of other platforms"
        case .viewOnly: "events that the gateway's key may only view"
        case .pending: "events that wait for approval"
        case .approved: "events that are on the calendar"
        }
    }
}
