public import Core
public import HTTP

/// An answer that is an error, before it has its request's id. Never holds a secret, a file's path or a stack.
public struct APIError: Error, Sendable, Equatable {
    /// The stable word for programs.
    public var reason: Reason
    /// The status of the response; the reason's own unless Luma gave another.
    public var status: Int
    /// One sentence for people, without a full stop.
    public var message: String
    /// More for programs, by the reason.
    public var details: JSONObject
    /// Seconds after which to try again.
    public var retryAfter: Double?
    /// The value of `Allow`, for 405.
    public var allow: String?
    /// The value of `WWW-Authenticate`, for 401 and for a scope that does not suffice (RFC 6750 §3).
    public var challenge: String?
    /// What is taken instead, for 415: the value of `Accept` (RFC 9110 §12.5.1).
    public var acceptedType: String?
    /// The same for content codings: the value of `Accept-Encoding` (RFC 9110 §12.5.3).
    public var acceptedCoding: String?
    /// It was given before, to the same request.
    public var isReplayed = false

    public init(
        _ reason: Reason, _ message: String? = nil, details: JSONObject = JSONObject(), retryAfter: Double? = nil
    ) {
        self.reason = reason
        status = reason.status
        self.message = message ?? reason.message
        self.details = details
        self.retryAfter = retryAfter
    }

    /// A body that is not JSON (400), or more of it than is taken (413).
    public init(_ error: JSONError) {
        if error.kind == .tooLarge {
            self.init(.payloadTooLarge, details: JSONObject([("limit_bytes", .number(JSONNumber(error.offset)))]))
            return
        }
        var details = JSONObject([
            ("offset", .number(JSONNumber(error.offset))), ("problem", .string(error.kind.words)),
        ])
        if let name = error.name { details.members.append(("name", .string(Self.shortened(name)))) }
        self.init(.malformedJSON, details: details)
    }

    /// A document that is JSON but not acceptable, with one entry per field (422).
    public init(invalid problems: [FieldProblem]) {
        // What is wrong with the whole document is no field's.
        let whole = problems.first { $0.field.isEmpty }.map {
            $0.problem.prefix(1).uppercased() + $0.problem.dropFirst()
        }
        let fields = problems.filter { !$0.field.isEmpty }.map(\.json)
        self.init(.validationFailed, whole, details: JSONObject([("fields", .array(fields))]))
    }

    /// A method that the path does not answer (405, RFC 9110 §15.5.6).
    public init(methodNotAllowed allow: String) {
        self.init(.methodNotAllowed, details: JSONObject([("allow", .string(allow))]))
        self.allow = allow
    }

    /// A text from outside, bounded.
    package static func shortened(_ text: String, to limit: Int = 100) -> String {
        text.unicodeScalars.count <= limit ? text : String(text.unicodeScalars.prefix(limit)) + "…"
    }
}

extension APIError {
    /// The one shape of every error: `error`, `code` (the status as text), `reason`, `details` and `request_id`.
    /// - Parameter instant: for a path under `/api/`, whose errors have `detail` and `timestamp` besides.
    public func body(requestID: String, at instant: Timestamp? = nil) -> JSON {
        var details = details
        if let seconds = retryAfterSeconds {
            details.members.append(("retry_after_seconds", .number(JSONNumber(seconds))))
        }
        var body: JSONObject = [
            "error": .string(message),
            "code": .string(String(status)),
            "reason": .string(reason.rawValue),
            "details": .object(details),
            "request_id": .string(requestID),
        ]
        if let instant {
            body["detail"] = .string(message)
            body["timestamp"] = .string(instant.rfc3339)
        }
        return .object(body)
    }

    /// The error as a response, with the fields that belong to it.
    public func response(requestID: String, at instant: Timestamp? = nil) -> Response {
        var fields = [Field("Content-Type", "application/json")]
        if let seconds = retryAfterSeconds { fields.append(Field("Retry-After", String(seconds))) }
        if let acceptedType { fields.append(Field("Accept", acceptedType)) }
        if let acceptedCoding { fields.append(Field("Accept-Encoding", acceptedCoding)) }
        if let challenge { fields.append(Field("WWW-Authenticate", challenge)) }
        if isReplayed { fields.append(Self.replayedField) }
        if let allow { fields.append(Field("Allow", allow)) }
        return Response(status: status, fields: fields, body: body(requestID: requestID, at: instant).encoded)
    }

    /// Tells that an answer is that of an earlier attempt.
    package static let replayedField = Field("Idempotency-Replayed", "true")

    /// Whole seconds, rounded up so that nobody comes too early (RFC 9110 §10.2.3); at least 1, at most a day.
    private var retryAfterSeconds: Int? {
        guard let retryAfter, !retryAfter.isNaN else { return nil }
        return Int(min(max(retryAfter.rounded(.up), 1), 86400))
    }
}
