import Core

/// What was done to which event, for who wants to know whether everything was done once.
struct ChangeLog: Sendable {
    enum Kind: Sendable {
        case create, update, cancel
        /// A change of something that belongs to the event: the operation's name, and the id of the thing.
        case other(String, String)
    }

    private struct Entry {
        let kind: Kind
        let eventId: String
        let at: Timestamp
    }

    /// The most changes that are kept; beyond, the oldest go.
    static let capacity = 20_000
    private var entries: [Entry] = []
    /// How many changes were forgotten.
    private var forgotten = 0

    mutating func note(_ kind: Kind, _ eventId: String, at: Timestamp) {
        if entries.count == Self.capacity {
            forgotten += Self.capacity / 2
            entries.removeFirst(Self.capacity / 2)
        }
        entries.append(Entry(kind: kind, eventId: eventId, at: at))
    }

    /// The changes in their order, the first of all numbered 1.
    var json: JSON {
        let changes = entries.enumerated().map { index, entry -> JSON in
            var change: JSONObject = [
                "number": .number(forgotten + index + 1), "change": .string(entry.kind.name),
                "event_id": .string(entry.eventId), "at": .string(entry.at.rfc3339),
            ]
            if case .other(_, let id) = entry.kind { change["id"] = .string(id) }
            return .object(change)
        }
        return ["forgotten": .number(forgotten), "entries": .array(changes)]
    }
}

extension ChangeLog.Kind {
    fileprivate var name: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .cancel: "cancel"
        case .other(let operation, _): operation
        }
    }
}
