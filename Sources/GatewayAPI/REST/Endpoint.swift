package import HTTP

/// What the gateway serves: one case per method and path, and the one table that the router is built from.
package enum Endpoint: Int, CaseIterable, Sendable {
    case health, live, openAPI, metrics, status
    case listEvents, lookupEvent, createEvent, getEvent, replaceEvent, patchEvent, cancelEvent
    case eventsJSON, eventsLines, eventsTable, eventsCalendar, eventCalendar
    case listTemplates, getTemplate, createFromTemplate
    case listFeeds, createFeed, revokeFeed, feed
    case mcpPost, mcpGet, mcpDelete, sse, sseMessage
    case console, docs, asset

    /// The method and the path pattern; the trailing slash is optional on every path.
    package var route: (method: Method, pattern: String) {
        switch self {
        case .health: (.get, "/health")
        case .live: (.get, "/health/live")
        case .openAPI: (.get, "/openapi.json")
        case .metrics: (.get, "/metrics")
        case .status: (.get, "/status")
        case .listEvents: (.get, "/events/")
        case .lookupEvent: (.get, "/events/lookup")
        case .createEvent: (.post, "/events/")
        case .getEvent: (.get, "/events/{event_id}")
        case .replaceEvent: (.put, "/events/{event_id}")
        case .patchEvent: (.patch, "/events/{event_id}")
        case .cancelEvent: (.delete, "/events/{event_id}")
        case .eventsJSON: (.get, "/events.json")
        case .eventsLines: (.get, "/events.ndjson")
        case .eventsTable: (.get, "/events.csv")
        case .eventsCalendar: (.get, "/events.ics")
        case .eventCalendar: (.get, "/events/{event_id}.ics")
        case .listTemplates: (.get, "/templates/")
        case .getTemplate: (.get, "/templates/{template_type}")
        case .createFromTemplate: (.post, "/templates/create")
        case .listFeeds: (.get, "/feeds/")
        case .createFeed: (.post, "/feeds/")
        case .revokeFeed: (.delete, "/feeds/{feed_id}")
        case .feed: (.get, "/feeds/{feed_token}.ics")
        case .mcpPost: (.post, "/mcp")
        case .mcpGet: (.get, "/mcp")
        case .mcpDelete: (.delete, "/mcp")
        case .sse: (.get, "/sse")
        case .sseMessage: (.post, "/messages/")
        case .console: (.get, "/")
        case .docs: (.get, "/docs")
        case .asset: (.get, "/assets/{file}")
        }
    }

    /// The name of the one segment that the pattern leaves open.
    package var parameterName: String? {
        switch self {
        case .getEvent, .replaceEvent, .patchEvent, .cancelEvent, .eventCalendar: "event_id"
        case .getTemplate: "template_type"
        case .revokeFeed: "feed_id"
        case .feed: "feed_token"
        case .asset: "file"
        default: nil
        }
    }

    /// It changes something at Luma.
    package var isWrite: Bool {
        switch self {
        case .createEvent, .replaceEvent, .patchEvent, .cancelEvent, .createFromTemplate: true
        default: false
        }
    }

    /// It speaks MCP and not REST.
    package var isMCP: Bool {
        switch self {
        case .mcpPost, .mcpGet, .mcpDelete, .sse, .sseMessage: true
        default: false
        }
    }

    /// It is a page for people, or a file of one: no part of the interface for programs.
    package var isPage: Bool {
        switch self {
        case .console, .docs, .asset: true
        default: false
        }
    }

    package static func router() -> Router<Endpoint> {
        var router = Router<Endpoint>()
        for endpoint in allCases {
            router.add(endpoint.route.method, endpoint.route.pattern, endpoint, answersHead: !endpoint.isMCP)
        }
        return router
    }
}
