package import Core

/// The schema of `GET /status`, beside those of events.
package enum StatusSchema {
    /// How many requests are told of.
    package static let mostRequests = 100
    /// How many steps the curves have.
    package static let historySteps = 360

    package static let status: JSON = object([
        "version": ["type": "string"], "mode": ["enum": ["luma", "sandbox"]],
        "upstream": ["type": "string", "description": "Where calls to Luma go: `LUMA_BASE_URL`, or the emulator."],
        "started_at": time, "now": time,
        "read_only": ["type": "boolean", "description": "Nobody may write: LUMA_READ_ONLY."],
        "caller": caller, "health": health, "budget": budget, "calls": calls,
        "requests": [
            "type": "array", "maxItems": .number(JSONNumber(mostRequests)), "items": request,
            "description": "The last requests, newest first, without those of programs that only watch.",
        ],
    ])

    private static let caller: JSON = object([
        "label": ["type": "string", "description": "The label of the token, `local` where none is asked for."],
        "scopes": ["type": "array", "items": ["enum": .array(AccessScope.allCases.map { .string($0.rawValue) })]],
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
        "shared": ["type": "boolean", "description": "Luma counts all requests together, as its own answers say."],
        "window_seconds": seconds,
        "reset_seconds": nullable(seconds, "Until there is more for sure; null when that is not known."),
        "closed_seconds": nullable(seconds, "Until Luma may be asked again after a 429; null when it may."),
        "waiting": count, "in_flight": count,
        "history": object([
            "step_seconds": count, "get": curve("The fewest requests that were left in each step, oldest first."),
            "post": curve("The same for POST."), "waiting": curve("The most calls that waited for budget."),
        ]),
    ])

    private static let allowance: JSON = object(["limit": count, "remaining": count])

    private static let calls: JSON = object([
        "count": count, "retries": count, "budget_wait_seconds": seconds,
        "outcomes": ["type": "object", "additionalProperties": count],
    ])

    private static let request: JSON = object([
        "time": time, "method": ["type": "string"],
        "route": ["type": "string", "description": "The pattern, never the path; - where there is none."],
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
