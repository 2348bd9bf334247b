package import Core
import LumaAPI

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
        if kind == .eventCalendar { documentation.reasons += [.absent(.event), .eventNotAccessible] }
        return documentation
    }
}

/// What people are told of the paths of feeds.
extension Endpoint {
    package var feedDocumentation: EndpointDocumentation {
        switch kind {
        case .listFeeds:
            return EndpointDocumentation(
                group: .feeds, summary: "List feeds",
                description: "Without their addresses, which are never shown again.",
                fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "All feeds, oldest first.",
                        content: [Self.media(.object(FeedSchemas.list))], fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead + [.storeUnavailable])
        case .createFeed:
            return EndpointDocumentation(
                group: .feeds, summary: "Create a feed",
                description:
                    "The address is in the answer and nowhere else: whoever has it may read the calendar until the "
                    + "feed is revoked.",
                body: "NewFeed",
                answers: [
                    .init(
                        status: 201, description: "It is made.",
                        content: [Self.media(EventSchemas.reference("CreatedFeed"))])
                ], reasons: Reason.localRead + Reason.body + [.tooManyFeeds, .storeUnavailable])
        case .revokeFeed:
            return EndpointDocumentation(
                group: .feeds, summary: "Revoke a feed", description: "Its URL stops working at once.",
                answers: [.init(status: 204, description: "It is revoked.")],
                reasons: Reason.localRead + [.feedNotFound, .storeUnavailable])
        default:
            return EndpointDocumentation(
                group: .feeds, summary: "Read a feed",
                description: "For calendar programs, which poll it: the address is all that they need.",
                fields: [.ifNoneMatch, .requestTimeout],
                answers: [
                    .init(
                        description: "The calendar.",
                        content: [Self.media(["type": "string"], Representation.calendar.rawValue)],
                        fields: DocumentedField.ofReads), Self.notModified,
                ], reasons: Reason.lumaRead + [.rateLimited, .storeUnavailable])
        }
    }
}

/// The named schemas of feeds.
package enum FeedSchemas {
    package static let new: JSONObject = JSONSchema.object(FeedInput.rows, .openAPI(.input))

    private static let members: JSONObject = [
        "id": ["type": "string"], "name": ["type": "string"],
        "filter": .object(JSONSchema.object(FeedFilter.rows, .openAPI(.input))),
        "created_at": ["type": "string", "format": "date-time"],
        "created_by": ["type": "string", "description": "The label of the token that made it."],
        "last_used_at": [
            "type": ["string", "null"], "format": "date-time",
            "description": "When it was last read, to the minute; null for never.",
        ],
    ]

    package static let feed: JSONObject = JSONSchema.object(members, required: members.names, .openAPI(.input))

    package static let list = JSONSchema.object(
        ["feeds": ["type": "array", "items": EventSchemas.reference("Feed")]], required: ["feeds"], .openAPI(.input))

    package static let created: JSONObject = {
        var members = Self.members
        members["url"] = ["type": "string", "description": "The address, a secret that is told this once."]
        return JSONSchema.object(members, required: members.names, .openAPI(.input))
    }()
}
