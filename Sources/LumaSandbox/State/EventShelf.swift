import Core

/// The events in the order of their start, found by id, slug and ticket type.
struct EventShelf: Sendable {
    /// A place in the order; the id separates events that start together.
    struct Key: Sendable, Hashable, Comparable {
        let startAt: Timestamp
        let id: String

        static func < (a: Key, b: Key) -> Bool { (a.startAt, a.id) < (b.startAt, b.id) }
    }

    private(set) var records: [String: EventRecord] = [:]
    private(set) var order: [Key] = []
    /// Sum of the weights of all records.
    private(set) var weight = 0
    /// The guests of all events.
    private(set) var guestCount = 0
    private var idsBySlug: [String: String] = [:]
    private var idsByTicketType: [String: String] = [:]

    var count: Int { records.count }

    subscript(id: String) -> EventRecord? { records[id] }

    func event(slug: String) -> EventRecord? { idsBySlug[slug].flatMap { records[$0] } }

    func event(ticketType id: String) -> EventRecord? { idsByTicketType[id].flatMap { records[$0] } }

    /// Adds an event, or puts it in the place of the one with its id.
    mutating func put(_ record: EventRecord) {
        remove(record.id)
        records[record.id] = record
        let key = Key(startAt: record.startAt, id: record.id)
        order.insert(key, at: firstIndex(notBefore: key))
        weight += record.weight
        guestCount += record.guests.count
        idsBySlug[record.slug] = record.id
        for type in record.ticketTypes { idsByTicketType[type.id] = record.id }
    }

    @discardableResult
    mutating func remove(_ id: String) -> EventRecord? {
        guard let record = records.removeValue(forKey: id) else { return nil }
        order.remove(at: firstIndex(notBefore: Key(startAt: record.startAt, id: id)))
        weight -= record.weight
        guestCount -= record.guests.count
        idsBySlug[record.slug] = nil
        for type in record.ticketTypes { idsByTicketType[type.id] = nil }
        return record
    }

    /// The index in `order` of the first event at or after this place.
    func firstIndex(notBefore key: Key) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
