import Core
import GatewayAPI
import LumaAPI
import LumaClient

/// What a read asks for, in one spelling for all that mean the same. The table of reads belongs to one account, so the
/// account is no part of it.
enum ReadKey: Hashable, Sendable {
    case event(String)
    /// The canonical form of a list's query.
    case list(String)
    /// Any other read by its row.
    case operation(OperationReadKey)

    /// The key of one page of a list. What bounds and orders it has a fixed place; the cursor, which may hold anything,
    /// stands last.
    init(_ query: EventListQuery) {
        let parameters = query.parameters
        var text = String(query.limit)
        for part in [
            parameters.after.map { String($0.milliseconds) }, parameters.before.map { String($0.milliseconds) },
            parameters.sort?.rawValue, parameters.status, parameters.platforms.isEmpty ? nil : "all", query.cursor,
        ] {
            text += "|"
            // No value and an empty one are not the same.
            if let part { text += "=" + part }
        }
        self = .list(text)
    }

    /// The key of a read by its row.
    init(_ operation: Operation, _ input: JSONObject) {
        self = .operation(OperationReadKey(operation, input))
    }

    var isList: Bool { if case .list = self { true } else { false } }

    /// What the answer shows, by which the writes are known that make it old.
    var shown: Shown {
        switch self {
        case .event(let id): Shown(Self.kindsOfEvent, of: Operation.Thing(.event, id))
        case .list: Self.shownByList
        case .operation(let key): key.shown
        }
    }

    private static let kindsOfEvent = Operation.getEvent.shows
    private static let shownByList = Shown(Operation.listEvents.shows)

    /// Octets that the key itself takes.
    var size: Int {
        switch self {
        case .event(let text), .list(let text): text.utf8.count
        case .operation(let key): key.text.utf8.count
        }
    }
}

/// The key of a read by its row. An object, so that keys of events, which are most, are as small as their text.
final class OperationReadKey: Hashable, Sendable {
    /// The operation's name and the canonical form of its input: two keys are equal when this is.
    let text: String
    let shown: Shown

    init(_ operation: Operation, _ input: JSONObject) {
        var bytes = Array((operation.name + " ").utf8)
        JSON.object(input).canonical.write(to: &bytes)
        text = String(decoding: bytes, as: UTF8.self)
        shown = operation.shown(by: input)
    }

    static func == (a: OperationReadKey, b: OperationReadKey) -> Bool { a.text == b.text }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

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
