package import Core

/// What people are told of an endpoint beyond its method and path.
package struct EndpointDocumentation {
    /// An answer that is no error.
    package struct Answer {
        package var status = 200
        package var description: String
        /// The schema by media type.
        package var content: [(type: String, schema: JSON)] = []
        package var fields: [DocumentedField] = []
    }

    package var group: Group
    package var summary: String
    package var description = ""
    package var query: [QueryRow] = []
    package var fields: [DocumentedField] = []
    /// The name of the body's schema.
    package var body: String?
    /// The body's schema where it has no name.
    package var bodySchema: JSON?
    package var answers: [Answer]
    /// Why it may refuse, besides the reasons that every path has.
    package var reasons: [Reason] = []
    /// The status of all these reasons where it is not their own.
    package var statusOfReasons: Int?

    package enum Group: String, CaseIterable {
        case events = "Events"
        case guests = "Guests"
        case coupons = "Coupons"
        case templates = "Templates"
        case feeds = "Feeds"
        case service = "Service"

        package var description: String {
            switch self {
            case .events: "The events of the calendar that the gateway's key belongs to."
            case .guests: "Who comes to an event."
            case .coupons: "Codes that make an event's tickets cheaper, or show hidden ones."
            case .templates: "Kinds of events to start from."
            case .feeds: "Calendars at an address of their own, for programs that cannot send a token."
            case .service: "The gateway itself."
            }
        }
    }
}

