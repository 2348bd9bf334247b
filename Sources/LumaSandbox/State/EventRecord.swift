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
