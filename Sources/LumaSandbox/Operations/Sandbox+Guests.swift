import Core
import LumaAPI

extension Sandbox {
    func listGuests(_ call: Call) throws(Refusal) -> JSON {
        let event = try event(call.query["event_id"])
        let status = call.query["approval_status"]?.stringValue
        let column = call.query["sort_column"]?.stringValue
        return try Self.order(column, call.query["sort_direction"]?.stringValue).page(
            of: event.guests.filter { status == nil || $0.status.rawValue == status }, call.query,
            place: { ListOrder.Place(value: Self.value($0, column), id: $0.id) },
            answer: { GuestAnswer.entry($0, of: event) })
    }

    func getGuest(_ call: Call) throws(Refusal) -> JSON {
        let event = try event(call.query["event_id"])
        let index = try guestIndex(call.query["id"], in: event)
        return GuestAnswer.full(event.guests[index], of: event)
    }

    /// Capacities do not bind a host. The status that a guest has already changes nothing and tells nobody.
    mutating func updateGuestStatus(_ call: Call) throws(Refusal) -> JSON {
        var event = try event(call.body["event_id"])
        let index = try guestIndex(call.body["guest_id"], in: event)
        guard let status = call.body["status"]?.stringValue.flatMap(GuestRecord.Status.init(rawValue:)) else {
            throw .invalid("Invalid request: status is not known.")
        }
        var guest = event.guests[index]
        guard guest.status != status else { return [:] }
        var ticket: GuestRecord.Ticket?
        if status == .approved, guest.tickets.isEmpty, let type = event.defaultTicketType {
            ticket = state.mint.ticket(type, .free)
        }
        let isRefunding = call.body["should_refund"]?.boolValue ?? false
        if guest.move(to: status, at: call.now, refunding: isRefunding, ticket: ticket) { count(\.refunds) }
        event.guests[index] = guest
        try store(event)
        note(.other(call.operation.name, guest.id), event.id, call)
        return [:]
    }

    private func guestIndex(_ name: JSON?, in event: EventRecord) throws(Refusal) -> Int {
        guard let index = name?.stringValue.flatMap(event.guestIndex(named:)) else { throw .noGuest }
        return index
    }

    /// Luma's web page shows those who registered last first; a column that is asked for runs upwards.
    private static func order(_ column: String?, _ direction: String?) -> ListOrder {
        let isDescending = direction?.hasPrefix("desc") ?? (column == nil)
        return ListOrder(
            column: column ?? "registered_at", isDescending: isDescending, startsWithNull: direction == "desc")
    }

    private static func value(_ guest: GuestRecord, _ column: String?) -> String? {
        switch column ?? "" {
        case "name": guest.name?.lowercased()
        case "email": guest.email.lowercased()
        case "created_at": guest.createdAt.rfc3339
        case "checked_in_at": guest.checkedInAt?.rfc3339
        default: guest.registeredAt?.rfc3339
        }
    }

    // MARK: What only people do

    /// The most guests that one request can make.
    static let maxGuestsAtOnce = 1000

    /// Lets people register whom nobody has invited: `{"event_id": ID, "count": N}`, with `status` for another one than
    /// the ticket type asks for.
    mutating func registerGuests(_ body: JSON, now: Timestamp) throws(Refusal) -> JSON {
        var event = try event(body["event_id"])
        guard let count = body["count"]?.intValue, (1...Self.maxGuestsAtOnce).contains(count) else {
            throw .invalid("count must be a whole number from 1 to \(Self.maxGuestsAtOnce).")
        }
        let type = event.defaultTicketType
        var status = type?.requiresApproval == true ? GuestRecord.Status.pendingApproval : .approved
        if let name = body["status"] {
            guard let given = name.stringValue.flatMap(GuestRecord.Status.init(rawValue:)) else {
                let names = GuestRecord.Status.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid("status must be one of \(names).")
            }
            status = given
        }
        guard state.events.guestCount + count <= configuration.maxGuests else {
            throw .invalid("The sandbox holds at most \(configuration.maxGuests) guests.")
        }
        var made: [JSON] = []
        for _ in 0..<count {
            let guest = state.mint.guest(
                event.guests.count + 1, status, tickets: 1, of: event, isPaid: type?.isPaid ?? false, at: now)
            event.guests.append(guest)
            made.append(GuestAnswer.entry(guest, of: event))
        }
        try store(event)
        return ["entries": .array(made)]
    }
}
