import Core
import HTTP
import LumaClient

/// Renders `/health` from what is known of Luma, which costs no call. Per loop; the healthy answer is kept while the
/// verdict stays the same.
final class HealthAnswer {
    private let account: LumaAccount
    private let started: Timestamp
    private let healthy: Response

    init(account: LumaAccount, mode: String, started: Timestamp) {
        self.account = account
        self.started = started
        let body: JSON = [
            "status": "healthy", "message": "Luma API connection successful", "mode": .string(mode),
            "version": .string(Version.number),
        ]
        healthy = .uncachedJSON(body.encoded)
    }

    /// The prepared 200.
    /// - Throws: the error of the 503.
    func answer() throws(APIError) -> Response {
        let known = account.reachability
        if known.last == .reachable { return healthy }
        var details = JSONObject([(name: "status", value: "unhealthy")])
        var reason = Reason.starting
        if case .failing(let cause) = known.last {
            reason = Self.reason(for: cause)
            details["cause"] = .string(cause)
            details["failures"] = .number(JSONNumber(known.failures))
        }
        if let at = known.lastSuccessAt { details["last_success_at"] = .string(at.rfc3339) }
        details["checked_at"] = .string((known.lastAt ?? started).rfc3339)
        var error = APIError(reason, details: details)
        error.status = 503
        throw error
    }

    /// The account's labels are a bounded set; all that are not named here are ways of not getting through.
    private static func reason(for cause: String) -> Reason {
        switch cause {
        case "authentication_refused": .upstreamAuth
        case "timeout": .upstreamTimeout
        case "upstream_failure", "malformed_answer": .upstreamFailure
        default: .upstreamUnreachable
        }
    }
}
