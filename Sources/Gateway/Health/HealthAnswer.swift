import Core
import HTTP

/// Renders `/health` from the shared verdict. Per loop; the healthy answer is kept until the verdict changes.
final class HealthAnswer {
    private let state: HealthState
    private let mode: String
    private var version = -1
    private var rendered: Response?

    init(state: HealthState, mode: String) {
        self.state = state
        self.mode = mode
    }

    /// The prepared 200, or the error of the 503.
    func answer() throws(APIError) -> Response {
        if state.version == version, let rendered { return rendered }
        let version = state.version
        let verdict = state.current
        if let failure = verdict.failure {
            rendered = nil
            throw Self.error(failure, verdict)
        }
        let body: JSON = [
            "status": "healthy", "message": "Luma API connection successful", "mode": .string(mode),
            "version": .string(Version.number), "since": .string(verdict.since.rfc3339),
        ]
        let response = Response.json(status: 200, fields: [Field("Cache-Control", "no-store")], body.encoded)
        rendered = response
        self.version = version
        return response
    }

    private static func error(_ failure: HealthState.Verdict.Failure, _ verdict: HealthState.Verdict) -> APIError {
        var details = JSONObject([
            (name: "status", value: "unhealthy"), (name: "failure", value: .string(failure.rawValue)),
            (name: "since", value: .string(verdict.since.rfc3339)),
            (name: "checked", value: .string(verdict.checked.rfc3339)),
        ])
        if let cause = verdict.cause { details["cause"] = .string(cause) }
        var error = APIError(failure.reason, details: details)
        error.status = 503
        return error
    }
}

extension HealthState.Verdict.Failure {
    var reason: Reason {
        switch self {
        case .starting: .starting
        case .unreachable: .upstreamUnreachable
        case .timeout: .upstreamTimeout
        case .authentication: .upstreamAuth
        case .failing: .upstreamFailure
        }
    }
}
