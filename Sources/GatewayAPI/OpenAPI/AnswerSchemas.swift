package import Core

/// The schema of `GET /status`, beside those of events.
package enum StatusSchema {
    /// How many requests are told of.
    package static let maxRequests = 100
    /// How many steps the curves have.
    package static let historySteps = 360

    package static let status: JSON = object([
        "version": ["type": "string"], "mode": ["enum": ["luma", "sandbox"]],
        "upstream": ["type": "string", "description": "Upstream URL: `LUMA_BASE_URL`, or the emulator."],
        "started_at": time, "now": time,
        "read_only": ["type": "boolean", "description": "Writes are refused: LUMA_READ_ONLY."],
        "caller": caller, "health": health, "budget": budget, "calls": calls,
        "plugins": nullable(
            plugins,
            "Programs whose commands are tools; null without LUMA_PLUGINS_DIR, and for callers without scope admin."),
        "forwarders": nullable(
            forwarders,
            "Services whose operations are tools; null without any, and for callers without scope admin."),
        "upstreams": nullable(
            upstreams,
            "Other MCP servers whose tools are offered; null without LUMA_UPSTREAMS_FILE, and for callers without scope admin."
        ),
        "tool_conflicts": nullable(
            ["type": "array", "items": conflict],
            "Names that several sources use for a tool, so that none offers it; null for callers without scope admin."),
        "requests": [
            "type": "array", "maxItems": .number(JSONNumber(maxRequests)), "items": request,
            "description": "The last requests, newest first, without monitoring requests.",
        ],
    ])

    private static let caller: JSON = object([
        "label": [
            "type": "string",
            "description":
                "The label of the token, `key:` and the id of the key; `local` when nobody is asked for either.",
        ],
        "scopes": ["type": "array", "items": ["enum": .array(AccessScope.allCases.map { .string($0.rawValue) })]],
        "permissions": [
            "type": "array", "items": ["enum": .array(Permissions.all.scopeWords.map { .string($0) })],
            "description": "What the caller may do, scope by scope.",
        ],
    ])

    private static let health: JSON = [
        "type": "object", "required": ["status", "message", "circuit"],
        "properties": [
            "status": ["enum": ["healthy", "degraded", "unhealthy"]], "message": ["type": "string"],
            "circuit": ["enum": ["closed", "open", "half_open"]], "reason": ["type": "string"],
            "cause": ["type": "string"], "failures": count, "last_success_at": time, "checked_at": time,
            "store": [
                "type": "object", "required": ["status", "cause"],
                "properties": ["status": ["type": "string"], "cause": ["type": "string"]],
            ],
        ],
    ]

    private static let budget: JSON = object([
        "get": allowance, "post": allowance,
        "shared": ["type": "boolean", "description": "Luma counts all requests together, according to its responses."],
        "window_seconds": seconds,
        "reset_seconds": nullable(seconds, "Seconds until more requests are certainly allowed; null when unknown."),
        "closed_seconds": nullable(seconds, "Seconds until calls resume after a 429; null when they are not paused."),
        "waiting": count, "in_flight": count,
        "gateways": [
            "type": "integer",
            "description": "Gateways that share the budget through one data directory, this one included.",
        ],
        "leased": nullable(
            count, "Requests that this gateway may send of what they share; null when it has the whole budget."),
        "cut_off": [
            "type": "boolean",
            "description": "The store cannot be used, so this gateway spends half of an equal share of each window.",
        ],
        "history": object([
            "step_seconds": count, "get": curve("Lowest number of remaining requests in each step, oldest first."),
            "post": curve("The same for POST."), "waiting": curve("Highest number of calls that waited for budget."),
        ]),
    ])

    private static let allowance: JSON = object(["limit": count, "remaining": count])

    private static let calls: JSON = object([
        "count": count, "retries": count, "budget_wait_seconds": seconds,
        "outcomes": ["type": "object", "additionalProperties": count],
    ])

    private static let plugins: JSON = object([
        "generation": count,
        "settling": ["type": "boolean", "description": "Some plugins have not said yet what they offer."],
        "plugins": ["type": "array", "items": plugin], "refused": ["type": "array", "items": refused],
        "problems": texts("What is wrong with the directory or with plugins.json."),
    ])

    private static let plugin: JSON = object([
        "name": ["type": "string"], "version": ["type": ["string", "null"]], "described": ["type": "string"],
        "tools": texts("The names of its tools."), "refused": ["type": "array", "items": refused],
        "not_granted": texts("What it requests and plugins.json does not grant."),
        "notes": texts("Warnings for its author."),
        "fetches": ["type": "array", "items": fetch],
        "warnings": texts("Texts of its tools that address a model, or look as if they hid something."),
        "sandbox": ["type": "string", "description": "How its processes are sandboxed on this machine."],
        "pin": [
            "type": ["string", "null"],
            "description": "The digest of its files and its description, if plugins.json pins it.",
        ],
        "running": count, "waiting": count, "calls": count, "failures": count,
    ])

    private static let fetch: JSON = object([
        "tool": ["type": "string"],
        "argument": ["type": "string", "description": "Names the file that is fetched for it."],
        "hosts": texts("Public hosts that it may come from; `*` stands for all."),
        "private_hosts": texts("Hosts that may have a private address."),
        "plain_http": ["type": "boolean"], "max_bytes": count, "types": texts("Media types that are taken."),
    ])

    private static let forwarders: JSON = object([
        "generation": count, "documents": ["type": "array", "items": forwarder],
        "problems": texts("What is wrong with the directory, or with a file that cannot be read."),
    ])

    private static let forwarder: JSON = object([
        "name": ["type": ["string", "null"]],
        "document": ["type": "string", "description": "The name of its file, or `built in`."],
        "state": [
            "type": "string", "enum": ["on", "off", "refused"],
            "description": "`off`: a setting that it needs is not set. `refused`: the document cannot be used.",
        ],
        "reason": ["type": ["string", "null"]], "tools": texts("The names of its tools."),
        "refused": ["type": "array", "items": refused],
        "not_configured": texts("Settings without which its calls fail; each entry is one way to provide them."),
        "warnings": texts("What is probably a mistake in the document."),
        "held_back": [
            "type": "boolean", "description": "Calls are paused, because it has failed several times in a row.",
        ],
        "running": count, "waiting": count, "calls": count, "failures": count,
    ])

    private static let upstreams: JSON = object([
        "generation": count, "settling": ["type": "boolean", "description": "Some have not answered yet."],
        "upstreams": ["type": "array", "items": upstream],
        "problems": texts("What is wrong with the file, apart from single entries."),
    ])

    private static let upstream: JSON = object([
        "name": ["type": "string"], "transport": ["type": ["string", "null"]],
        "state": [
            "type": "string", "enum": ["on", "connecting", "down", "held", "off", "refused"],
            "description":
                "down: it does not answer and is tried again. held: its program ends too often. off: a setting that it needs is not there. refused: its entry cannot be used.",
        ],
        "reason": ["type": ["string", "null"]],
        "server": ["type": ["string", "null"], "description": "What it calls itself."],
        "revision": ["type": ["string", "null"], "description": "The revision of MCP that is spoken with it."],
        "stale": [
            "type": "boolean", "description": "It does not answer; its tools are listed for a while all the same.",
        ],
        "tools": texts("The names of its tools."), "refused": ["type": "array", "items": refused],
        "notes": texts("What was left out of its lists, and what has changed."),
        "running": count, "waiting": count, "calls": count, "failures": count,
    ])

    private static let conflict: JSON = object([
        "name": ["type": "string"], "sources": texts("Who wants it."),
        "built_in": ["type": "boolean", "description": "A tool of the gateway has the name, and keeps it."],
    ])

    private static let refused: JSON = object(["name": ["type": "string"], "reason": ["type": "string"]])

    private static func texts(_ description: String) -> JSON {
        ["type": "array", "items": ["type": "string"], "description": .string(description)]
    }

    private static let request: JSON = object([
        "time": time, "method": ["type": "string"],
        "route": ["type": "string", "description": "The route pattern, never the path; - for none."],
        "status": ["type": "integer"], "duration_ms": seconds, "upstream_calls": count,
        "reason": ["type": ["string", "null"]], "label": ["type": ["string", "null"]],
        "request_id": ["type": "string"],
    ])

    private static let time: JSON = ["type": "string", "format": "date-time"]
    private static let count: JSON = ["type": "integer", "minimum": 0]
    private static let seconds: JSON = ["type": "number", "minimum": 0]

    private static func curve(_ description: String) -> JSON {
        [
            "type": "array", "items": ["type": ["integer", "null"], "minimum": 0], "description": .string(description),
            "maxItems": .number(JSONNumber(historySteps)),
        ]
    }

    private static func nullable(_ schema: JSON, _ description: String) -> JSON {
        ["anyOf": [schema, ["type": "null"]], "description": .string(description)]
    }

    private static func object(_ properties: JSONObject) -> JSON {
        [
            "type": "object", "required": .array(properties.names.map(JSON.string)), "properties": .object(properties),
            "additionalProperties": false,
        ]
    }
}

