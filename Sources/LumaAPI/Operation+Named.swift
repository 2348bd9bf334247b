/// The operations that are called by hand. What calls them by these names and not by texts is looked at by the compiler.
extension Operation {
    public static let getSelf = named("users/get-self")
    public static let listEvents = named("calendars/events/list")
    public static let getEvent = named("events/get")
    public static let createEvent = named("events/create")
    public static let updateEvent = named("events/update")
    public static let requestCancellation = named("events/cancel/request")
    public static let cancelEvent = named("events/cancel")
    public static let listTicketTypes = named("events/ticket-types/list")
    public static let updateTicketType = named("events/ticket-types/update")
    public static let lookUpEntity = named("entities/lookup")

    /// The row of this name, which must be there: of the text of another row, or of a constant above.
    public static func named(_ name: String) -> Operation {
        guard let row = Catalog[name] else { preconditionFailure("no row for \(name)") }
        return row
    }
}
