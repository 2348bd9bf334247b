import Core
import GatewayAPI
import Settings

extension APIError {
    private static let realm = "Bearer realm=\"luma-mcp\""

    /// No token where one is needed. Nothing points to an authorization server, as there is none: a client that is told
    /// of one begins a login that leads nowhere.
    static let unauthenticated: APIError = {
        var error = APIError(.unauthenticated)
        error.challenge = realm
        return error
    }()

    static let invalidToken: APIError = {
        var error = APIError(.invalidToken)
        error.challenge = realm + ", error=\"invalid_token\""
        return error
    }()

    static func insufficientScope(_ needed: Principal.Scopes) -> APIError {
        let name = needed.name.rawValue
        var error = APIError(.insufficientScope, details: ["needed_scope": .string(name)])
        error.challenge = realm + ", error=\"insufficient_scope\", scope=\"\(name)\""
        return error
    }

    static let readOnly = APIError(.readOnly)

    /// Wrong tokens, one after the other.
    static func tooManyGuesses(_ limit: RateLimitStatus) -> APIError {
        APIError(.rateLimited, "Too many requests with a token that is not valid", retryAfter: limit.reset)
    }

    /// This gateway's own limit, which has nothing to do with Luma's.
    static func tooManyRequests(_ limit: RateLimitStatus) -> APIError {
        APIError(
            .rateLimited, "Too many requests: this gateway takes \(limit.quota) a minute from each caller",
            details: ["policy": .string(limit.policy.description)], retryAfter: limit.reset)
    }
}
