import Core

/// What an operation does: it changes the state as a checked call asks, and answers it or refuses.
typealias Behaviour = @Sendable (inout Sandbox, Sandbox.Call) throws(Refusal) -> JSON

/// The behaviour of each operation, by the name of its row.
enum Behaviours {
    static let table: [String: Behaviour] = Dictionary(
        uniqueKeysWithValues: [calendars, events, cancellation, ticketTypes, guests, coupons].flatMap { $0 })

    private typealias Row = (String, Behaviour)

    private static func row(_ name: String, _ behaviour: @escaping Behaviour) -> Row { (name, behaviour) }

    private static let calendars: [Row] = [
        row("users/get-self") { sandbox, _ in PersonAnswer.owner(id: sandbox.state.userId) },
        row("calendars/get") { sandbox, _ in CalendarAnswer.calendar(id: sandbox.state.calendarId) },
        row("calendars/events/list") { (sandbox, call) throws(Refusal) in try sandbox.listEvents(call) },
        row("entities/lookup") { sandbox, call in sandbox.lookUp(call) },
    ]

    private static let events: [Row] = [
        row("events/get") { (sandbox, call) throws(Refusal) in try sandbox.getEvent(call) },
        row("events/create") { (sandbox, call) throws(Refusal) in try sandbox.createEvent(call) },
        row("events/update") { (sandbox, call) throws(Refusal) in try sandbox.updateEvent(call) },
    ]

    private static let cancellation: [Row] = [
        row("events/cancel/request") { (sandbox, call) throws(Refusal) in try sandbox.requestCancellation(call) },
        row("events/cancel") { (sandbox, call) throws(Refusal) in try sandbox.cancelEvent(call) },
    ]

    private static let ticketTypes: [Row] = [
        row("events/ticket-types/list") { (sandbox, call) throws(Refusal) in try sandbox.listTicketTypes(call) },
        row("events/ticket-types/create") { (sandbox, call) throws(Refusal) in try sandbox.createTicketType(call) },
        row("events/ticket-types/update") { (sandbox, call) throws(Refusal) in try sandbox.updateTicketType(call) },
    ]

    private static let guests: [Row] = [
        row("events/guests/list") { (sandbox, call) throws(Refusal) in try sandbox.listGuests(call) },
        row("events/guests/get") { (sandbox, call) throws(Refusal) in try sandbox.getGuest(call) },
        row("events/guests/update-status") { (sandbox, call) throws(Refusal) in try sandbox.updateGuestStatus(call) },
    ]

    private static let coupons: [Row] = [
        row("events/coupons/list", Shelf.coupons.list),
        row("events/coupons/create", Shelf.coupons.create),
    ]
}
