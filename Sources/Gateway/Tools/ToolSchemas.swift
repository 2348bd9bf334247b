import Core
import GatewayAPI
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

    /// What the rows do not say of a field, or say longer than a model needs it.
    private static let words: [(field: String, words: String)] = [
        ("name", "Up to 200 characters"), ("start_at", time), ("end_at", time), ("timezone", zone),
        ("description_md", "Markdown"), ("visibility", "Who can see it"),
        ("meeting_url", "Link of an online event"),
        ("geo_address_json", #"Place, e.g. {"type":"manual","address":"Main St 1"}"#),
        ("max_capacity", "Most guests; no limit without it"), ("registration_open", "Guests can register"),
        ("waitlist_status", "Whether there is a waitlist when it is full"),
    ]
    private static let placeWords: [(field: String, words: String)] = [
        ("type", "manual or google"), ("address", "With manual: as text"), ("place_id", "With google: its place id"),
        ("description", "With google: how to find it"),
    ]

    /// Nothing is said of other members: there are clients that lose all tools over `additionalProperties`.
    static func object(_ properties: JSONObject, required: [String] = []) -> JSONObject {
        JSONSchema.object(properties, required: required, .tool)
    }

    static func string(_ description: String) -> JSON { ["type": "string", "description": .string(description)] }

    private static func described(_ schema: JSON?, _ words: String) -> JSON {
        var object = schema?.objectValue ?? [:]
        object["description"] = .string(words)
        return .object(object)
    }

    private static func event(_ names: [String], _ fields: [SchemaField]) -> JSONObject {
        let rows = names.map { name -> SchemaField in
            guard let row = fields.first(where: { $0.name == name }) else {
                preconditionFailure("no row has the field \(name)")
            }
            return row
        }
        var properties = JSONSchema.properties(rows, .tool)
        for (field, words) in words where properties[field] != nil {
            properties[field] = described(properties[field], words)
        }
        if var place = properties["geo_address_json"]?.objectValue, var parts = place["properties"]?.objectValue {
            for (field, words) in placeWords { parts[field] = described(parts[field], words) }
            place["properties"] = .object(parts)
            properties["geo_address_json"] = .object(place)
        }
        properties["require_rsvp_approval"] = ["type": "boolean", "description": "Guests wait for approval"]
        return properties
    }

    /// The name of the argument that makes a create safe to repeat.
    static let key = "idempotency_key"
    private static let keyed: JSONObject = [key: string("Same key and fields: created once")]

    /// The name of the argument that empties fields.
    static let clear = "clear"
    /// What can be emptied, with what REST takes for that: null is "not given" here, and so is the empty text.
    static let clearable: JSONObject = JSONObject(
        Shapes.eventChange.filter(\.nullable).map { (name: $0.name, value: .null) }
            + [(name: "description_md", value: "")])

    private static func joined(_ properties: JSONObject, _ more: JSONObject) -> JSONObject {
        JSONObject(properties.members + more.members)
    }

    static let create = object(
        joined(event(["name", "start_at", "timezone"] + common + more, Shapes.eventInput), keyed),
        required: ["name", "start_at", "timezone"])

    static let update: JSONObject = {
        var properties: JSONObject = ["event_id": string("Id of the event")]
        let names = ["name", "start_at", "timezone"] + common + more + ["suppress_notifications"]
        properties.members += event(names, Shapes.eventChange).members
        properties["timezone"] = string("\(zone); alone it keeps the instant: give start_at, too, to move the event")
        properties["end_at"] = string("\(time); without it a new start_at keeps the length")
        properties[clear] = [
            "type": "array", "items": ["type": "string", "enum": .array(clearable.names.map { .string($0) })],
            "description": "Fields to empty; null and empty texts change nothing",
        ]
        return object(properties, required: ["event_id"])
    }()

    static let fromTemplate: JSONObject = {
        var properties: JSONObject = ["template_type": string("Type of the template")]
        properties.members += event(["name", "start_at", "timezone"] + common, Shapes.eventInput).members
        properties.members += keyed.members
        return object(properties, required: ["template_type", "name", "start_at", "timezone"])
    }()

    static let fields: JSON = [
        "type": "array", "items": ["type": "string", "maxLength": 100], "maxItems": 50,
        "description": "Members of each event to return",
    ]
    private static let after = string("Start at or after: a day, today, or RFC 3339. Default now")
    private static let before = string("Start before that; by itself: the past, latest first")

    static let list = object([
        "limit": ["type": "integer", "minimum": 1, "maximum": 100, "description": "Default 20"],
        "cursor": string("next_cursor of the page before"), "after": after, "before": before,
        "sort": [
            "type": "string", "enum": ["start_at", "-start_at"],
            "description": "Default start_at, soonest first; -start_at is latest first",
        ],
        "status": [
            "type": "string", "enum": ["approved", "pending"],
            "description": "Default approved; pending ones wait to be taken into the calendar",
        ],
        "show": [
            "type": "string", "enum": ["all"],
            "description": "all: also what left_out names, pending ones last. Default: without them",
        ], "fields": fields,
    ])

    static let get = object(
        ["event_id": string("Id of the event"), "fields": fields], required: ["event_id"])

    static let cancel = object(
        [
            "event_id": string("Id of the event"),
            "refund": ["type": "boolean", "description": "Needed when guests have paid"],
        ], required: ["event_id"])

    static let search = object(
        [
            "query": [
                "type": "string", "minLength": 1, "maxLength": 200, "description": "Words of name, place or date",
            ],
            "after": string("Only events from then on"), "before": string("Only events before that"),
        ], required: ["query"])
    static let fetch = object(["id": string("Id of the event")], required: ["id"])
    static let none = object([:])

    // MARK: Output

    private static func output(_ properties: JSONObject, required: [String]) -> JSONObject {
        object(properties, required: required)
    }

    static let eventOutput = output(["event": ["type": "object"], "notice": ["type": "string"]], required: ["event"])
    static let listOutput = output(
        [
            "events": ["type": "array", "items": ["type": "object"]], "has_more": ["type": "boolean"],
            "next_cursor": ["type": "string"], "now": ["type": "string"], "notice": ["type": "string"],
            "left_out": ["type": "array", "items": ["type": "string"]],
        ], required: ["events", "has_more", "now", "left_out"])
    static let templatesOutput = output(
        ["templates": ["type": "array", "items": ["type": "object"]]], required: ["templates"])
    static let cancelOutput = output(
        [
            "status": ["type": "string", "enum": ["needs_confirmation", "canceled", "kept"]],
            "event_id": ["type": "string"], "guest_count": ["type": "integer"], "is_paid": ["type": "boolean"],
            "name": ["type": "string"], "starts": ["type": "string"], "confirm": ["type": "string"],
        ], required: ["status", "event_id"])
    static let searchOutput = output(
        [
            "results": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "id": ["type": "string"], "title": ["type": "string"], "url": ["type": "string"],
                        "starts": ["type": "string"], "place": ["type": "string"],
                    ], "required": ["id", "title", "url"],
                ],
            ], "looked_at": ["type": "integer"], "complete": ["type": "boolean"], "note": ["type": "string"],
            "notice": ["type": "string"],
        ], required: ["results", "looked_at", "complete"])
    static let fetchOutput = output(
        [
            "id": ["type": "string"], "title": ["type": "string"], "text": ["type": "string"],
            "url": ["type": "string"], "metadata": ["type": "object"],
        ], required: ["id", "title", "text", "url"])
    static let healthOutput = output(["status": ["type": "string"]], required: ["status"])
}
