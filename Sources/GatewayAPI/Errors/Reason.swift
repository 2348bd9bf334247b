public import LumaAPI

/// Why a request was not served, as one stable word: clients and metrics branch on it, so a word never changes its meaning.
public enum Reason: Sendable, Hashable {
    // What the request is.
    case badRequest
    case malformedJSON
    case idempotencyKeyInvalid
    case emptyUpdate
    case hostNotAllowed
    case originNotAllowed
    case unauthenticated
    case invalidToken
    case malformedKey
    case keyExpired
    case keyRevoked
    case keyDisabled
    /// It was rotated, and the grace of this secret is over.
    case keyReplaced
    case addressNotAllowed
    case insufficientScope
    case readOnly
    case misdirectedRequest
    case notFound
    /// A thing of this kind is not there.
    case absent(Operation.Kind)
    case eventNotAccessible
    case templateNotFound
    case feedNotFound
    case toolNotFound
    case keyNotFound
    case keyExists
    /// Nobody could manage keys afterwards.
    case lastAdmin
    case tooManyAPIKeys
    /// Nobody gives what he has not got.
    case grantRefused
    case methodNotAllowed
    case notAcceptable
    case requestTimeout
    case refundDecisionRequired
    case requestInProgress
    /// The same thing of this kind was created a moment ago.
    case duplicate(Operation.Kind)
    case tooManyFeeds
    case preconditionFailed
    case confirmationStale
    case payloadTooLarge
    case uriTooLong
    case unsupportedMediaType
    case expectationFailed
    case idempotencyKeyReused
    case validationFailed
    case rateLimited
    case tooManyKeys
    case fieldsTooLarge
    // What this server is.
    case `internal`
    case notImplemented
    case overloaded
    case shuttingDown
    case starting
    /// The first check could not be sent, and nothing was since.
    case notAsked
    case storeUnavailable
    case httpVersionNotSupported
    // What Luma did.
    case upstreamRefused
    case upstreamAuth
    case upstreamPlanRequired
    case upstreamUnreachable
    case upstreamFailure
    case upstreamTimeout
    case upstreamUnavailable
    case outcomeUnknown
    /// The caller wants nothing asked of Luma (RFC 9111 §5.2.1.7).
    case notCached

    /// The word, the status and the message of each.
    private var row: (word: String, status: Int, message: String) {
        switch self {
        // What the request is.
        case .badRequest: ("bad_request", 400, "The request is not valid HTTP")
        case .malformedJSON: ("malformed_json", 400, "The body is not valid JSON")
        case .idempotencyKeyInvalid:
            ("idempotency_key_invalid", 400, "Idempotency-Key must be one string of 1 to 255 visible ASCII characters")
        case .emptyUpdate: ("empty_update", 400, "The update changes nothing: give at least one field")
        case .hostNotAllowed: ("host_not_allowed", 421, "This server does not accept the name in Host")
        case .originNotAllowed: ("origin_not_allowed", 403, "Requests from this origin are not allowed")
        case .unauthenticated: ("unauthenticated", 401, "A token is required: send it as Authorization: Bearer")
        case .invalidToken: ("invalid_token", 401, "This token is not valid")
        case .malformedKey: ("malformed_key", 401, "This key is cut off or mistyped: send all of it")
        case .keyExpired: ("key_expired", 401, "This key has expired: have its expires_at changed, or use another key")
        case .keyRevoked: ("key_revoked", 401, "This key was revoked: use another key")
        case .keyDisabled: ("key_disabled", 401, "This key is disabled: have it enabled, or use another key")
        case .keyReplaced: ("key_replaced", 401, "This key was rotated: use its new secret")
        case .addressNotAllowed: ("ip_not_allowed", 403, "This key is not allowed from this address")
        case .insufficientScope: ("insufficient_scope", 403, "The scope of this token does not allow this request")
        case .readOnly: ("read_only", 403, "This gateway is read-only")
        case .misdirectedRequest:
            ("misdirected_request", 421, "An https URL was requested over a connection without TLS")
        case .notFound: ("not_found", 404, "There is nothing at this path")
        case .absent(let kind): (kind.rawValue + "_not_found", 404, Self.message(absent: kind))
        case .eventNotAccessible:
            (
                "event_not_accessible", 403,
                "Luma shows no event with this id: the id may be wrong, or the event is cancelled or on another calendar"
            )
        case .templateNotFound: ("template_not_found", 404, "There is no template of this type")
        case .feedNotFound: ("feed_not_found", 404, "There is no feed with this id")
        case .toolNotFound: ("tool_not_found", 404, "There is no tool with this name")
        case .keyNotFound: ("key_not_found", 404, "There is no key with this id")
        case .keyExists: ("key_exists", 409, "There is a key with this id, or there was one: choose another key_id")
        case .lastAdmin:
            ("last_admin", 409, "Nobody could manage keys afterwards: give another key keys:manage first")
        case .tooManyAPIKeys: ("key_limit_reached", 409, "There are as many keys as there may be: revoke one first")
        case .grantRefused: ("grant_refused", 403, "A key can be given only what the caller has itself")
        case .methodNotAllowed: ("method_not_allowed", 405, "Method not allowed at this path")
        case .notAcceptable: ("not_acceptable", 406, "None of the media types in Accept can be served here")
        case .requestTimeout: ("request_timeout", 408, "The request took too long to arrive")
        case .refundDecisionRequired:
            ("refund_decision_required", 409, "Guests have paid for this event: set refund=true or refund=false")
        case .requestInProgress:
            ("request_in_progress", 409, "The first request with this Idempotency-Key is still in progress")
        case .duplicate(let kind):
            ("duplicate_" + kind.rawValue, 409, "An identical \(kind.noun) was created a moment ago")
        case .tooManyFeeds: ("too_many_feeds", 409, "You have the maximum number of feeds: revoke one first")
        case .preconditionFailed:
            (
                "precondition_failed", 412,
                "Precondition failed: the event changed since you read it, or it already exists"
            )
        case .confirmationStale:
            (
                "confirmation_stale", 412,
                "The confirmation is stale: what it showed has changed, it has expired or been used, or it is for another request"
            )
        case .payloadTooLarge: ("payload_too_large", 413, "The body is too large")
        case .uriTooLong: ("uri_too_long", 414, "The path and query are too long")
        case .unsupportedMediaType: ("unsupported_media_type", 415, "The body must be application/json")
        case .expectationFailed: ("expectation_failed", 417, "The only supported expectation is 100-continue")
        case .idempotencyKeyReused:
            ("idempotency_key_reused", 422, "This Idempotency-Key was used with a different request")
        case .validationFailed: ("validation_failed", 422, "The request has fields that are not valid")
        case .rateLimited: ("rate_limited", 429, "Rate limit exceeded")
        case .tooManyKeys:
            (
                "too_many_keys", 429,
                "This caller has the maximum number of idempotency keys; older ones must expire first"
            )
        case .fieldsTooLarge: ("fields_too_large", 431, "The header fields are too large")
        // What this server is.
        case .internal: ("internal", 500, "Internal error in the gateway")
        case .notImplemented: ("not_implemented", 501, "This method or transfer coding is not supported")
        case .overloaded: ("overloaded", 503, "The gateway is overloaded")
        case .shuttingDown: ("shutting_down", 503, "The gateway is shutting down")
        case .starting: ("starting", 503, "Luma has not answered since startup; the first check is in progress")
        case .notAsked:
            ("not_asked", 503, "Luma has not been contacted since startup: the first check could not be sent")
        case .storeUnavailable:
            (
                "store_unavailable", 503,
                "The state store is unavailable, so requests that depend on it (Idempotency-Key) are refused"
            )
        case .httpVersionNotSupported: ("http_version_not_supported", 505, "Only HTTP/1.0 and HTTP/1.1 are supported")
        // What Luma did.
        case .upstreamRefused: ("upstream_refused", 502, "Luma refused the request")
        case .upstreamAuth: ("upstream_auth", 502, "Luma refused the gateway's API key")
        case .upstreamPlanRequired:
            (
                "upstream_plan_required", 502,
                "The calendar of the gateway's API key has no Luma Plus plan, which Luma's API needs"
            )
        case .upstreamUnreachable: ("upstream_unreachable", 502, "Luma cannot be reached")
        case .upstreamFailure: ("upstream_failure", 502, "Luma failed")
        case .upstreamTimeout: ("upstream_timeout", 504, "Luma did not answer in time")
        case .upstreamUnavailable:
            ("upstream_unavailable", 503, "Luma keeps failing; calls are paused for a moment (circuit breaker open)")
        case .outcomeUnknown:
            ("outcome_unknown", 504, "Luma did not confirm the request, and its outcome could not be determined")
        case .notCached: ("not_kept", 504, "No cached response, and only-if-cached forbids asking Luma")
        }
    }

