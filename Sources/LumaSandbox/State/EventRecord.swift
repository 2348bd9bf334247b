import Core

/// One event as the emulator keeps it.
struct EventRecord: Sendable, Equatable {
    enum Platform: String, Sendable { case luma, external }
    /// Whether the calendar has taken an event that was submitted to it.
    enum Submission: String, Sendable { case approved, pending }

    let id: String
    var platform = Platform.luma
    var submission = Submission.approved
    let createdAt: Timestamp
    var startAt: Timestamp
    var endAt: Timestamp
    /// The last part of the event's address; of an external event the whole address.
    var slug: String
    /// What create and update set, by Luma's names, as it was given. Times and slug are not in it.
    var settings: [String: JSON]
    var ticketTypes: [TicketTypeRecord] = []
    var guests: [GuestRecord] = []

    /// Bytes of what callers chose, for the bound on the state.
    var weight: Int {
        settings.reduce(slug.utf8.count) { $0 + $1.key.utf8.count + $1.value.encoded.count }
            + ticketTypes.reduce(0) { $0 + $1.weight }
    }
}

/// One ticket type of an event.
struct TicketTypeRecord: Sendable, Equatable {
    let id: String
    /// The members of Luma's ticket type but the id.
    var values: [String: JSON]

    var isHidden: Bool { values["is_hidden"]?.boolValue ?? false }
    var isPaid: Bool { values["type"] == "paid" }
    var weight: Int { values.reduce(id.utf8.count) { $0 + $1.key.utf8.count + $1.value.encoded.count } }
}

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
