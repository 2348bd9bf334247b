package import Core
import HTTP
import LumaAPI

/// The examples of the document. Events and pages come from outside: what the emulator answers is always the same.
package struct OpenAPIExamples {
    /// As the header field `X-Request-Id` has it.
    package static let requestID = "0f3k9x2m7q1zb"

    private let templates: TemplateCatalog
    private let event: JSON
    private let page: JSON

    private static let feedID = "q7Xk2LmN0pQr"
    private static let newFeed: JSONObject = ["name": "For the team", "filter": ["include_private": true]]

    /// The body of a create.
    package static let newEvent: JSONObject = [
        "name": "Rooftop drinks", "start_at": "2027-07-01T19:00:00", "timezone": "America/New_York",
        "max_capacity": 40,
    ]

    /// - Parameters:
    ///   - event: the answer to a read of the event that `newEvent` has made.
    ///   - entries: of a list of that one event.
    package init(templates: TemplateCatalog, event: JSON, entries: JSON) {
        self.templates = templates
        self.event = event
        page = ["entries": entries, "has_more": false, "next_cursor": nil]
    }

    private var eventID: String { event["id"]?.stringValue ?? "" }

    /// The example of an open segment of a path.
    package func pathParameter(_ name: String) -> String {
        switch name {
        case "event_id": eventID
        case "name": "list_templates"
        case "key_id": "newsletter"
        case "feed_id": Self.feedID
        case "feed_token": Self.feedID + String(repeating: "x", count: FeedInput.tokenLength - Self.feedID.utf8.count)
        case "template_type": templates.templates.first?.type ?? ""
        default: (Operation.Kind(idMember: name)?.row.idPrefix ?? "") + "a1B2c3D4e5"
        }
    }

    /// Bodies by the name of their schema.
    package func input(_ schema: String) -> JSON {
        switch schema {
        case "EventChange":
            return [
                "change": ["summary": "Change two fields", "value": ["name": "Rooftop dinner", "max_capacity": 20]],
                "clear": ["summary": "Take the limit away", "value": ["max_capacity": nil]],
            ]
        case "ToolArguments": return ["arguments": ["summary": "A tool without arguments", "value": [:]]]
        case "NewFeed": return ["feed": ["summary": "A feed with everything in it", "value": .object(Self.newFeed)]]
        case "NewEventFromTemplate":
            var body: JSONObject = ["template_type": .string(pathParameter("template_type"))]
            body.members += Self.newEvent.members
            return ["event": ["summary": "An event of this kind", "value": .object(body)]]
        default:
            return [
                "event": ["summary": "A time in the event's zone", "value": .object(Self.newEvent)],
                "online": [
                    "summary": "A time with its offset, a link, and approval",
                    "value": [
                        "name": "Intro to Swift", "start_at": "2027-05-04T17:00:00+02:00",
                        "end_at": "2027-05-04T19:00:00+02:00", "timezone": "Europe/Berlin",
                        "meeting_url": "https://meet.example.com/swift", "require_rsvp_approval": true,
                    ],
                ],
            ]
        }
    }

    /// A body of a path that passes an operation on: the example of its row, without what stands in the path.
    package func body(_ surface: Surface) -> JSON {
        let path = surface.pathMembers
        return .object(JSONObject(surface.operation.example.members.filter { !path.contains($0.name) }))
    }

    /// The JSON that an endpoint answers with.
    package func answer(_ endpoint: Endpoint, _ status: Int) -> JSON? {
        switch endpoint.kind {
        case .createEvent where status == 200, .createFromTemplate where status == 200: Self.preview
        case .getEvent, .createEvent, .createFromTemplate, .replaceEvent, .patchEvent: event
        case .listEvents, .eventsJSON: page
        case .lookupEvent:
            [
                "event": [
                    "id": .string(eventID), "name": event["name"] ?? nil, "start_at": event["start_at"] ?? nil,
                    "end_at": event["end_at"] ?? nil, "url": event["url"] ?? nil,
                ]
            ]
        case .createFeed:
            [
                "id": .string(Self.feedID), "name": "For the team",
                "filter": ["past_days": 90, "include_private": true],
                "created_at": "2027-01-15T12:00:00.000Z", "created_by": "ops", "last_used_at": nil,
                "url": .string("https://gateway.example/feeds/\(pathParameter("feed_token")).ics"),
            ]
        case .listTemplates: templates.json
        case .getTemplate: templates.templates.first?.json
        case .cancelEvent:
            ["id": .string(eventID), "status": "canceled", "guest_count": 0, "refunded": false]
        case .health:
            [
                "status": "healthy", "message": "Luma API connection successful", "mode": "luma",
                "version": .string(Version.number),
            ]
        case .listTools: Self.tools
        case .callTool:
            ["content": [["type": "text", "text": "{}"]], "structuredContent": [:], "isError": false]
        case .live: ["status": "alive"]
        case .status: Self.status
        default: nil
        }
    }

    private static let tools: JSON = [
        "tools": [
            [
                "name": "list_templates", "title": "List templates", "description": "Templates for new events.",
                "inputSchema": ["type": "object", "properties": [:]],
                "annotations": [
                    "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false,
                ], "source": "builtin",
            ]
        ]
    ]

    /// Of a create that is only tried.
    private static let preview: JSON = [
        "status": "unchanged", "dry_run": true,
        "sends": [
            "name": "Rooftop drinks", "start_at": "2027-07-01T23:00:00.000Z", "end_at": "2027-07-02T02:00:00.000Z",
            "timezone": "America/New_York",
        ],
        "outcome": [
            "start_at": "2027-07-01T23:00:00.000Z", "end_at": "2027-07-02T02:00:00.000Z",
            "timezone": "America/New_York", "duration_interval": "PT3H", "starts": "Thu 2027-07-01 19:00 EDT",
            "ends": "Thu 2027-07-01 22:00 EDT",
        ], "remarks": [],
    ]

    private static let status: JSON = [
        "version": .string(Version.number), "mode": "luma", "upstream": "https://public-api.luma.com",
        "started_at": "2027-01-15T08:00:00.000Z",
        "now": "2027-01-15T12:00:00.000Z", "read_only": false,
        "caller": [
            "label": "dashboard", "scopes": ["read"],
            "permissions": .array(Permissions.read.scopeWords.map { .string($0) }),
        ],
        "health": [
            "status": "healthy", "message": "Luma answers and accepts the key", "circuit": "closed",
            "checked_at": "2027-01-15T11:59:41.250Z",
        ],
        "budget": [
            "get": ["limit": 500, "remaining": 482], "post": ["limit": 100, "remaining": 97], "shared": false,
            "window_seconds": 300, "reset_seconds": nil, "closed_seconds": nil, "waiting": 0, "in_flight": 1,
            "gateways": 1, "leased": nil, "cut_off": false,
            "history": [
                "step_seconds": 10, "get": [500, nil, 482], "post": [100, nil, 97], "waiting": [0, nil, 2],
            ],
        ],
        "calls": ["count": 21, "retries": 0, "budget_wait_seconds": 0.25, "outcomes": ["200": 21]],
        "plugins": nil,
        "forwarders": nil,
        "upstreams": nil,
        "tool_conflicts": nil,
        "requests": [
            [
                "time": "2027-01-15T11:59:58.120Z", "method": "GET", "route": "/events/{event_id}", "status": 200,
                "duration_ms": 84.2, "upstream_calls": 1, "reason": nil, "label": "dashboard",
                "request_id": .string(requestID),
            ]
        ],
    ]
}
