import Core
import GatewayAPI
import LumaClient

/// Which events a list of an assistant shows, and in which order: what is next, unless it says otherwise.
struct ListRange {
    private var after: Timestamp?
    private let before: Timestamp?
    private let sort: EventListParameters.Sort
    private let lumaCursor: String?
    /// The instant from which on the list shows events because nobody has said one, in whole minutes: the same list is then
    /// asked for in the same words for a while.
    private var impliedStart: Timestamp?

    /// Begins a cursor that carries such an instant: the next page is one of the same list, whenever it is asked for.
    private static let mark = "from"
    /// Events of one page when nobody says how many.
    private static let usualLimit = 20

    /// - Throws: `APIError` 422 when a time cannot be read.
    init(_ arguments: JSONObject, _ clock: EventClock) throws(APIError) {
        after = try clock.instant(arguments, "after")
        before = try clock.instant(arguments, "before")
        let said = arguments["sort"]?.stringValue.map { EventListParameters.Sort(word: $0) }
        var cursor = arguments["cursor"]?.stringValue
        if after == nil, before == nil, said != .descending {
            if let given = cursor {
                if let (start, rest) = Self.opened(given) { (impliedStart, cursor) = (start, rest) }
            } else {
                impliedStart = Self.minute(of: clock.now.instant)
            }
            after = impliedStart
        }
        sort = said ?? (after == nil && before != nil ? .descending : .ascending)
        lumaCursor = cursor
    }

    /// The page that is asked for.
    /// - Parameter arguments: those of the tool, which its schema has let in.
    func query(_ arguments: JSONObject) -> EventListQuery {
        EventListQuery(
            limit: arguments["limit"]?.intValue ?? Self.usualLimit, cursor: lumaCursor, after: after, before: before,
            sort: sort, status: arguments["status"]?.stringValue, showsAll: arguments["show"]?.stringValue != nil)
    }

    /// Luma's cursor as the assistant gets it.
    func cursor(_ cursor: String) -> String {
        impliedStart.map { "\(Self.mark)\($0.milliseconds).\(cursor)" } ?? cursor
    }

    private static func opened(_ cursor: String) -> (Timestamp, String)? {
        guard cursor.hasPrefix(mark), let dot = cursor.utf8.firstIndex(of: UInt8(ascii: ".")),
            let milliseconds = Int64(cursor[cursor.utf8.index(cursor.startIndex, offsetBy: mark.utf8.count)..<dot])
        else { return nil }
        return (Timestamp(milliseconds: milliseconds), String(cursor[cursor.utf8.index(after: dot)...]))
    }

    static func minute(of instant: Timestamp) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds - instant.milliseconds % 60_000)
    }
}
