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
    /// What exists at Luma and is not in this list, whatever its pages.
    var leftOut: JSON {
        let kinds = LeftOut.kinds(showsAll: !parameters.platforms.isEmpty, status: parameters.status)
        return .array(kinds.map { .string($0.rawValue) })
    }
}
