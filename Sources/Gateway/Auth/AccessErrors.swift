import Core
import GatewayAPI
import Keys

/// What is answered to who may not have what he asks for.
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
        let details: JSONObject = [
            "needed_scope": .string(name), "needed_permission": .string(needed.scopeWords.joined(separator: " ")),
        ]
        var error = APIError(.insufficientScope, details: details)
        error.challenge = realm + ", error=\"insufficient_scope\", scope=\"\(name)\""
        return error
    }

    static let readOnly = APIError(.readOnly)

    /// A key that opens nothing, whoever shows it.
    static func keyRefused(_ reason: Reason) -> APIError {
        var error = APIError(reason)
        error.challenge = realm + ", error=\"invalid_token\""
        return error
    }

    /// What the two fields say cannot both be meant.
    static let conflictingCredentials = APIError(
        .badRequest, "Authorization and X-API-Key hold different credentials: send one of them")

    /// The store was not heard for so long that a key may have been revoked since.
    static let keysUnavailable = APIError(
        .storeUnavailable, "The state store is unavailable, so API keys cannot be checked", retryAfter: 2)

    /// Wrong tokens, one after the other.
    static func tooManyGuesses(_ limit: RateLimitStatus) -> APIError {
        APIError(.rateLimited, "Too many requests with an invalid token", retryAfter: limit.reset)
    }

    /// A limit of the caller's key.
    static func tooManyRequests(_ limit: KeyCounters.Limit, _ retryAfter: Double?) -> APIError {
        let (message, policy): (String, JSON) =
            switch limit {
            case .rate(let rule):
                ("Too many requests: this key may send \(rule.count) a \(rule.period.rawValue)", "key")
            case .concurrency(let most):
                ("Too many requests at once: this key may have \(most) in progress", "concurrency")
            case .day(let quota): ("Too many requests: this key may send \(quota) a day, counted in UTC", "day")
            }
        return APIError(.rateLimited, message, details: ["policy": policy], retryAfter: retryAfter)
    }

    /// This gateway's own limit, which has nothing to do with Luma's.
    static func tooManyRequests(_ limit: RateLimitStatus) -> APIError {
        APIError(
            .rateLimited, "Too many requests: each caller may send \(limit.quota) a minute",
            details: ["policy": .string(limit.policy.description)], retryAfter: limit.reset)
    }
}
