import Core

/// The field names that the server itself or its handlers ask for at every request; all others are `.other`.
public enum FieldName: UInt8, Sendable, Hashable, CaseIterable {
    case other
    // The framing and the connection depend on these.
    case host, contentLength, transferEncoding, connection, expect
    // These are only looked up.
    case accept, acceptEncoding, authorization, cacheControl, contentType, idempotencyKey, ifMatch, ifNoneMatch, origin
    case prefer, secFetchSite, traceparent, userAgent
    case xAPIKey, xRequestID

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
        case .xAPIKey: "x-api-key"
        case .xRequestID: "x-request-id"
        }
    }

    /// Recognises a name in any case: by its length first, so that few candidates are compared.
    init(recognising name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4: self = name.first(of: .host)
        case 6: self = name.first(of: .accept, .expect, .origin, .prefer)
        case 8: self = name.first(of: .ifMatch)
        case 9: self = name.first(of: .xAPIKey)
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

    /// Adds a name.
    public mutating func insert(_ name: FieldName) { bits |= 1 << UInt32(name.rawValue) }

    /// Whether the set has this name.
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

/// The grammar of one field line (RFC 9112 §5), for heads and trailer sections.
enum FieldLine {
    struct Parts {
        var nameLength: Int
        var valueStart: Int
        var valueLength: Int
    }

    /// Splits a line that has lost its CRLF. The line must not be empty.
    @inline(__always)
    static func split(_ line: UnsafeRawBufferPointer) throws(ProtocolError) -> Parts {
        if Octet.isBlank(line[0]) { throw .foldedField }
        var name = 0
        while name < line.count, Octet.isToken(line[name]) { name += 1 }
        guard name > 0, name < line.count, line[name] == Octet.colon else { throw .malformedFieldName }
        var start = name + 1
        while start < line.count, Octet.isBlank(line[start]) { start += 1 }
        guard line.part(start, line.count - start).isFieldContent else { throw .malformedFieldValue }
        var end = line.count
        while end > start, Octet.isBlank(line[end - 1]) { end -= 1 }
        return Parts(nameLength: name, valueStart: start, valueLength: end - start)
    }
}

/// One field line of a head, as offsets from the first byte of its request.
public struct FieldSlot: Sendable {
    var nameStart: UInt32
    var nameLength: UInt32
    var valueStart: UInt32
    var valueLength: UInt32
    var name: FieldName
}

/// Room for the field slots of one head, and what the last one had that the next one will have: lent to a parser, used again for
/// the next request.
///
/// A class with memory of its own, so that a loop needs one for all connections that are between two requests, and a
/// request can be read while its connection's state changes.
public final class FieldTable {
    let slots: UnsafeMutablePointer<FieldSlot>
    let capacity: Int
    /// The last Host that was well-formed and not very long, as it was written: nearly every request of a loop has the same.
    @exclusivity(unchecked) private var lastHost: [UInt8] = []
    @exclusivity(unchecked) private var lastHostLength = 0

    public init(limits: WireLimits) {
        capacity = limits.fields
        slots = .allocate(capacity: capacity)
    }

    deinit { slots.deallocate() }

    /// The length of the host in the value of Host, without the port; nil when that is malformed.
    func lengthOfHost(in value: UnsafeRawBufferPointer) -> Int? {
        if lastHostLength > 0, lastHost.withUnsafeBytes({ $0.isSame(as: value) }) { return lastHostLength }
        guard let parts = Authority.parse(value) else { return nil }
        if value.count < 256 { (lastHost, lastHostLength) = ([UInt8](copying: value), parts.hostLength) }
        return parts.hostLength
    }
}