/// What a create or an update with `dry_run=true` answers.
package enum EventPreviewSchema {
    private static func nullable(_ description: String) -> JSON {
        ["type": ["string", "null"], "description": .string(description)]
    }

    package static let preview: JSON = [
        "type": "object", "required": ["status", "dry_run", "sends", "outcome", "remarks"],
        "properties": [
            "id": ["type": "string", "description": "Id of the event that would be changed."],
            "status": ["const": "unchanged"], "dry_run": ["const": true],
            "sends": [
                "type": "object",
                "description":
                    "What would be sent to Luma. When the start moves, the end moves with it, so the duration stays.",
            ],
            "require_rsvp_approval": [
                "type": "boolean",
                "description": "What would be set on the ticket types; absent if nothing.",
            ],
            "outcome": outcome,
            "remarks": remarks, "warnings": ["type": "array", "items": ["type": "string"]],
        ], "additionalProperties": false,
    ]

    private static let outcome: JSON = [
        "type": "object",
        "required": ["start_at", "end_at", "timezone", "duration_interval", "starts", "ends"],
        "description": "When the event would take place. Null: unchanged by the update, or chosen by Luma.",
        "properties": [
            "start_at": nullable("In UTC."), "end_at": nullable("In UTC."), "timezone": nullable("Of the event."),
            "duration_interval": nullable("From start to end, as ISO 8601 writes it."),
            "starts": nullable("Local time there, such as Tue 2026-12-08 19:00 CET."),
            "ends": nullable("Local time there."),
        ], "additionalProperties": false,
    ]

    /// What an answer to a write says besides.
    package static let remarks: JSON = [
        "type": "array", "items": EventSchemas.reference("Remark"),
        "description":
            "Unusual input, and what failed after the write, as data; `warnings` has the same as sentences.",
    ]

    package static let remark: JSON = [
        "type": "object", "required": ["code", "remark", "sentence"],
        "properties": [
            "field": ["type": "string", "description": "Absent when it is about the event as a whole."],
            "code": [
                "enum": .array(EventRemark.Code.allCases.map { .string($0.rawValue) }),
                "description": .string(
                    "A stable code. "
                        + EventRemark.Code.allCases.map { "`\($0.rawValue)`: \($0.meaning)." }.joined(separator: " ")),
            ],
            "remark": ["type": "string", "description": "Words that follow the field's name."],
            "sentence": ["type": "string", "description": "The same as a full sentence."],
            "values": ["type": "object", "description": "The values in the text."],
        ], "additionalProperties": false,
    ]
}
