import Core
package import GatewayAPI

/// A row as it was understood, drawn from what is sent: name, local time with its weekday, zone, length and place.
package enum ImportPreview {
    /// Rows that are shown.
    package static let rows = 5

    package static func line(_ event: EventInput.Accepted, _ place: ImportPlace) -> String {
        let view = EventView(.object(event.body))
        let zone = event.body["timezone"]?.stringValue.map { " " + Neutral.line($0) } ?? ""
        let parts = [
            view.start + zone, view.length ?? "no end", view.place ?? "no place",
            event.body["max_capacity"]?.wholeValue.map { "at most \($0)" },
            event.approval == true ? "on approval" : nil,
        ]
        return "\(place.text): \(CommandFailure.line(view.name)): "
            + parts.compactMap(\.self).map(CommandFailure.line).joined(separator: ", ")
    }
}
