import Core
import GatewayAPI
import Keys

/// What `/api/keys` refuses with.
extension APIError {
    static let keysOff = APIError(.notFound, "API keys are switched off: set LUMA_API_KEYS=true")
    static let noOwnKey = APIError(.keyNotFound, "The request did not come with an API key")
    static let keyChanged = APIError(
        .preconditionFailed, "Precondition failed: the key changed since you read it")

    static func keyNotFound(_ id: String) -> APIError {
        APIError(.keyNotFound, details: ["key_id": .string(shortened(id))])
    }

    static let revokedForGood: APIError = conflict(.keyRevoked, "This key was revoked: make another one")

    static func notRotated(_ refusal: KeyRotation.Refusal) -> APIError {
        switch refusal {
        case .revoked: revokedForGood
        case .expired:
            conflict(.keyExpired, "This key has expired, and a new secret would be born dead: move expires_at first")
        }
    }

    private static func conflict(_ reason: Reason, _ message: String) -> APIError {
        var error = APIError(reason, message)
        error.status = 409
        return error
    }

    static func grantRefused(_ refusal: GrantRefusal) -> APIError {
        if case .scope(let word) = refusal, let needed = Permissions(word: word) { return insufficientScope(needed) }
        var details: JSONObject = ["member": refusal.member.map { .string($0) } ?? .null]
        if case .permissions(let words) = refusal { details["missing"] = .array(words.map { .string($0) }) }
        return APIError(.grantRefused, details: details)
    }
}
