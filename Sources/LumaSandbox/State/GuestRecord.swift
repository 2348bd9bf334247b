import Core

/// One person on the guest list of an event.
struct GuestRecord: Sendable, Equatable {
    /// How far a guest is. Events of several sessions, which have one more, are not made here.
    enum Status: String, Sendable, CaseIterable {
        case approved
        case pendingApproval = "pending_approval"
        case waitlist, invited, declined
    }

    /// What lets one person in.
    struct Ticket: Sendable, Equatable {
        let id: String
        let typeId: String
        let name: String
        var charge: Charge
        var checkedInAt: Timestamp?
    }

    /// What a guest has bought at a time.
    struct Order: Sendable, Equatable {
        let id: String
        var charge: Charge
        var refunded = 0
    }

    /// Money in minor units.
    struct Charge: Sendable, Equatable {
        var amount: Int
        var currency: String
        /// False while the amount is only held on a card, and where nothing was charged.
        var isCaptured: Bool

        /// Luma fills in a currency where nothing was charged.
        static let free = Charge(amount: 0, currency: "usd", isCaptured: false)
    }

    let id: String
    /// What stands in the code that is looked at by the door.
    let key: String
    let userId: String
    let email: String
    var name: String?
    var status: Status
    let createdAt: Timestamp
    var invitedAt: Timestamp?
    var registeredAt: Timestamp?
    /// Those of a guest who does not come are kept and not shown: they are good again when the guest comes after all.
    var tickets: [Ticket] = []
    var orders: [Order] = []

    /// The tickets as far as they are shown.
    var validTickets: [Ticket] { status == .declined ? [] : tickets }

    var checkedInAt: Timestamp? { tickets.compactMap(\.checkedInAt).min() }

    /// Whether there is money that could be given back.
    var hasPaid: Bool { orders.contains { $0.charge.isCaptured && $0.charge.amount > $0.refunded } }
}

extension GuestRecord {
    /// What a host's change of the status does.
    ///
    /// - Parameter ticket: what a guest gets who is to come and has none.
    /// - Returns: Whether money was given back.
    mutating func move(to new: Status, at now: Timestamp, refunding: Bool, ticket: Ticket?) -> Bool {
        let isRefunded = refunding && status == .approved && new != .approved && hasPaid
        status = new
        if registeredAt == nil, new != .declined { registeredAt = now }
        switch new {
        case .approved:
            capture()
            if tickets.isEmpty, let ticket { tickets = [ticket] }
        case .declined: release()
        case .pendingApproval, .waitlist, .invited: break
        }
        if isRefunded { refund() }
        return isRefunded
    }

    /// Takes what was held.
    private mutating func capture() {
        for index in orders.indices where orders[index].charge.amount > 0 { orders[index].charge.isCaptured = true }
        for index in tickets.indices where tickets[index].charge.amount > 0 { tickets[index].charge.isCaptured = true }
    }

    /// Lets go of what was held and not taken.
    private mutating func release() {
        orders.removeAll { !$0.charge.isCaptured }
        for index in tickets.indices where !tickets[index].charge.isCaptured { tickets[index].charge = .free }
    }

    /// Gives back what was taken.
    private mutating func refund() {
        for index in orders.indices where orders[index].charge.isCaptured {
            orders[index].refunded = orders[index].charge.amount
        }
        for index in tickets.indices { tickets[index].charge = .free }
    }
}

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
