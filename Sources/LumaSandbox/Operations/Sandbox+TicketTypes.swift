import Core
import LumaAPI

extension Sandbox {
    static let maxTicketTypes = 100

    func listTicketTypes(_ call: Call) throws(Refusal) -> JSON {
        let event = try event(call.query["event_id"])
        let includesHidden = call.query["include_hidden"] == "true"
        return ["entries": .array(event.ticketTypes.filter { includesHidden || !$0.isHidden }.map(\.answer))]
    }

    mutating func createTicketType(_ call: Call) throws(Refusal) -> JSON {
        var event = try event(call.body["event_id"])
        guard event.ticketTypes.count < Self.maxTicketTypes else {
            throw .invalid("An event in the sandbox has at most \(Self.maxTicketTypes) ticket types.")
        }
        let values = try merged(call.body, into: TicketTypeRecord.standard, at: "")
        let type = TicketTypeRecord(id: state.mint.id("ttype-"), values: values)
        event.ticketTypes.append(type)
        try store(event)
        return type.answer
    }

    mutating func updateTicketType(_ call: Call) throws(Refusal) -> JSON {
        guard let id = call.body["event_ticket_type_id"]?.stringValue, var event = state.events.event(ticketType: id),
            let index = event.ticketTypes.firstIndex(where: { $0.id == id })
        else { throw .noTicketType }
        event.ticketTypes[index].values = try merged(call.body, into: event.ticketTypes[index].values, at: "")
        try store(event)
        return event.ticketTypes[index].answer
    }

    /// The values of the ticket types that a new event brings.
    func ticketTypes(_ inputs: [JSON]) throws(Refusal) -> [[String: JSON]] {
        guard inputs.count <= Self.maxTicketTypes else {
            throw .invalid("ticket_types: an event in the sandbox has at most \(Self.maxTicketTypes).")
        }
        var all: [[String: JSON]] = []
        for (index, input) in inputs.enumerated() {
            let place = "ticket_types[\(index)]."
            all.append(try merged(input.objectValue ?? JSONObject(), into: TicketTypeRecord.standard, at: place))
        }
        return all
    }

    /// The values after a change, if they make sense together; `place` starts the names in a refusal.
    private func merged(
        _ change: JSONObject, into values: [String: JSON], at place: String
    ) throws(Refusal) -> [String: JSON] {
        var values = values
        for field in Shapes.ticketTypeChange {
            if let value = change[field.name] { values[field.name] = value }
        }
        func refuse(_ name: String, _ problem: String) -> Refusal {
            .invalid("Invalid request: \(place)\(name) \(problem).")
        }

        guard (values["name"]?.stringValue ?? "").unicodeScalars.count <= 30 else {
            throw refuse("name", "must be at most 30 characters long")
        }
        for name in ["cents", "min_cents", "max_capacity"] {
            guard let value = values[name], !value.isNull else { continue }
            guard let number = value.wholeValue, number >= 0 else {
                throw refuse(name, "must be a whole number of at least 0")
            }
        }
        for name in ["valid_start_at", "valid_end_at"] {
            guard let text = values[name]?.stringValue else { continue }
            guard TicketTypeRecord.instant(text) != nil else { throw refuse(name, "must be an ISO 8601 date") }
        }
        if values["type"] == "paid" {
            guard values["cents"]?.doubleValue != nil else {
                throw refuse("cents", "is required for a paid ticket type")
            }
            guard let currency = values["currency"]?.stringValue else {
                throw refuse("currency", "is required for a paid ticket type")
            }
            guard validator.problems(in: .string(currency), schema: Shapes.currency).isEmpty else {
                throw refuse("currency", "must be a lower-case ISO 4217 code")
            }
        }
        return values
    }
}
