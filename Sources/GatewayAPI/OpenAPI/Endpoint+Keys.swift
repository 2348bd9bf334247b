import Core

/// What people are told of the paths of keys.
extension Endpoint {
    package var keyDocumentation: EndpointDocumentation {
        let reasons = Reason.localRead + [.storeUnavailable]
        let secret: EndpointDocumentation.Answer = .init(
            description: "The key, with its secret in `key`: in this answer and nowhere else.",
            content: [Self.media(KeySchemas.withSecret)])
        switch kind {
        case .listKeys:
            return EndpointDocumentation(
                group: .keys, summary: "List API keys", description: "Without secrets, by their ids.",
                query: QueryRows.keys,
                answers: [.init(description: "A page of keys.", content: [Self.media(KeySchemas.page)])],
                reasons: reasons)
        case .createKey:
            var answer = secret
            (answer.status, answer.fields) = (201, [.location])
            return EndpointDocumentation(
                group: .keys, summary: "Create an API key",
                description:
                    "The caller must have each permission, tool, address, limit and day of life that the key is given.",
                bodySchema: .object(JSONSchema.object(KeyFields.new, .openAPI(.input))), answers: [answer],
                reasons: reasons + Reason.body + [.keyExists, .tooManyAPIKeys, .grantRefused])
        case .changeKey:
            return EndpointDocumentation(
                group: .keys, summary: "Change an API key",
                description: "Changes the members that are given and leaves the rest, from the next request on.",
                fields: [.ifMatch], bodySchema: .object(JSONSchema.object(KeyFields.change, .openAPI(.input))),
                answers: [
                    .init(description: "The key.", content: [Self.media(KeySchemas.key)], fields: [.etag])
                ], reasons: reasons + Reason.body + [.keyNotFound, .lastAdmin, .grantRefused])
        case .revokeKey:
            return EndpointDocumentation(
                group: .keys, summary: "Revoke an API key",
                description: "It cannot be undone. The key stays in the list for LUMA_AUDIT_DAYS.",
                fields: [.ifMatch], answers: [.init(status: 204, description: "The key is revoked.")],
                reasons: reasons + [.keyNotFound, .lastAdmin, .grantRefused])
        case .rotateKey, .rotateOwnKey:
            return EndpointDocumentation(
                group: .keys, summary: kind == .rotateKey ? "Rotate an API key" : "Rotate the key of the request",
                description:
                    "Adds a second secret. The one before stays valid until the new one is first used, and `grace_seconds` "
                    + "longer. If the response was lost, rotate again.",
                bodySchema: .object(JSONSchema.object(KeyFields.rotation, .openAPI(.input))), needsBody: false,
                answers: [secret], reasons: reasons + Reason.body + [.keyNotFound, .grantRefused])
        default:
            return EndpointDocumentation(
                group: .keys, summary: kind == .ownKey ? "Show the key of the request" : "Show an API key",
                fields: [.ifNoneMatch],
                answers: [
                    .init(description: "The key.", content: [Self.media(KeySchemas.key)], fields: [.etag]),
                    Self.notModified,
                ], reasons: reasons + [.keyNotFound])
        }
    }
}

/// The schemas of keys.
enum KeySchemas {
    private static func optional(_ type: JSON) -> JSON { ["type": [type, "null"]] }
    private static let texts: JSON = ["type": "array", "items": ["type": "string"]]
    private static let time: JSON = ["type": ["string", "null"], "format": "date-time"]

    private static let members: JSONObject = [
        "key_id": ["type": "string"], "owner": ["type": "string"], "name": ["type": "string"], "permissions": texts,
        "tools": ["type": ["array", "null"], "items": ["type": "string"]],
        "calendars": ["type": ["array", "null"], "items": ["type": "string"]], "rate_limit": optional("string"),
        "daily_quota": optional("integer"), "upstream_quota": optional("integer"),
        "max_concurrent": optional("integer"),
        "allowed_ips": ["type": ["array", "null"], "items": ["type": "string"]],
        "enabled": ["type": "boolean"], "expires_at": time, "revoked_at": time, "created_at": time,
        "created_by": ["type": "string"], "note": optional("string"), "revision": ["type": "integer"],
        "secrets": [
            "type": "array",
            "items": [
                "type": "object", "required": ["hint", "created_at", "expires_at", "confirmed_at", "last_used_at"],
                "properties": [
                    "hint": ["type": "string", "description": "The end of the text."], "created_at": time,
                    "expires_at": time, "confirmed_at": time, "last_used_at": time,
                ],
            ],
        ],
        "status": ["enum": ["active", "disabled", "expired", "revoked"]],
    ]

    private static func schema(_ members: JSONObject) -> JSON {
        ["type": "object", "required": .array(members.names.map { .string($0) }), "properties": .object(members)]
    }

    static let key = schema(members)
    static let withSecret = schema(
        JSONObject(members.members + [("key", ["type": "string", "description": "The secret: keep it now."])]))
    static let page: JSON = [
        "type": "object", "required": ["entries", "has_more", "next_cursor"],
        "properties": [
            "entries": ["type": "array", "items": key], "has_more": ["type": "boolean"],
            "next_cursor": optional("string"),
        ],
    ]
}
