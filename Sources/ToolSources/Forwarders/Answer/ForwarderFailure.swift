/// Why a call of a forwarded tool has no result of its service.
public struct ForwarderFailure: Error, Sendable, Equatable {
    /// What went wrong; the raw value is a stable word for programs.
    public enum Kind: String, Sendable, CaseIterable {
        /// The arguments do not fit, or cannot stand where they belong in the request.
        case invalidArguments = "invalid_arguments"
        /// A secret that the service needs is not set here.
        case notConfigured = "not_configured"
        /// No connection, or none that is safe.
        case unreachable = "upstream_unreachable"
        case timeout = "upstream_timeout"
        /// The service answered with an error.
        case upstreamError = "upstream_error"
        /// The service's answer is not what the document says that it is.
        case invalidUpstream = "invalid_upstream"
        /// The service refuses this gateway's credentials.
        case auth = "upstream_auth"
        /// The service asks for fewer requests.
        case upstreamBusy = "upstream_busy"
        /// Nothing is sent for a while, because the service has failed too often.
        case unavailable = "upstream_unavailable"
        /// Too many calls of ours wait already.
        case busy
        /// The request went out and no answer came: what it asks for may have happened.
        case outcomeUnknown = "outcome_unknown"
        case tooLarge = "upstream_too_large"

        /// The status by which REST tells it. What is wrong between this gateway and the service is never a 401.
        public var restStatus: Int {
            switch self {
            case .invalidArguments: 400
            case .notConfigured, .unavailable: 503
            case .timeout: 504
            case .upstreamBusy, .busy: 429
            case .unreachable, .upstreamError, .invalidUpstream, .auth, .outcomeUnknown, .tooLarge: 502
            }
        }

        /// The status by which a direct call, whose method is the tool's name, tells it.
        public var directStatus: Int {
            switch self {
            case .invalidArguments: 400
            case .notConfigured: 500
            default: 502
            }
        }
    }

    public var kind: Kind
    /// The word for programs: the kind's, or one that the document gives to a status.
    public var code: String
    /// A part of a sentence, without a full stop: `the service answered 503`.
    public var message: String
    /// The status that the service answered with.
    public var status: Int?
    /// Seconds after which the service may be asked again.
    public var retryAfterSeconds: Int?

    public init(
        _ kind: Kind, _ message: String, code: String? = nil, status: Int? = nil, retryAfterSeconds: Int? = nil
    ) {
        self.kind = kind
        self.code = code ?? kind.rawValue
        self.message = message
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }
}

extension ForwarderFailure {
    /// Secrets are missing.
    /// - Parameter names: sets of settings, each of which is enough.
    static func notConfigured(_ names: [[String]]) -> ForwarderFailure {
        let ways = names.map { $0.joined(separator: " and ") }
        return ForwarderFailure(
            .notConfigured, "it is not configured here: set " + ways.joined(separator: ", or ") + " for the gateway")
    }
}
