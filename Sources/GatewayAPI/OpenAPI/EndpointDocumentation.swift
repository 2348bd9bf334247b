package import Core
package import LumaAPI

/// What people are told of an endpoint beyond its method and path.
package struct EndpointDocumentation {
    /// An answer that is no error.
    package struct Answer {
        package var status = 200
        package var description: String
        /// The schema by media type.
        package var content: [(type: String, schema: JSON)] = []
        /// Fields of the response.
        package var fields: [DocumentedField] = []
    }

    /// The heading that it stands under.
    package var group: Group
    /// A few words in the imperative, without a full stop.
    package var summary: String
    package var description = ""
    /// Query parameters.
    package var query: [QueryRow] = []
    /// Fields of the request.
    package var fields: [DocumentedField] = []
    /// The name of the body's schema.
    package var body: String?
    /// The body's schema where it has no name.
    package var bodySchema: JSON?
    /// A request without a body is refused.
    package var needsBody = true
    /// The answers that are no errors, the usual one first.
    package var answers: [Answer]
    /// Why it may refuse, besides the reasons that every path has.
    package var reasons: [Reason] = []
    /// The status of all these reasons where it is not their own.
    package var statusOfReasons: Int?

    /// The heading under which the description has it.
    package enum Group: Hashable {
        /// What is done with things of a kind.
        case things(Operation.Kind)
        case templates, feeds, tools, keys, service

        /// What is done with events.
        package static let events = Group.things(.event)

        /// In the order in which they are shown.
        static let all: [Group] =
            Operation.Kind.allCases.map(Group.things) + [.templates, .feeds, .tools, .keys, .service]

        /// As it is shown.
        package var name: String {
            switch self {
            case .things(let kind): kind.row.title
            case .templates: "Templates"
            case .feeds: "Feeds"
            case .tools: "Tools"
            case .keys: "API keys"
            case .service: "Service"
            }
        }

        package var description: String {
            switch self {
            case .things(let kind): kind.row.about
            case .templates: "Templates for new events."
            case .feeds: "Calendar feeds at secret URLs, for programs that cannot send a token."
            case .tools: "The tools of assistants, for programs without MCP."
            case .keys: "Keys that open the gateway, made while it runs."
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
    case toolsets = "X-MCP-Toolsets"
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
        case .ifMatch: "Execute only if the event still has this `ETag`; else 412."
        case .ifNoneMatch: "Return 304 without a body if the `ETag` is still the same."
        case .idempotencyKey:
            "1 to 255 visible ASCII characters, quoted or not, of the caller's choice: however often a request is sent with "
                + "this key, it is executed once, and each time gets the same response."
        case .idempotencyReplayed: "`true` when this is the stored response to an earlier request with this key."
        case .cacheControl:
            "`no-cache` always asks Luma, `only-if-cached` never does, `max-age` limits the age of a cached response in seconds."
        case .xCache: "Where the response came from: MISS, SHARED, HIT, or STALE when Luma fails."
        case .requestTimeout: "The longest that the request may take, in seconds, such as 2.5."
        case .toolsets: "Comma-separated names of toolsets: only their tools are offered."
        case .cacheStatus: "With STALE: why Luma could not be reached."
        case .age: "Seconds since Luma sent the response."
        case .prefer: "`return=minimal` leaves the event out of the response and saves a call to Luma."
        case .priority: "`u=7` marks background work: requests that somebody waits for come first."
        case .location: "The path of the new event."
        case .etag: "Identifies this state of the representation."
        case .preferenceApplied: "`return=minimal` when that was asked for."
        case .retryAfter: "Seconds after which to try again."
        case .requestID: "The request's id, the caller's own if it sent one."
        }
    }
}

extension Reason {
    /// What any request may meet on its way to a path: all that is not said to belong to some.
    package static let everywhere: [Reason] = {
        let particular = Set(
            access + lumaRead + lumaWrite + body
                + Surfaces.named.map { .absent($0) } + Surfaces.made.map { .duplicate($0) }
                + [
                    .eventNotAccessible, .templateNotFound, .feedNotFound, .toolNotFound, .keyNotFound, .keyExists,
                    .lastAdmin, .tooManyAPIKeys, .grantRefused,
                    .tooManyFeeds,
                    .emptyUpdate, .refundDecisionRequired, .confirmationStale, .starting, .notAsked,
                ])
        return allCases.filter { !particular.contains($0) }
    }()

    /// What a path that asks for a token may meet.
    package static let access: [Reason] = [
        .unauthenticated, .invalidToken, .malformedKey, .keyExpired, .keyRevoked, .keyDisabled, .keyReplaced,
        .addressNotAllowed, .insufficientScope, .rateLimited,
    ]

    /// What a path that calls Luma may meet there.
    package static let towardsLuma: [Reason] = [
        .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .upstreamUnreachable, .upstreamFailure,
        .upstreamTimeout,
        .upstreamUnavailable,
    ]

    private static let anyRead: [Reason] = [.notAcceptable, .validationFailed, .preconditionFailed]
    /// Reasons of a read that is answered without Luma.
    package static let localRead = anyRead
    /// Reasons of a read that may be passed on to Luma.
    package static let lumaRead = anyRead + towardsLuma + [.notCached]
    /// Reasons of a write that is passed on to Luma.
    package static let lumaWrite =
        anyRead + towardsLuma + [
            .outcomeUnknown, .readOnly, .idempotencyKeyInvalid, .idempotencyKeyReused, .requestInProgress,
            .tooManyKeys, .storeUnavailable,
        ]
    /// Reasons of what has a JSON body.
    package static let body: [Reason] = [.malformedJSON, .unsupportedMediaType]
}
