import Core
import GatewayAPI

/// Which events a list of an assistant shows, and in which order: what is next, unless it says otherwise.
struct ListRange {
    private(set) var query: [(name: String, value: String)] = []
    /// The instant from which on the list shows events because nobody has said one, in whole minutes: the same list is then
    /// asked for in the same words for a while.
    private var impliedStart: Timestamp?

    /// Begins a cursor that carries such an instant: the next page is one of the same list, whenever it is asked for.
    private static let mark = "from"

    /// - Throws: `APIError` 422 when a time cannot be read.
    init(_ arguments: JSONObject, _ clock: EventClock) throws(APIError) {
        var after = try clock.instant(arguments, "after")
        let before = try clock.instant(arguments, "before")
        var sort = arguments["sort"]?.stringValue
        var cursor = arguments["cursor"]?.stringValue
        if after == nil, before == nil, sort != "-start_at" {
            if let given = cursor {
                if let (start, rest) = Self.opened(given) { (impliedStart, cursor) = (start, rest) }
            } else {
                impliedStart = Self.minute(of: clock.now.instant)
            }
            after = impliedStart
        }
        if sort == nil { sort = after == nil && before != nil ? "-start_at" : "start_at" }
        if let after { query.append(("after", after.rfc3339)) }
        if let before { query.append(("before", before.rfc3339)) }
        if let sort { query.append(("sort", sort)) }
        if let cursor { query.append(("cursor", cursor)) }
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
