import Core
import LumaAPI
import LumaClient

/// What a read asks for, in one spelling for all that mean the same. The table of reads belongs to one account, so the
/// account is no part of it.
enum ReadKey: Hashable, Sendable {
    case event(String)
    /// The canonical form of a list's query.
    case list(String)
    /// Any other read by its row: the operation's name and the canonical form of its input.
    case operation(String)

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
        var bytes = Array((operation.name + " ").utf8)
        JSON.object(input).canonical.write(to: &bytes)
        self = .operation(String(decoding: bytes, as: UTF8.self))
    }

    var isList: Bool { if case .list = self { true } else { false } }
    /// It is about what belongs to an event, whichever.
    var isOfOperation: Bool { if case .operation = self { true } else { false } }

    /// Octets that the key itself takes.
    var size: Int {
        switch self {
        case .event(let text), .list(let text), .operation(let text): text.utf8.count
        }
    }
}
