import Core

/// What was done to which event, for who wants to know whether everything was done once.
struct ChangeLog: Sendable {
    enum Kind: String, Sendable { case create, update, cancel }

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
            [
                "number": .number(forgotten + index + 1), "change": .string(entry.kind.rawValue),
                "event_id": .string(entry.eventId), "at": .string(entry.at.rfc3339),
            ]
        }
        return ["forgotten": .number(forgotten), "entries": .array(changes)]
    }
}
