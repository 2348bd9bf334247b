import Core
import LumaAPI

/// The input and output schemas of the tools. They are sent with every list of tools: each word costs.
enum ToolSchemas {
    static let time = "RFC 3339 with offset, or local time in timezone"
    private static let zone = "IANA name, e.g. Europe/Berlin"

    /// The fields of an event that the schemas name. Others that REST takes are taken as well.
    private static let common = [
        "end_at", "description_md", "visibility", "meeting_url", "geo_address_json", "max_capacity",
    ]
    private static let more = ["registration_open", "waitlist_status", "slug", "cover_url", "show_guest_list"]

    static func object(_ properties: JSONObject, required: [String] = [], closed: Bool = true) -> JSONObject {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        if closed { schema["additionalProperties"] = false }
        return schema
    }

    static func string(_ description: String) -> JSON { ["type": "string", "description": .string(description)] }

    private static func event(_ names: [String], _ fields: [SchemaField]) -> JSONObject {
        var properties = RowSchema.properties(names, of: fields)
        for name in ["start_at", "end_at"] where properties[name] != nil { properties[name] = string(time) }
        if properties["timezone"] != nil { properties["timezone"] = string(zone) }
        if var place = properties["geo_address_json"]?.objectValue {
            place["description"] = #"Place, e.g. {"type":"manual","address":"Main St 1"}"#
            properties["geo_address_json"] = .object(place)
        }
        properties["require_rsvp_approval"] = ["type": "boolean", "description": "Guests wait for approval"]
        return properties
    }

    /// The name of the argument that makes a create safe to repeat.
    static let key = "idempotency_key"
    private static let keyed: JSONObject = [key: string("Same key and fields: created once")]

    private static func joined(_ properties: JSONObject, _ more: JSONObject) -> JSONObject {
        JSONObject(properties.members + more.members)
    }

    static let create = object(
        joined(event(["name", "start_at", "timezone"] + common + more, Shapes.eventInput), keyed),
        required: ["name", "start_at", "timezone"], closed: false)

    static let update: JSONObject = {
        var properties: JSONObject = ["event_id": string("From list_events or search")]
        let names = ["name", "start_at", "timezone"] + common + more + ["suppress_notifications"]
        properties.members += event(names, Shapes.eventChange).members
        properties["timezone"] = string("\(zone); alone it keeps the instant: give start_at, too, to move the event")
        properties["end_at"] = string("\(time); without it a new start_at keeps the length")
        return object(properties, required: ["event_id"], closed: false)
    }()

    static let fromTemplate: JSONObject = {
        var properties: JSONObject = ["template_type": string("From list_templates")]
        properties.members += event(["name", "start_at", "timezone"] + common, Shapes.eventInput).members
        properties.members += keyed.members
        return object(properties, required: ["template_type", "name", "start_at", "timezone"], closed: false)
    }()

    static let fields: JSON = [
        "type": "array", "items": ["type": "string"], "description": "Members of each event to return",
    ]

    static let list = object([
        "limit": ["type": "integer", "minimum": 1, "maximum": 100, "description": "Default 20"],
        "cursor": string("next_cursor of the page before"),
        "after": string("Start at or after; RFC 3339 with offset"), "before": string("Start before"),
        "sort": ["type": "string", "enum": ["start_at", "-start_at"]],
        "status": ["type": "string", "enum": ["approved", "pending"]], "fields": fields,
    ])

    static let get = object(
        ["event_id": string("From list_events or search"), "fields": fields], required: ["event_id"])

    static let cancel = object(
        [
            "event_id": string("From list_events or search"),
            "refund": ["type": "boolean", "description": "Needed when guests have paid"],
            "confirm": string("Token of the preview, once the user has agreed"),
        ], required: ["event_id"])

    static let search = object(
        ["query": ["type": "string", "minLength": 1, "maxLength": 200, "description": "Words of name, place or text"]],
        required: ["query"])
    static let fetch = object(["id": string("Id of a search result")], required: ["id"])
    static let none: JSONObject = ["type": "object", "additionalProperties": false]

    // MARK: Output

    private static func output(_ properties: JSONObject, required: [String]) -> JSONObject {
        object(properties, required: required, closed: false)
    }

    static let eventOutput = output(["event": ["type": "object"], "notice": ["type": "string"]], required: ["event"])
    static let listOutput = output(
        [
            "events": ["type": "array", "items": ["type": "object"]], "has_more": ["type": "boolean"],
            "next_cursor": ["type": "string"], "notice": ["type": "string"],
        ], required: ["events", "has_more"])
    static let templatesOutput = output(
        ["templates": ["type": "array", "items": ["type": "object"]]], required: ["templates"])
    static let cancelOutput = output(
        [
            "status": ["type": "string", "enum": ["needs_confirmation", "canceled", "kept"]],
            "event_id": ["type": "string"], "guest_count": ["type": "integer"], "is_paid": ["type": "boolean"],
            "confirm": ["type": "string"],
        ], required: ["status", "event_id"])
    static let searchOutput = output(
        [
            "results": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "id": ["type": "string"], "title": ["type": "string"], "url": ["type": "string"],
                    ], "required": ["id", "title", "url"],
                ],
            ], "notice": ["type": "string"],
        ], required: ["results"])
    static let fetchOutput = output(
        [
            "id": ["type": "string"], "title": ["type": "string"], "text": ["type": "string"],
            "url": ["type": "string"], "metadata": ["type": "object"],
        ], required: ["id", "title", "text", "url"])
    static let healthOutput = output(["status": ["type": "string"]], required: ["status"])
}
