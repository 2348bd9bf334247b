public import Core
public import HTTP

extension APIError {
    /// The one shape of every error: `error`, `code` (the status as text), `reason`, `details` and `request_id`.
    public func body(requestID: String) -> JSON {
        var details = details
        if let seconds = retryAfterSeconds {
            details.members.append(("retry_after_seconds", .number(JSONNumber(seconds))))
        }
        return [
            "error": .string(message),
            "code": .string(String(status)),
            "reason": .string(reason.rawValue),
            "details": .object(details),
            "request_id": .string(requestID),
        ]
    }

    public func response(requestID: String) -> Response {
        var fields = [Field("Content-Type", "application/json")]
        if let seconds = retryAfterSeconds { fields.append(Field("Retry-After", String(seconds))) }
        if let acceptedType { fields.append(Field("Accept", acceptedType)) }
        if let acceptedCoding { fields.append(Field("Accept-Encoding", acceptedCoding)) }
        if let challenge { fields.append(Field("WWW-Authenticate", challenge)) }
        if isReplayed { fields.append(Self.replayedField) }
        if let allow { fields.append(Field("Allow", allow)) }
        return Response(status: status, fields: fields, body: body(requestID: requestID).encoded)
    }

    /// Tells that an answer is that of an earlier attempt.
    package static let replayedField = Field("Idempotency-Replayed", "true")

    /// Whole seconds, rounded up so that nobody comes too early (RFC 9110 §10.2.3); at least 1, at most a day.
    private var retryAfterSeconds: Int? {
        guard let retryAfter, !retryAfter.isNaN else { return nil }
        return Int(min(max(retryAfter.rounded(.up), 1), 86400))
    }
}
