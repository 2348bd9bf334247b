/// The field names that the server itself or its handlers ask for at every request; all others are `.other`.
public enum FieldName: UInt8, Sendable, Hashable, CaseIterable {
    case other
    // The framing and the connection depend on these.
    case host, contentLength, transferEncoding, connection, expect
    // These are only looked up.
    case accept, acceptEncoding, authorization, cacheControl, contentType, idempotencyKey, ifMatch, ifNoneMatch, origin
    case prefer, secFetchSite, traceparent, userAgent
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
        case .cacheControl: "cache-control"
        case .contentType: "content-type"
        case .idempotencyKey: "idempotency-key"
        case .ifMatch: "if-match"
        case .ifNoneMatch: "if-none-match"
        case .origin: "origin"
        case .prefer: "prefer"
        case .secFetchSite: "sec-fetch-site"
        case .traceparent: "traceparent"
        case .userAgent: "user-agent"
        case .xRequestID: "x-request-id"
        }
    }

    /// Recognises a name in any case: by its length first, so that few candidates are compared.
    init(recognising name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4: self = name.first(of: .host)
        case 6: self = name.first(of: .accept, .expect, .origin, .prefer)
        case 8: self = name.first(of: .ifMatch)
        case 10: self = name.first(of: .connection, .userAgent)
        case 11: self = name.first(of: .traceparent)
        case 12: self = name.first(of: .contentType, .xRequestID)
        case 13: self = name.first(of: .authorization, .ifNoneMatch, .cacheControl)
        case 14: self = name.first(of: .contentLength, .secFetchSite)
        case 15: self = name.first(of: .acceptEncoding, .idempotencyKey)
        case 17: self = name.first(of: .transferEncoding)
        default: self = .other
        }
    }
}

/// A set of field names.
public struct FieldNames: Sendable, Equatable {
    private var bits: UInt32 = 0

    public init() {}

    public mutating func insert(_ name: FieldName) { bits |= 1 << UInt32(name.rawValue) }

    public func contains(_ name: FieldName) -> Bool { bits & 1 << UInt32(name.rawValue) != 0 }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    fileprivate func first(
        of first: FieldName, _ second: FieldName = .other, _ third: FieldName = .other, _ fourth: FieldName = .other
    ) -> FieldName {
        if equalsIgnoringCase(first.text) { return first }
        if equalsIgnoringCase(second.text) { return second }
        if equalsIgnoringCase(third.text) { return third }
        return equalsIgnoringCase(fourth.text) ? fourth : .other
    }
}
