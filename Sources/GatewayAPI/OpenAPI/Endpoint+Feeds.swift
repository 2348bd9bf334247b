package import Core

/// What people are told of the paths of feeds.
extension Endpoint {
    package var feedDocumentation: EndpointDocumentation {
        switch kind {
        case .listFeeds:
            return EndpointDocumentation(
                group: .feeds, summary: "List feeds",
                description: "Without their addresses, which nobody is told again.",
                fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "All feeds, oldest first.",
                        content: [Self.media(.object(FeedSchemas.list))], fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead + [.storeUnavailable])
        case .createFeed:
            return EndpointDocumentation(
                group: .feeds, summary: "Make a feed",
                description:
                    "The address is in the answer and nowhere else: whoever has it may read the calendar until the "
                    + "feed is revoked.",
                body: "NewFeed",
                answers: [
                    .init(
                        status: 201, description: "It is made.",
                        content: [Self.media(EventSchemas.reference("CreatedFeed"))])
                ], reasons: Reason.localRead + Reason.body + [.tooManyFeeds, .storeUnavailable])
        case .revokeFeed:
            return EndpointDocumentation(
                group: .feeds, summary: "Revoke a feed", description: "From now on its address leads nowhere.",
                answers: [.init(status: 204, description: "It is revoked.")],
                reasons: Reason.localRead + [.feedNotFound, .storeUnavailable])
        default:
            return EndpointDocumentation(
                group: .feeds, summary: "Read a feed",
                description: "For calendar programs, which poll it: the address is all that they need.",
                fields: [.ifNoneMatch, .requestTimeout],
                answers: [
                    .init(
                        description: "The calendar.",
                        content: [Self.media(["type": "string"], Representation.calendar.rawValue)],
                        fields: DocumentedField.ofReads), Self.notModified,
                ], reasons: Reason.lumaRead + [.rateLimited, .storeUnavailable])
        }
    }
}

/// The named schemas of feeds.
package enum FeedSchemas {
    package static let new: JSONObject = JSONSchema.object(FeedInput.rows, .input)

    private static let members: JSONObject = [
        "id": ["type": "string"], "name": ["type": "string"],
        "filter": .object(JSONSchema.object(FeedFilter.rows, .input)),
        "created_at": ["type": "string", "format": "date-time"],
        "created_by": ["type": "string", "description": "The label of the token that made it."],
        "last_used_at": [
            "type": ["string", "null"], "format": "date-time",
            "description": "When it was last read, to the minute; null for never.",
        ],
    ]

    package static let feed: JSONObject = JSONSchema.object(members, required: members.names, .input)

    package static let list = JSONSchema.object(
        ["feeds": ["type": "array", "items": EventSchemas.reference("Feed")]], required: ["feeds"], .input)

    package static let created: JSONObject = {
        var members = Self.members
        members["url"] = ["type": "string", "description": "The address, a secret that is told this once."]
        return JSONSchema.object(members, required: members.names, .input)
    }()
}
