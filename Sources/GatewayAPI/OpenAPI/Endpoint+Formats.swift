import Core

/// What people are told of the paths that name a format.
extension Endpoint {
    /// The same list or event as `/events/` and `/events/{event_id}`, in the format that the path names.
    package var formatDocumentation: EndpointDocumentation {
        let format = representations[0]
        let (summary, description): (String, String) =
            switch kind {
            case .eventsJSON: ("List events as JSON", "One page, as `/events/` gives it.")
            case .eventsLines: ("List events as lines of JSON", "All pages, one event a line.")
            case .eventsTable:
                (
                    "List events as a table",
                    "All pages, a row for each event, after a header with these columns: "
                        + EventColumn.all.map { "`\($0.name)`" }.joined(separator: ", ")
                        + ". `start_at` and `end_at` are instants with the offset of the event's zone, `start_local` and `end_local` the same on "
                        + "the zone's clocks as spreadsheets read dates. A cell that a spreadsheet would take for a formula "
                        + "has an apostrophe in front."
                )
            case .eventsCalendar:
                ("List events as a calendar", "All pages, an iCalendar event each, with times in UTC.")
            default: ("Read an event as a calendar", "An iCalendar file with this event, its times in UTC.")
            }
        let schema: JSON = kind == .eventsJSON ? EventSchemas.reference("EventPage") : ["type": "string"]
        let isStream = listsEvents && format != .json
        let exported = format == .csv ? QueryRows.table : QueryRows.exported
        var documentation = EndpointDocumentation(
            group: .events, summary: summary, description: description,
            query: !listsEvents ? [] : isStream ? exported : QueryRows.list,
            fields: isStream ? [.ifNoneMatch, .requestTimeout] : [.ifNoneMatch, .cacheControl, .requestTimeout],
            answers: [
                .init(
                    description: "In this format.", content: [(format.rawValue, schema)],
                    fields: isStream ? [] : DocumentedField.ofReads),
                .init(status: 304, description: "The caller has it already.", fields: isStream ? [] : [.etag]),
            ], reasons: Reason.lumaRead)
        if kind == .eventCalendar { documentation.reasons += [.eventNotFound, .eventNotAccessible] }
        return documentation
    }
}
