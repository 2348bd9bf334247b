import Core

/// What an operation does: it changes the state as a checked call asks, and answers it or refuses.
typealias Behaviour = @Sendable (inout Sandbox, Sandbox.Call) throws(Refusal) -> JSON

/// The behaviour of each operation, by the name of its row.
enum Behaviours {
    /// What is on a shelf needs no line below; where it has one, that counts.
    static let table: [String: Behaviour] = Dictionary(Shelf.all.flatMap(\.behaviours) + rows) { $1 }

    private typealias Row = (String, Behaviour)

    private static func row(_ name: String, _ behaviour: @escaping Behaviour) -> Row { (name, behaviour) }

    private static let rows: [Row] = [
        row("users/get-self") { sandbox, _ in PersonAnswer.owner(id: sandbox.state.userId) },
        row("calendars/get") { sandbox, _ in CalendarAnswer.calendar(id: sandbox.state.calendarId) },
        row("calendars/events/list") { (sandbox, call) throws(Refusal) in try sandbox.listEvents(call) },
        row("entities/lookup") { sandbox, call in sandbox.lookUp(call) },
        row("events/get") { (sandbox, call) throws(Refusal) in try sandbox.getEvent(call) },
        row("events/create") { (sandbox, call) throws(Refusal) in try sandbox.createEvent(call) },
        row("events/update") { (sandbox, call) throws(Refusal) in try sandbox.updateEvent(call) },
        row("events/cancel/request") { (sandbox, call) throws(Refusal) in try sandbox.requestCancellation(call) },
        row("events/cancel") { (sandbox, call) throws(Refusal) in try sandbox.cancelEvent(call) },
        row("events/ticket-types/list") { (sandbox, call) throws(Refusal) in try sandbox.listTicketTypes(call) },
        row("events/ticket-types/create") { (sandbox, call) throws(Refusal) in try sandbox.createTicketType(call) },
        row("events/ticket-types/update") { (sandbox, call) throws(Refusal) in try sandbox.updateTicketType(call) },
        row("events/guests/list") { (sandbox, call) throws(Refusal) in try sandbox.listGuests(call) },
        row("events/guests/get") { (sandbox, call) throws(Refusal) in try sandbox.getGuest(call) },
        row("events/guests/update-status") { (sandbox, call) throws(Refusal) in try sandbox.updateGuestStatus(call) },
    ]
}
