import Core
import LumaAPI

/// The members of an event that no client sends: Luma's own, and those that nobody knows.
package enum EventMembers {
    private static let ofAnswers: Set<String> = {
        var names = Set(Shapes.event.map(\.name))
        if case .variants(_, let shapes) = Shapes.eventEntry {
            for fields in shapes.values { names.formUnion(fields.map(\.name)) }
        }
        // The name that answers had before 2026 and still have beside `id`; and what this gateway adds.
        return names.union(["api_id", "remarks", "warnings"])
    }()

    /// It stands in what Luma answers and cannot be sent.
    package static func isSetByLuma(_ name: String, _ mode: EventInput.Mode) -> Bool {
        ofAnswers.contains(name) && !EventCheck.fields(mode).contains { $0.name == name }
    }

    /// It says again, in another form, what a field says that can be sent, or is new for each event by its nature.
    package static func isDerived(_ name: String) -> Bool {
        [
            "id", "api_id", "remarks", "warnings", "created_at", "duration_interval", "url", "description", "platform",
            "calendar_id",
            "user_id", "access", "location_type", "spots_remaining", "guest_counts",
        ].contains(name)
    }

    /// Answers show null where an event has nothing of the kind.
    package static func mayBeNull(_ name: String) -> Bool { Shapes.event.contains { $0.name == name && $0.nullable } }

    /// The field that sets it.
    package static func setter(of name: String) -> String? {
        switch name {
        case "require_approval": "require_rsvp_approval"
        case "description": "description_md"
        case "duration_interval": "end_at"
        case "url": "slug"
        case "location_type": "meeting_url or geo_address_json"
        case "display_price": "ticket_types, when an event is created,"
        default: nil
        }
    }

    /// What is wrong with a member that cannot be sent.
    package static func fault(_ name: String, _ mode: EventInput.Mode) -> FieldFault {
        if mode == .update, name == "event_id" { return .inPath }
        if mode == .update, Shapes.eventInput.contains(where: { $0.name == name }) { return .onlyWhenCreated }
        if mode == .create, EventCheck.updateFields.contains(where: { $0.name == name }) { return .onlyWhenChanged }
        let known = EventCheck.fields(mode).map(\.name) + ["require_rsvp_approval"]
        return .unknown(suggestion: FieldSynonyms.suggest(for: name, among: known))
    }
}
