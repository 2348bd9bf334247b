/// The field names that the server itself or its handlers ask for at every request; all others are `.other`.
public enum FieldName: UInt8, Sendable, Hashable, CaseIterable {
    case other
    // The framing and the connection depend on these.
    case host, contentLength, transferEncoding, connection, expect
    // These are only looked up.
    case accept, acceptEncoding, authorization, contentType, idempotencyKey, ifNoneMatch, origin, prefer, userAgent
    case xRequestID

    /// The name in lower case; empty for `.other`.
    public var text: StaticString {
        switch self {
        case .other: ""
        case .host: "host"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .connection: "connection"
        case .expect: "expect"
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .authorization: "authorization"
        case .contentType: "content-type"
        case .idempotencyKey: "idempotency-key"
        case .ifNoneMatch: "if-none-match"
        case .origin: "origin"
        case .prefer: "prefer"
        case .userAgent: "user-agent"
        case .xRequestID: "x-request-id"
        }
    }

    /// Recognises a name in any case: by its length first, so that at most three candidates are compared.
    init(recognising name: UnsafeRawBufferPointer) {
        let candidate: (FieldName, FieldName, FieldName) =
            switch name.count {
            case 4: (.host, .other, .other)
            case 6: (.accept, .expect, .origin)
            case 7: (.prefer, .other, .other)
            case 10: (.connection, .userAgent, .other)
            case 12: (.contentType, .xRequestID, .other)
            case 13: (.authorization, .ifNoneMatch, .other)
            case 14: (.contentLength, .other, .other)
            case 15: (.acceptEncoding, .idempotencyKey, .other)
            case 17: (.transferEncoding, .other, .other)
            default: (.other, .other, .other)
            }
        if name.equalsIgnoringCase(candidate.0.text) {
            self = candidate.0
        } else if name.equalsIgnoringCase(candidate.1.text) {
            self = candidate.1
        } else if name.equalsIgnoringCase(candidate.2.text) {
            self = candidate.2
        } else {
            self = .other
        }
    }
}
