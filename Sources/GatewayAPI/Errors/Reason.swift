/// Why a request was not served, as one stable word: clients and metrics branch on it, so a word never changes its meaning.
public enum Reason: String, Sendable, CaseIterable {
    // What the request is.
    case badRequest = "bad_request"
    case malformedJSON = "malformed_json"
    case idempotencyKeyInvalid = "idempotency_key_invalid"
    case emptyUpdate = "empty_update"
    case hostNotAllowed = "host_not_allowed"
    case originNotAllowed = "origin_not_allowed"
    case unauthenticated
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"
    case readOnly = "read_only"
    case misdirectedRequest = "misdirected_request"
    case notFound = "not_found"
    case eventNotFound = "event_not_found"
    case eventNotAccessible = "event_not_accessible"
    case guestNotFound = "guest_not_found"
    case templateNotFound = "template_not_found"
    case feedNotFound = "feed_not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case requestTimeout = "request_timeout"
    case refundDecisionRequired = "refund_decision_required"
    case requestInProgress = "request_in_progress"
    case duplicateEvent = "duplicate_event"
    case tooManyFeeds = "too_many_feeds"
    case preconditionFailed = "precondition_failed"
    case confirmationStale = "confirmation_stale"
    case payloadTooLarge = "payload_too_large"
    case uriTooLong = "uri_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case expectationFailed = "expectation_failed"
    case idempotencyKeyReused = "idempotency_key_reused"
    case validationFailed = "validation_failed"
    case rateLimited = "rate_limited"
    case tooManyKeys = "too_many_keys"
    case fieldsTooLarge = "fields_too_large"
    // What this server is.
    case `internal`
    case notImplemented = "not_implemented"
    case overloaded
    case shuttingDown = "shutting_down"
    case starting
    /// The first check could not be sent, and nothing was since.
    case notAsked = "not_asked"
    case storeUnavailable = "store_unavailable"
    case httpVersionNotSupported = "http_version_not_supported"
    // What Luma did.
    case upstreamRefused = "upstream_refused"
    case upstreamAuth = "upstream_auth"
    case upstreamPlanRequired = "upstream_plan_required"
    case upstreamUnreachable = "upstream_unreachable"
    case upstreamFailure = "upstream_failure"
    case upstreamTimeout = "upstream_timeout"
    case upstreamUnavailable = "upstream_unavailable"
    case outcomeUnknown = "outcome_unknown"
    /// The caller wants nothing asked of Luma (RFC 9111 §5.2.1.7).
    case notKept = "not_kept"

    /// The status it is answered with (RFC 9110 §15); `upstreamRefused` takes Luma's own instead where there is one.
    public var status: Int {
        switch self {
        case .badRequest, .malformedJSON, .idempotencyKeyInvalid, .emptyUpdate: 400
        case .notFound, .eventNotFound, .guestNotFound, .templateNotFound, .feedNotFound: 404
        case .unauthenticated, .invalidToken: 401
        case .originNotAllowed, .insufficientScope, .readOnly, .eventNotAccessible: 403
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .refundDecisionRequired, .requestInProgress, .duplicateEvent, .tooManyFeeds: 409
        case .preconditionFailed, .confirmationStale: 412
        case .payloadTooLarge: 413
        case .uriTooLong: 414
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .hostNotAllowed, .misdirectedRequest: 421
        case .idempotencyKeyReused, .validationFailed: 422
        case .rateLimited, .tooManyKeys: 429
        case .fieldsTooLarge: 431
        case .internal: 500
        case .notImplemented: 501
        case .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .upstreamUnreachable, .upstreamFailure: 502
        case .overloaded, .shuttingDown, .starting, .notAsked, .storeUnavailable, .upstreamUnavailable: 503
        case .upstreamTimeout, .outcomeUnknown, .notKept: 504
        case .httpVersionNotSupported: 505
        }
    }

    /// The message when nothing more exact is known.
    public var message: String {
        switch self {
        case .badRequest: "The request is not valid HTTP"
        case .malformedJSON: "The body is not valid JSON"
        case .idempotencyKeyInvalid: "Idempotency-Key must be one string of 1 to 255 visible ASCII characters"
        case .emptyUpdate: "The update changes nothing: give at least one field"
        case .hostNotAllowed: "This server does not accept the name in Host"
        case .misdirectedRequest: "An https URL was requested over a connection without TLS"
        case .notFound: "There is nothing at this path"
        case .eventNotFound: "There is no event with this id"
        case .guestNotFound: "The event has no such guest"
        case .eventNotAccessible:
            "Luma shows no event with this id: the id may be wrong, or the event is cancelled or on another calendar"
        case .templateNotFound: "There is no template of this type"
        case .feedNotFound: "There is no feed with this id"
        case .methodNotAllowed: "Method not allowed at this path"
        case .originNotAllowed: "Requests from this origin are not allowed"
        case .unauthenticated: "A token is required: send it as Authorization: Bearer"
        case .invalidToken: "This token is not valid"
        case .insufficientScope: "The scope of this token does not allow this request"
        case .readOnly: "This gateway is read-only"
        case .notAcceptable: "None of the media types in Accept can be served here"
        case .requestTimeout: "The request took too long to arrive"
        case .refundDecisionRequired: "Guests have paid for this event: set refund=true or refund=false"
        case .requestInProgress: "The first request with this Idempotency-Key is still in progress"
        case .duplicateEvent: "An identical event was created a moment ago"
        case .tooManyFeeds: "You have the maximum number of feeds: revoke one first"
        case .preconditionFailed: "Precondition failed: the event changed since you read it, or it already exists"
        case .confirmationStale:
            "The confirmation is stale: the event changed, the confirmation expired, or it was given for something else"
        case .payloadTooLarge: "The body is too large"
        case .uriTooLong: "The path and query are too long"
        case .unsupportedMediaType: "The body must be application/json"
        case .expectationFailed: "The only supported expectation is 100-continue"
        case .idempotencyKeyReused: "This Idempotency-Key was used with a different request"
        case .validationFailed: "The request has fields that are not valid"
        case .rateLimited: "Rate limit exceeded"
        case .tooManyKeys: "This caller has the maximum number of idempotency keys; older ones must expire first"
        case .fieldsTooLarge: "The header fields are too large"
        case .internal: "Internal error in the gateway"
        case .notImplemented: "This method or transfer coding is not supported"
        case .overloaded: "The gateway is overloaded"
        case .shuttingDown: "The gateway is shutting down"
        case .storeUnavailable:
            "The state store is unavailable, so requests that depend on it (Idempotency-Key) are refused"
        case .starting: "Luma has not answered since startup; the first check is in progress"
        case .notAsked: "Luma has not been contacted since startup: the first check could not be sent"
        case .httpVersionNotSupported: "Only HTTP/1.0 and HTTP/1.1 are supported"
        case .upstreamRefused: "Luma refused the request"
        case .upstreamAuth: "Luma refused the gateway's API key"
        case .upstreamPlanRequired:
            "The calendar of the gateway's API key has no Luma Plus plan, which Luma's API needs"
        case .upstreamUnreachable: "Luma cannot be reached"
        case .upstreamFailure: "Luma failed"
        case .upstreamTimeout: "Luma did not answer in time"
        case .upstreamUnavailable: "Luma keeps failing; calls are paused for a moment (circuit breaker open)"
        case .notKept: "No cached response, and only-if-cached forbids asking Luma"
        case .outcomeUnknown: "Luma did not confirm the request, and its outcome could not be determined"
        }
    }
}