    /// The stable word.
    public var rawValue: String { row.word }
    /// The status it is answered with (RFC 9110 §15); `upstreamRefused` takes Luma's own instead where there is one.
    public var status: Int { row.status }
    /// The message when nothing more exact is known.
    public var message: String { row.message }

    private static func message(absent kind: Operation.Kind) -> String {
        guard let owner = kind.row.owner else { return "There is no \(kind.noun) with this id" }
        return "The \(owner.noun) has no such \(kind.noun)"
    }
}

extension Reason: CaseIterable {
    /// Every reason that is given: of what is not there, those for the kinds of things that requests name, and of what is there
    /// twice, those for the kinds of things that requests make.
    public static let allCases: [Reason] =
        general + Surfaces.named.map { .absent($0) } + Surfaces.made.map { .duplicate($0) }

    /// The reason of this word; nil for a word that is none.
    public init?(rawValue: String) {
        guard let reason = Self.byWord[rawValue] else { return nil }
        self = reason
    }

    private static let byWord = Dictionary(
        uniqueKeysWithValues: (general + Operation.Kind.allCases.flatMap { [.absent($0), .duplicate($0)] })
            .map { ($0.rawValue, $0) })

    /// All but those that there are of each kind of thing.
    static let general: [Reason] = [
        .badRequest, .malformedJSON, .idempotencyKeyInvalid, .emptyUpdate, .hostNotAllowed, .originNotAllowed,
        .unauthenticated, .invalidToken, .malformedKey, .keyExpired, .keyRevoked, .keyDisabled, .keyReplaced,
        .addressNotAllowed, .insufficientScope, .readOnly, .misdirectedRequest, .notFound,
        .eventNotAccessible, .templateNotFound, .feedNotFound, .toolNotFound, .keyNotFound, .keyExists, .lastAdmin,
        .tooManyAPIKeys,
        .grantRefused, .methodNotAllowed, .notAcceptable,
        .requestTimeout,
        .refundDecisionRequired, .requestInProgress, .tooManyFeeds, .preconditionFailed,
        .confirmationStale, .payloadTooLarge, .uriTooLong, .unsupportedMediaType, .expectationFailed,
        .idempotencyKeyReused, .validationFailed, .rateLimited, .tooManyKeys, .fieldsTooLarge, .internal,
        .notImplemented, .overloaded, .shuttingDown, .starting, .notAsked, .storeUnavailable, .httpVersionNotSupported,
        .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .upstreamUnreachable, .upstreamFailure,
        .upstreamTimeout, .upstreamUnavailable, .outcomeUnknown, .notCached,
    ]
}
