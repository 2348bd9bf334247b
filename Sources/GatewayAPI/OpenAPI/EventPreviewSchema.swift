package import Core

/// What a create or an update with `dry_run=true` answers.
package enum EventPreviewSchema {
    private static func nullable(_ description: String) -> JSON {
        ["type": ["string", "null"], "description": .string(description)]
    }

    package static let preview: JSON = [
        "type": "object", "required": ["status", "dry_run", "sends", "outcome", "remarks"],
        "properties": [
            "id": ["type": "string", "description": "Of the event that would be changed."],
            "status": ["const": "unchanged"], "dry_run": ["const": true],
            "sends": [
                "type": "object",
                "description":
                    "What would go to Luma. With another start its end goes along, so that the length is kept.",
            ],
            "require_rsvp_approval": [
                "type": "boolean",
                "description": "What would be set on the ticket types; absent when nothing would be.",
            ],
            "outcome": outcome,
            "remarks": remarks, "warnings": ["type": "array", "items": ["type": "string"]],
        ], "additionalProperties": false,
    ]

    private static let outcome: JSON = [
        "type": "object",
        "required": ["start_at", "end_at", "timezone", "duration_interval", "starts", "ends"],
        "description": "When the event would be. Null is what an update does not touch, or what Luma chooses.",
        "properties": [
            "start_at": nullable("In UTC."), "end_at": nullable("In UTC."), "timezone": nullable("Of the event."),
            "duration_interval": nullable("From start to end, as ISO 8601 writes it."),
            "starts": nullable("As clocks there show it, such as Tue 2026-12-08 19:00 CET."),
            "ends": nullable("As clocks there show it."),
        ], "additionalProperties": false,
    ]

    /// What an answer to a write says besides.
    package static let remarks: JSON = [
        "type": "array", "items": EventSchemas.reference("Remark"),
        "description":
            "What is hardly meant or not expected, and what failed after the write, as data; `warnings` has the same as sentences.",
    ]

    package static let remark: JSON = [
        "type": "object", "required": ["code", "remark", "sentence"],
        "properties": [
            "field": ["type": "string", "description": "Absent when it is about the event as a whole."],
            "code": [
                "enum": .array(EventRemark.Code.allCases.map { .string($0.rawValue) }),
                "description": .string(
                    "For programs; a word never changes its meaning. "
                        + EventRemark.Code.allCases.map { "`\($0.rawValue)`: \($0.meaning)." }.joined(separator: " ")),
            ],
            "remark": ["type": "string", "description": "Words that follow the field's name."],
            "sentence": ["type": "string", "description": "The same by itself."],
            "values": ["type": "object", "description": "What the words are made of."],
        ], "additionalProperties": false,
    ]
}
