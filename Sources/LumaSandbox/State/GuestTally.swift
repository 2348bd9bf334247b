/// How many guests of an event have each status, with their tickets.
struct GuestTally: Sendable, Equatable {
    /// By Luma's names; `checked_in` is a part of `approved`.
    static let statuses = ["approved", "pending_approval", "waitlist", "invited", "declined", "checked_in"]

    struct Count: Sendable, Equatable {
        var guests = 0
        var tickets = 0
    }

    var counts: [String: Count] = [:]
    /// Whether some guest has paid, so that a cancellation must say whether to refund.
    var hasPaid = false

    subscript(status: String) -> Count { counts[status] ?? Count() }
}

extension GuestTally {
    init(_ guests: [GuestRecord]) {
        self.init()
        for guest in guests {
            add(guest.validTickets.count, to: guest.status.rawValue)
            let checkedIn = guest.status == .approved ? guest.tickets.filter { $0.checkedInAt != nil }.count : 0
            if checkedIn > 0 { add(checkedIn, to: "checked_in") }
        }
        hasPaid = guests.contains(where: \.hasPaid)
    }

    private mutating func add(_ tickets: Int, to status: String) {
        counts[status, default: Count()].guests += 1
        counts[status, default: Count()].tickets += tickets
    }
}
