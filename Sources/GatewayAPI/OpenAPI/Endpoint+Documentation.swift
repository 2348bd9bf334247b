package import Core
import LumaAPI

extension Endpoint {
    /// Nil for what is no REST: MCP describes itself.
    package var documentation: EndpointDocumentation? {
        let event = EventSchemas.reference("Event")
        let written = EventSchemas.reference("WrittenEvent")
        switch kind {
        case .listEvents:
            return EndpointDocumentation(
                group: .events, summary: "List events",
                description:
                    "One page of JSON; in the other types all pages. A suffix of the path chooses the type, too.",
                query: QueryRows.list, fields: [.ifNoneMatch, .cacheControl, .requestTimeout],
                answers: [
                    .init(
                        description: "A page of events.",
                        content: [
                            Self.media(EventSchemas.reference("EventPage")),
                            Self.media(["type": "string"], Representation.ndjson.rawValue),
                            Self.media(["type": "string"], Representation.csv.rawValue),
                            Self.media(["type": "string"], Representation.calendar.rawValue),
                        ], fields: DocumentedField.ofReads), Self.notModified,
                ], reasons: Reason.lumaRead)
        case .lookupEvent:
            return EndpointDocumentation(
                group: .events, summary: "Find an event by its URL",
                description:
                    "What an address at Luma, a slug or an id stands for, in whatever spelling people copy it.",
                query: QueryRows.lookup, fields: [.ifNoneMatch, .requestTimeout],
                answers: [
                    .init(
                        description: "The event in short; null when there is none.",
                        content: [Self.media(EventSchemas.reference("FoundEvent"))], fields: [.etag]),
                    Self.notModified,
                ], reasons: Reason.lumaRead)
        case .createEvent:
            return EndpointDocumentation(
                group: .events, summary: "Create an event", query: QueryRows.write,
                fields: [.idempotencyKey, .prefer, .priority, .requestTimeout],
                body: "NewEvent", answers: [Self.created(written), Self.previewed],
                reasons: Reason.lumaWrite + Reason.body + [.duplicate(.event)])
        case .createFromTemplate:
            return EndpointDocumentation(
                group: .templates, summary: "Create an event from a template",
                description: "Each field beats the template's; null takes a default of the template back.",
                query: QueryRows.write,
                fields: [.idempotencyKey, .prefer, .priority, .requestTimeout], body: "NewEventFromTemplate",
                answers: [Self.created(written), Self.previewed],
                reasons: Reason.lumaWrite + Reason.body + [.duplicate(.event)])
        case .getEvent:
            return EndpointDocumentation(
                group: .events, summary: "Read an event", description: "The event as Luma sent it.",
                fields: [.ifNoneMatch, .cacheControl, .requestTimeout],
                answers: [
                    .init(
                        description: "The event.",
                        content: [
                            Self.media(event), Self.media(["type": "string"], Representation.calendar.rawValue),
                        ], fields: DocumentedField.ofReads),
                    Self.notModified,
                ], reasons: Reason.lumaRead + [.absent(.event), .eventNotAccessible])
        case .replaceEvent, .patchEvent:
            return EndpointDocumentation(
                group: .events, summary: kind == .patchEvent ? "Change an event" : "Change an event (as PATCH does)",
                description: "Changes the fields that are named and leaves the rest.", query: QueryRows.write,
                fields: [.idempotencyKey, .ifMatch, .priority, .requestTimeout],
                body: "EventChange",
                answers: [
                    .init(
                        description: "The event after the change, or with `dry_run=true` what would be sent.",
                        content: [
                            Self.media(["oneOf": [written, EventSchemas.reference("EventPreview")]])
                        ], fields: [.idempotencyReplayed])
                ],
                reasons: Reason.lumaWrite + Reason.body + [.absent(.event), .eventNotAccessible, .emptyUpdate])
        case .cancelEvent:
            return EndpointDocumentation(
                group: .events, summary: "Cancel an event",
                description: "It cannot be undone, and Luma tells every guest.", query: QueryRows.cancel,
                fields: [.idempotencyKey, .ifMatch, .priority, .requestTimeout],
                answers: [
                    .init(
                        description: "It is cancelled, or with `dry_run=true` what a cancel would mean.",
                        content: [
                            Self.media([
                                "oneOf": [
                                    EventSchemas.reference("Cancelled"), EventSchemas.reference("CancelPreview"),
                                ]
                            ]
                            )
                        ], fields: [.idempotencyReplayed])
                ],
                reasons: Reason.lumaWrite
                    + [.absent(.event), .eventNotAccessible, .refundDecisionRequired, .confirmationStale])
        case .eventsJSON, .eventsLines, .eventsTable, .eventsCalendar, .eventCalendar: return formatDocumentation
        case .listFeeds, .createFeed, .revokeFeed, .feed: return feedDocumentation
        case .listTools, .callTool: return toolDocumentation
        case .listKeys, .createKey, .ownKey, .rotateOwnKey, .getKey, .changeKey, .revokeKey, .rotateKey:
            return keyDocumentation
        case .listTemplates:
            return EndpointDocumentation(
                group: .templates, summary: "List templates", fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "All templates.",
                        content: [Self.media(["type": "array", "items": EventSchemas.reference("Template")])],
                        fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead)
        case .getTemplate:
            return EndpointDocumentation(
                group: .templates, summary: "Read a template", fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "The template.", content: [Self.media(EventSchemas.reference("Template"))],
                        fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead + [.templateNotFound])
        case .health:
            return EndpointDocumentation(
                group: .service, summary: "Check health",
                description: "From what is known: a probe never costs a call to Luma.",
                answers: [
                    .init(description: "It works.", content: [Self.media(EventSchemas.reference("Health"))])
                ],
                reasons: [
                    .starting, .notAsked, .upstreamAuth, .upstreamPlanRequired, .upstreamTimeout, .upstreamFailure,
                    .upstreamUnreachable,
                ],
                statusOfReasons: 503)
        case .live:
            return EndpointDocumentation(
                group: .service, summary: "Check liveness",
                answers: [
                    .init(
                        description: "It runs.",
                        content: [
                            Self.media([
                                "type": "object", "required": ["status"],
                                "properties": ["status": ["const": "alive"]], "additionalProperties": false,
                            ]
                            )
                        ])
                ])
        case .openAPI:
            return EndpointDocumentation(
                group: .service, summary: "Get this document", fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "OpenAPI 3.1 of what this server serves.",
                        content: [Self.media(["type": "object", "required": ["openapi", "info", "paths"]])],
                        fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead)
        case .metrics:
            return EndpointDocumentation(
                group: .service, summary: "Get metrics",
                answers: [
                    .init(
                        description: "The text format of Prometheus, version 0.0.4.",
                        content: [Self.media(["type": "string"], "text/plain")])
                ])
        case .status:
            return EndpointDocumentation(
                group: .service, summary: "Get the gateway's status",
                description:
                    "Health, the budget with its last hour, and the last requests of all callers. Costs no call to Luma.",
                answers: [
                    .init(description: "How it is.", content: [Self.media(EventSchemas.reference("Status"))])
                ], reasons: [.notAcceptable, .validationFailed])
        case .operation: return surface?.documentation
        default: return nil
        }
    }

    /// A kind of content and its schema.
    package static func media(
        _ schema: JSON, _ type: String = Representation.json.rawValue
    ) -> (type: String, schema: JSON) { (type, schema) }

    static let previewed = EndpointDocumentation.Answer(
        description: "With `dry_run=true`: what would be sent. Nothing is created.",
        content: [media(EventSchemas.reference("EventPreview"))])

    /// The answer to a conditional request for what the caller has.
    package static let notModified = EndpointDocumentation.Answer(
        status: 304, description: "The caller has it already.", fields: [.etag])

    private static func created(_ schema: JSON) -> EndpointDocumentation.Answer {
        EndpointDocumentation.Answer(
            status: 201, description: "It is created.", content: [Self.media(schema)],
            fields: [.location, .preferenceApplied, .idempotencyReplayed])
    }
}
