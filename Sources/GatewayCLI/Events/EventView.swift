package import Core
import GatewayAPI

/// An event as a person sees it.
package struct EventView {
    /// As the gateway answers it.
    package let event: JSON
    private let zone: CommandZone?

    package init(_ event: JSON) {
        self.event = event
        zone = event["timezone"]?.stringValue.flatMap { try? CommandZone.find($0, origin: nil, says: "the event") }
    }

    package var id: String { text("id") ?? text("api_id") ?? "" }
    package var name: String { text("name") ?? "" }

    /// A text of the event's, fit for a line; nil when there is none.
    private func text(_ name: String) -> String? {
        event[name]?.stringValue.map { Neutral.line($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func instant(_ name: String) -> Timestamp? { event[name]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }

    /// When it begins, in its own zone.
    package var start: String { instant("start_at").map(shown) ?? text("start_at") ?? "" }

    private func shown(_ instant: Timestamp) -> String {
        zone?.shown(instant) ?? String(instant.rfc3339.prefix(16)).replacing("T", with: " ") + " UTC"
    }

    /// `2 h 30 min`.
    package var length: String? {
        guard let start = instant("start_at"), let end = instant("end_at"), end > start else { return nil }
        return EventOutcome.text(ofLength: end.milliseconds - start.milliseconds)
    }

    /// Where it is, in a few words; nil when that is not said.
    package var place: String? {
        if let address = event["geo_address_json"]?["full_address"]?.stringValue
            ?? event["geo_address_json"]?["address"]?.stringValue
        {
            return Neutral.line(address)
        }
        return text("meeting_url") ?? (text("location_type") == "offline" ? "at a place" : nil)
    }

    private var guests: String? {
        guard let counts = event["guest_counts"]?.objectValue else { return nil }
        let parts = counts.members.compactMap { name, value -> String? in
            guard let count = value["guests"]?.wholeValue, count > 0 else { return nil }
            return "\(count) \(Neutral.line(name).replacing("_", with: " "))"
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// Its name, and below it what is known of it, each line no wider than the terminal.
    package func text(_ terminal: Terminal) -> String {
        let start = instant("start_at")
        let rows: [(String, String?)] = [
            ("id", id),
            ("starts", [self.start, start.flatMap { zone?.offset($0) }].compactMap(\.self).joined(separator: ", ")),
            ("ends", instant("end_at").map { shown($0) + (length.map { " (\($0))" } ?? "") }),
            ("zone", text("timezone")), ("place", place), ("page", text("url")),
            ("seen by", text("visibility")),
            ("capacity", event["max_capacity"]?.wholeValue.map(String.init)),
            ("approval", event["require_approval"]?.boolValue.map { $0 ? "needed" : "not needed" }),
            ("guests", guests), ("about", text("description")),
        ]
        return FactSheet.text(name, rows, terminal)
    }
}
