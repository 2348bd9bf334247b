import Core
import GatewayAPI
import LumaClient

/// The validated query of a list.
struct EventListQuery {
    var limit: Int
    var cursor: String?
    var parameters: EventListParameters
    /// Also what waits to be let onto the calendar, after what is on it.
    var thenPending = false
    /// What was asked for at most; nil when nothing was said, and all is shown where pages are no matter.
    var most: Int?
    /// A table begins with the mark by which a spreadsheet program knows its encoding.
    var isForSpreadsheet = false
}

extension EventListQuery {
    /// - Parameters:
    ///   - status: `approved` or `pending`; nil is the former.
    ///   - showsAll: also what is left out otherwise, and what is pending after all else unless a status is named.
    init(
        limit: Int, cursor: String? = nil, after: Timestamp? = nil, before: Timestamp? = nil,
        sort: EventListParameters.Sort? = nil, status: String? = nil, showsAll: Bool = false
    ) {
        var parameters = EventListParameters()
        parameters.after = after
        parameters.before = before
        parameters.sort = sort
        parameters.status = status
        if showsAll {
            parameters.platforms = ["luma", "external"]
            parameters.access = ["manage", "view"]
        }
        self.init(
            limit: limit, cursor: cursor, parameters: parameters, thenPending: showsAll && status == nil)
    }

    /// What exists at Luma and is not in this list, whatever its pages.
    var leftOut: JSON {
        let kinds = LeftOut.kinds(showsAll: !parameters.platforms.isEmpty, status: parameters.status)
        return .array(kinds.map { .string($0.rawValue) })
    }
}

extension EventListParameters.Sort {
    /// - Parameter word: `start_at` or `-start_at`.
    init(word: String) { self = word == "start_at" ? .ascending : .descending }
}
