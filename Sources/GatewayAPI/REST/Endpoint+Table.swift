import HTTP

extension Endpoint {
    typealias Row = (
        kind: Kind, method: HTTP.Method, pattern: String, traits: Traits, representations: [Representation]
    )

    /// What the gateway serves by itself.
    static let rows: [Row] = [
        row(.health, .get, "/health", [.open, .routine]),
        row(.live, .get, "/health/live", [.open, .routine]),
        row(.openAPI, .get, "/openapi.json", [.open, .namesHost]),
        row(.metrics, .get, "/metrics", .routine),
        row(.status, .get, "/status", .routine),
        row(.listEvents, .get, "/events/", [.listsEvents, .cached], [.json, .ndjson, .csv, .calendar]),
        row(.lookupEvent, .get, "/events/lookup"),
        row(.createEvent, .post, "/events/", [.write, .takesBody]),
        row(.getEvent, .get, "/events/{event_id}", .cached, [.json, .calendar]),
        row(.replaceEvent, .put, "/events/{event_id}", [.write, .update, .takesBody]),
        row(.patchEvent, .patch, "/events/{event_id}", [.write, .update, .takesBody]),
        row(.cancelEvent, .delete, "/events/{event_id}", .write),
        row(.eventsJSON, .get, "/events.json", [.listsEvents, .namesItsFormat, .cached]),
        row(.eventsLines, .get, "/events.ndjson", [.listsEvents, .namesItsFormat], [.ndjson]),
        row(.eventsTable, .get, "/events.csv", [.listsEvents, .namesItsFormat], [.csv]),
        row(.eventsCalendar, .get, "/events.ics", [.listsEvents, .namesItsFormat], [.calendar]),
        row(.eventCalendar, .get, "/events/{event_id}.ics", [.namesItsFormat, .cached], [.calendar]),
        row(.listTemplates, .get, "/templates/"),
        row(.getTemplate, .get, "/templates/{template_type}"),
        row(.createFromTemplate, .post, "/templates/create", [.write, .takesBody]),
        row(.listFeeds, .get, "/feeds/"),
        row(.createFeed, .post, "/feeds/", [.admin, .takesBody, .namesHost]),
        row(.revokeFeed, .delete, "/feeds/{feed_id}", .admin),
        row(.feed, .get, "/feeds/{feed_token}.ics", [.open, .namesItsFormat], [.calendar]),
        row(.mcpPost, .post, "/mcp", .mcp),
        row(.mcpGet, .get, "/mcp", .mcp),
        row(.mcpDelete, .delete, "/mcp", .mcp),
        row(.sse, .get, "/sse", .mcp),
        row(.sseMessage, .post, "/messages/", .mcp),
        row(.console, .get, "/", [.page, .open, .routine]),
        row(.docs, .get, "/docs", [.page, .open, .routine]),
        row(.asset, .get, "/assets/{file}", [.page, .open, .routine]),
    ]

    private static func row(
        _ kind: Kind, _ method: HTTP.Method, _ pattern: String, _ traits: Traits = [],
        _ representations: [Representation] = [.json]
    ) -> Row { (kind, method, pattern, traits, representations) }

    package static var health: Endpoint { self[.health] }
    package static var live: Endpoint { self[.live] }
    package static var openAPI: Endpoint { self[.openAPI] }
    package static var metrics: Endpoint { self[.metrics] }
    package static var status: Endpoint { self[.status] }
    package static var listEvents: Endpoint { self[.listEvents] }
    package static var lookupEvent: Endpoint { self[.lookupEvent] }
    package static var createEvent: Endpoint { self[.createEvent] }
    package static var getEvent: Endpoint { self[.getEvent] }
    package static var replaceEvent: Endpoint { self[.replaceEvent] }
    package static var patchEvent: Endpoint { self[.patchEvent] }
    package static var cancelEvent: Endpoint { self[.cancelEvent] }
    package static var eventsJSON: Endpoint { self[.eventsJSON] }
    package static var eventsLines: Endpoint { self[.eventsLines] }
    package static var eventsTable: Endpoint { self[.eventsTable] }
    package static var eventsCalendar: Endpoint { self[.eventsCalendar] }
    package static var eventCalendar: Endpoint { self[.eventCalendar] }
    package static var listTemplates: Endpoint { self[.listTemplates] }
    package static var getTemplate: Endpoint { self[.getTemplate] }
    package static var createFromTemplate: Endpoint { self[.createFromTemplate] }
    package static var listFeeds: Endpoint { self[.listFeeds] }
    package static var createFeed: Endpoint { self[.createFeed] }
    package static var revokeFeed: Endpoint { self[.revokeFeed] }
    package static var feed: Endpoint { self[.feed] }
    package static var mcpPost: Endpoint { self[.mcpPost] }
    package static var mcpGet: Endpoint { self[.mcpGet] }
    package static var mcpDelete: Endpoint { self[.mcpDelete] }
    package static var sse: Endpoint { self[.sse] }
    package static var sseMessage: Endpoint { self[.sseMessage] }
    package static var console: Endpoint { self[.console] }
    package static var docs: Endpoint { self[.docs] }
    package static var asset: Endpoint { self[.asset] }
}
