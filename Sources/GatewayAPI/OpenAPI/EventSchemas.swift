package import Core
import LumaAPI

/// The named schemas of the document, from the rows that check input and describe Luma's answers.
package struct EventSchemas {
    package let templates: TemplateCatalog
    /// There are others besides, of which nothing may be told.
    package let hasMoreTemplates: Bool
    /// The names of time zones; empty when the system has no list.
    package let zones: [String]

    /// All of them by name.
    package var all: JSONObject {
        var schemas = JSONObject()
        schemas["Event"] = .object(JSONSchema.object(Shapes.event, .openAPI(.answer), replacing: [:]))
        schemas["EventEntry"] = .object(JSONSchema.schema(Shapes.eventEntry, .openAPI(.answer)))
        schemas["FoundEvent"] = Self.found
        schemas["EventPage"] = .object(Self.page)
        schemas["WrittenEvent"] = Self.written
        schemas["NewEvent"] = .object(Self.newEvent)
        schemas["EventChange"] = .object(Self.change)
        schemas["NewEventFromTemplate"] = .object(fromTemplate)
        schemas["Template"] = .object(template)
        schemas["Cancelled"] = Self.cancelled
        schemas["CancelPreview"] = Self.preview
        schemas["Remark"] = EventPreviewSchema.remark
        schemas["EventPreview"] = EventPreviewSchema.preview
        schemas["NewFeed"] = .object(FeedSchemas.new)
        schemas["Feed"] = .object(FeedSchemas.feed)
        schemas["CreatedFeed"] = .object(FeedSchemas.created)
        schemas["ToolList"] = ToolSchemas.list
        schemas["Tool"] = ToolSchemas.tool
        schemas["ToolArguments"] = ToolSchemas.arguments
        schemas["ToolResult"] = ToolSchemas.result
        schemas["Health"] = Self.health
        schemas["Status"] = StatusSchema.status
        schemas["TimeZone"] = .object(timeZone)
        schemas["Error"] = Self.error
        return schemas
    }

    private var timeZone: JSONObject {
        var schema: JSONObject = [
            "type": "string", "description": "The name of an IANA time zone.", "examples": ["Europe/Berlin"],
        ]
        if zones.isEmpty {
            schema["pattern"] = "^[A-Za-z0-9_+./-]{1,64}$"
        } else {
            schema["enum"] = .array(zones.map(JSON.string))
        }
        return schema
    }

    /// A reference to a schema of the description.
    package static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/" + name)] }

    // MARK: Input

    /// Times may be local to the event's zone, names and links have rules of their own.
    private static let special: [String: JSON] = {
        let time: JSON = [
            "type": "string", "pattern": .string(JSONSchema.time + JSONSchema.offset + "?$"),
            "description": .string("Must be \(EventTime.expectation)."),
        ]
        return [
            "start_at": time, "end_at": time,
            "name": [
                "type": "string", "minLength": 1, "maxLength": 2000,
                "description":
                    "1 to 200 characters, a letter with its accents counted as one; not blank. Blanks around it are taken away.",
            ],
            "meeting_url": [
                "type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "description": "An http or https URL.",
            ],
            "timezone": reference("TimeZone"),
            "max_capacity": [
                "type": ["integer", "null"], "minimum": 0, "maximum": 9_007_199_254_740_991,
                "description":
                    "Registration closes, or the waitlist starts, when it is reached; null for no limit, 0 for nobody.",
            ],
            "geo_address_json": [
                "anyOf": [
                    .object(JSONSchema.schema(Shapes.geoAddressInput, .openAPI(.input))),
                    ["type": "string", "minLength": 1],
                ],
                "description": "Where it is: the address as a text, or an object that says which kind of place it is.",
                "examples": ["Alexanderplatz 1, Berlin"],
            ],
        ]
    }()

    private static let approval: JSON = [
        "type": "boolean",
        "description": "Registrations need approval. Luma stores this on the ticket types, where it is set.",
    ]

    private static func input(_ mode: EventInput.Mode) -> JSONObject {
        var schema = JSONSchema.object(EventCheck.fields(mode), .openAPI(.input), replacing: special)
        guard var properties = schema["properties"]?.objectValue else { return schema }
        properties["require_rsvp_approval"] = approval
        schema["properties"] = .object(properties)
        return schema
    }

    private static let newEvent = input(.create)

    private static let change: JSONObject = {
        var schema = input(.update)
        schema["minProperties"] = 1
        schema["description"] = .string(
            "Absent members stay as they are; null clears a member that can be cleared. "
                + "When the start moves and `end_at` is not given, the duration stays. `timezone` alone keeps the "
                + "instant, so the local time changes, with a warning; give `start_at`, too, to move the event. "
                + "A document that was read here can be sent back: members that Luma sets are ignored while they are "
                + "unchanged.")
        return schema
    }()

    private var templateType: JSON {
        let types = templates.templates.map { JSON.string($0.type) }
        guard hasMoreTemplates else { return ["type": "string", "enum": .array(types)] }
        return [
            "type": "string", "minLength": 1, "examples": .array(types),
            "description": "One of `GET /templates/`, which lists more than the built-in ones to who has a token.",
        ]
    }

    private var fromTemplate: JSONObject {
        var schema = Self.newEvent
        var properties: JSONObject = ["template_type": templateType]
        properties.members += schema["properties"]?.objectValue?.members ?? []
        // Null takes a template's default back. What a template that is not told of sets may be any field.
        let defaults = Set(hasMoreTemplates ? properties.names : templates.templates.flatMap(\.eventDefaults.names))
            .subtracting(["template_type"])
        for name in defaults {
            if let property = properties[name] { properties[name] = ["anyOf": [property, ["type": "null"]]] }
        }
        schema["properties"] = .object(properties)
        let required = (schema["required"]?.arrayValue ?? []).filter { !defaults.contains($0.stringValue ?? "") }
        schema["required"] = .array([.string("template_type")] + required)
        return schema
    }

    // MARK: Answers

    private static let warnings: JSON = [
        "type": "array", "items": ["type": "string"],
        "description":
            "Unusual input, and what failed after the write took effect. Do not repeat the write because of it.",
    ]

    private static let written: JSON = [
        "description":
            "The event as Luma has it. Only its id when `return=minimal` was asked for or reading it back failed.",
        "anyOf": [
            [
                "allOf": [
                    reference("Event"),
                    [
                        "type": "object",
                        "properties": ["remarks": EventPreviewSchema.remarks, "warnings": warnings],
                    ],
                ]
            ],
            [
                "type": "object", "required": ["id"],
                "properties": [
                    "id": ["type": "string"], "remarks": EventPreviewSchema.remarks, "warnings": warnings,
                ], "additionalProperties": false,
            ],
        ],
    ]

    private static let page: JSONObject = [
        "type": "object", "required": ["entries", "has_more", "next_cursor"],
        "properties": [
            "entries": ["type": "array", "items": reference("EventEntry")], "has_more": ["type": "boolean"],
            "next_cursor": [
                "type": ["string", "null"], "description": "Cursor of the next page; null on the last page.",
            ],
            "left_out": [
                "type": "array",
                "items": ["enum": .array(LeftOut.allCases.map { .string($0.rawValue) })],
                "description": .string(
                    "What exists at Luma and is not in this list: events of other platforms, those that the key may only "
                        + "view, those that wait for approval. `show=all` leaves nothing out."),
            ],
        ],
    ]

    private static let found: JSON = [
        "type": "object", "required": ["event"],
        "properties": [
            "event": [
                "type": ["object", "null"], "required": ["id", "name", "start_at", "end_at", "url"],
                "properties": [
                    "id": ["type": "string"], "name": ["type": ["string", "null"]],
                    "start_at": ["type": ["string", "null"]], "end_at": ["type": ["string", "null"]],
                    "url": ["type": ["string", "null"]],
                ], "additionalProperties": false,
            ]
        ], "additionalProperties": false,
    ]

    private static let cancelled: JSON = [
        "type": "object", "required": ["id", "status", "guest_count", "refunded"],
        "properties": [
            "id": ["type": "string"], "status": ["const": "canceled"],
            "guest_count": ["type": "integer", "minimum": 0],
            "refunded": ["type": "boolean"], "is_paid": ["type": "boolean"], "name": ["type": "string"],
            "start_at": ["type": "string", "format": "date-time"], "timezone": ["type": "string"],
        ], "additionalProperties": false,
        "description": "With `confirm`, also what was cancelled: its name, start and zone.",
    ]

    private static let preview: JSON = [
        "type": "object",
        "required": [
            "id", "status", "dry_run", "is_paid", "guest_count", "needs_refund_decision", "confirm",
            "expires_in_seconds",
        ],
        "properties": [
            "id": ["type": "string"], "status": ["const": "unchanged"], "dry_run": ["const": true],
            "is_paid": ["type": "boolean"], "guest_count": ["type": "integer", "minimum": 0],
            "needs_refund_decision": [
                "type": "boolean", "description": "Guests have paid: set refund=true or refund=false.",
            ],
            "name": ["type": "string"], "start_at": ["type": "string", "format": "date-time"],
            "timezone": ["type": "string"],
            "confirm": [
                "type": "string",
                "description": .string(
                    "Cancels this event, and only as it is told here: send it as `confirm`. It is the caller's own, and bound to "
                        + "the event's name, start, zone and guests, and to `refund` if that was said."),
            ],
            "expires_in_seconds": ["type": "integer", "minimum": 1],
        ], "additionalProperties": false,
    ]

    private var template: JSONObject {
        JSONSchema.object(
            [
                "type": templateType,
                "name": ["type": "string"], "description": ["type": "string"],
                "summary": ["type": "string", "description": "What it fills in, for people; the text may change."],
                "default_duration_hours": ["type": "number", "exclusiveMinimum": 0],
                "require_rsvp_approval": ["type": "boolean"], "is_virtual": ["type": "boolean"],
                "event": ["type": "object", "description": "Fields that events of this kind start with."],
                "example": ["type": "object", "description": "A body for `POST /templates/create`."],
            ],
            required: [
                "type", "name", "description", "summary", "default_duration_hours", "require_rsvp_approval",
                "is_virtual", "example",
            ], .openAPI(.input))
    }

    private static let health: JSON = [
        "type": "object", "required": ["status", "message", "mode", "version"],
        "properties": [
            "status": ["enum": ["healthy", "degraded"]], "message": ["type": "string"],
            "mode": ["enum": ["luma", "sandbox"]], "version": ["type": "string"],
        ],
    ]

    private static let error: JSON = [
        "type": "object", "required": ["error", "code", "reason", "details", "request_id"],
        "properties": [
            "error": ["type": "string", "description": "For people; the text may change."],
            "code": ["type": "string", "pattern": "^[45][0-9]{2}$", "description": "The status."],
            "reason": [
                "enum": .array(Reason.allCases.map { .string($0.rawValue) }),
                "description": "A stable code for programs.",
            ],
            "details": ["type": "object", "description": "More about the error, depending on reason."],
            "request_id": ["type": "string", "description": "Also in the header X-Request-Id and in the log."],
            "detail": ["type": "string", "description": "The same as `error`, under `/api/` alone."],
            "timestamp": [
                "type": "string", "format": "date-time", "description": "When it was answered, under `/api/` alone.",
            ],
        ], "additionalProperties": false,
    ]
}