/// A header field of a request or of an answer.
package enum DocumentedField: String, CaseIterable {
    case ifMatch = "If-Match"
    case ifNoneMatch = "If-None-Match"
    case idempotencyKey = "Idempotency-Key"
    case idempotencyReplayed = "Idempotency-Replayed"
    case prefer = "Prefer"
    case priority = "Priority"
    case cacheControl = "Cache-Control"
    case requestTimeout = "X-Request-Timeout"
    case xCache = "X-Cache"
    case cacheStatus = "Cache-Status"
    case age = "Age"
    case location = "Location"
    case etag = "ETag"
    case preferenceApplied = "Preference-Applied"
    case retryAfter = "Retry-After"
    case requestID = "X-Request-Id"

    /// What tells about an answer of Luma's that may have been kept.
    package static let ofReads: [DocumentedField] = [.etag, .xCache, .age, .cacheStatus]

    package var schema: JSON {
        switch self {
        // A string of structured fields, or a plain word.
        case .idempotencyKey:
            ["type": "string", "pattern": #"^("[ !#-\[\]-~]{1,255}"|[!#-+.-:<-\[\]-~-]{1,255})$"#]
        case .age, .retryAfter: ["type": "string", "pattern": "^[0-9]+$"]
        case .xCache: ["type": "string", "enum": ["MISS", "SHARED", "HIT", "STALE"]]
        default: ["type": "string"]
        }
    }

    package var description: String {
        switch self {
        case .ifMatch: "Only when the event still has this `ETag`; else 412."
        case .ifNoneMatch: "304 without a body when the `ETag` is still this."
        case .idempotencyKey:
            "1 to 255 visible ASCII characters, quoted or not, of the caller's choice: the request is done once and answered "
                + "once, however often it is sent with this key."
        case .idempotencyReplayed: "`true` when this answer was given before."
        case .cacheControl:
            "`no-cache` asks Luma anew, `only-if-cached` never does, `max-age` bounds the age of a kept answer in seconds."
        case .xCache: "How the answer came about: MISS, SHARED, HIT, or STALE when Luma fails."
        case .requestTimeout: "The longest that the request may take, in seconds, such as 2.5."
        case .cacheStatus: "With STALE: why Luma could not be asked."
        case .age: "Seconds since Luma gave the answer."
        case .prefer: "`return=minimal` leaves the event away and saves a call to Luma."
        case .priority: "`u=7`: nobody waits for this one answer, so what others wait for comes first."
        case .location: "The path of the new event."
        case .etag: "Identifies this state of the representation."
        case .preferenceApplied: "`return=minimal` when that was asked for."
        case .retryAfter: "Seconds after which it is worth to try again."
        case .requestID: "The request's id, the caller's own if it sent one."
        }
    }
}

extension Reason {
    /// What any request may meet on its way to a path: all that is not said to belong to some.
    package static let everywhere: [Reason] = {
        let particular = Set(
            access + lumaRead + lumaWrite + body
                + [
                    .duplicateEvent, .eventNotFound, .eventNotAccessible, .guestNotFound, .templateNotFound,
                    .feedNotFound,
                    .tooManyFeeds,
                    .emptyUpdate, .refundDecisionRequired, .confirmationStale, .starting, .notAsked,
                ])
        return allCases.filter { !particular.contains($0) }
    }()

    /// What a path that asks for a token may meet.
    package static let access: [Reason] = [.unauthenticated, .invalidToken, .insufficientScope, .rateLimited]

    /// What a path that calls Luma may meet there.
    package static let towardsLuma: [Reason] = [
        .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .upstreamUnreachable, .upstreamFailure,
        .upstreamTimeout,
        .upstreamUnavailable,
    ]

    private static let anyRead: [Reason] = [.notAcceptable, .validationFailed, .preconditionFailed]
    package static let localRead = anyRead
    package static let lumaRead = anyRead + towardsLuma + [.notKept]
    package static let lumaWrite =
        anyRead + towardsLuma + [
            .outcomeUnknown, .readOnly, .idempotencyKeyInvalid, .idempotencyKeyReused, .requestInProgress,
            .tooManyKeys, .storeUnavailable,
        ]
    package static let body: [Reason] = [.malformedJSON, .unsupportedMediaType]
}

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
                group: .events, summary: "Find an event by its address",
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
                reasons: Reason.lumaWrite + Reason.body + [.duplicateEvent])
        case .createFromTemplate:
            return EndpointDocumentation(
                group: .templates, summary: "Create an event from a template",
                description: "Each field beats the template's; null takes a default of the template back.",
                query: QueryRows.write,
                fields: [.idempotencyKey, .prefer, .priority, .requestTimeout], body: "NewEventFromTemplate",
                answers: [Self.created(written), Self.previewed],
                reasons: Reason.lumaWrite + Reason.body + [.duplicateEvent])
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
                ], reasons: Reason.lumaRead + [.eventNotFound, .eventNotAccessible])
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
                reasons: Reason.lumaWrite + Reason.body + [.eventNotFound, .eventNotAccessible, .emptyUpdate])
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
                    + [.eventNotFound, .eventNotAccessible, .refundDecisionRequired, .confirmationStale])
        case .eventsJSON, .eventsLines, .eventsTable, .eventsCalendar, .eventCalendar: return formatDocumentation
        case .listFeeds, .createFeed, .revokeFeed, .feed: return feedDocumentation
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
                group: .service, summary: "Whether Luma and the key work",
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
                group: .service, summary: "Whether the process runs",
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
                group: .service, summary: "This document", fields: [.ifNoneMatch],
                answers: [
                    .init(
                        description: "OpenAPI 3.1 of what this server serves.",
                        content: [Self.media(["type": "object", "required": ["openapi", "info", "paths"]])],
                        fields: [.etag]), Self.notModified,
                ], reasons: Reason.localRead)
        case .metrics:
            return EndpointDocumentation(
                group: .service, summary: "What the gateway counts",
                answers: [
                    .init(
                        description: "The text format of Prometheus, version 0.0.4.",
                        content: [Self.media(["type": "string"], "text/plain")])
                ])
        case .status:
            return EndpointDocumentation(
                group: .service, summary: "How the gateway is, for a person",
                description:
                    "Health, the budget with its last hour, and the last requests of all callers. Costs no call to Luma.",
                answers: [
                    .init(description: "How it is.", content: [Self.media(EventSchemas.reference("Status"))])
                ], reasons: [.notAcceptable, .validationFailed])
        case .operation: return surface?.documentation
        default: return nil
        }
    }

    package static func media(
        _ schema: JSON, _ type: String = Representation.json.rawValue
    ) -> (type: String, schema: JSON) { (type, schema) }

    static let previewed = EndpointDocumentation.Answer(
        description: "With `dry_run=true`: what would be sent. Nothing is created.",
        content: [media(EventSchemas.reference("EventPreview"))])

    package static let notModified = EndpointDocumentation.Answer(
        status: 304, description: "The caller has it already.", fields: [.etag])

    private static func created(_ schema: JSON) -> EndpointDocumentation.Answer {
        EndpointDocumentation.Answer(
            status: 201, description: "It is created.", content: [Self.media(schema)],
            fields: [.location, .preferenceApplied, .idempotencyReplayed])
    }
}
