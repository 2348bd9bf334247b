/// A request method (RFC 9110 §9). Methods that this server has no meaning for are `.other`; the head keeps their text.
public enum Method: UInt8, Sendable, Hashable, CaseIterable {
    case get, head, post, put, patch, delete, options, trace, connect, other

    /// The token as it stands on the wire; empty for `.other`.
    public var token: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: ""
        }
    }

    /// Methods are case-sensitive (RFC 9110 §9.1).
    init(recognising token: UnsafeRawBufferPointer) {
        self =
            switch token.count {
            case 3: token.equals("GET") ? .get : token.equals("PUT") ? .put : .other
            case 4: token.equals("POST") ? .post : token.equals("HEAD") ? .head : .other
            case 5: token.equals("PATCH") ? .patch : token.equals("TRACE") ? .trace : .other
            case 6: token.equals("DELETE") ? .delete : .other
            case 7: token.equals("OPTIONS") ? .options : token.equals("CONNECT") ? .connect : .other
            default: .other
            }
    }
}

/// The four forms of a request target (RFC 9112 §3.2), in the strict grammar of RFC 3986.
enum RequestTarget {
    enum Form { case origin, absolute, asterisk }

    /// Offsets from the start of the target.
    struct Parts {
        var form: Form
        var pathStart = 0
        var pathLength = 0
        /// After the `?`; nil when there is none.
        var queryStart: Int?
        var hostStart = 0
        var hostLength = 0
        var isHTTPS = false
    }

    /// - Throws: `malformedTarget`; `connectUnsupported` for CONNECT with a good authority.
    static func parse(_ target: UnsafeRawBufferPointer, _ method: Method) throws(ProtocolError) -> Parts {
        if method == .connect {
            guard let authority = Authority.parse(target), authority.port != nil else { throw .malformedTarget }
            throw .connectUnsupported
        }
        if target[0] == Octet.slash { return try pathAndQuery(target, from: 0, Parts(form: .origin)) }
        if target.count == 1, target[0] == Octet.asterisk {
            guard method == .options else { throw .malformedTarget }
            return Parts(form: .asterisk, pathLength: 1)
        }
        return try absolute(target, method)
    }

    private static func absolute(
        _ target: UnsafeRawBufferPointer, _ method: Method
    ) throws(ProtocolError) -> Parts {
        guard let colon = target.firstOffset(of: Octet.colon, from: 0) else { throw .malformedTarget }
        let scheme = target.part(0, colon)
        let isHTTPS = scheme.equalsIgnoringCase("https")
        guard isHTTPS || scheme.equalsIgnoringCase("http"), colon + 2 < target.count,
            target[colon + 1] == Octet.slash, target[colon + 2] == Octet.slash
        else { throw .malformedTarget }
        let hostStart = colon + 3
        var end = hostStart
        while end < target.count, target[end] != Octet.slash, target[end] != Octet.question { end += 1 }
        guard let authority = Authority.parse(target.part(hostStart, end - hostStart)) else { throw .malformedTarget }
        var parts = Parts(form: .absolute, hostStart: hostStart, hostLength: authority.hostLength, isHTTPS: isHTTPS)
        if end < target.count, target[end] == Octet.slash { return try pathAndQuery(target, from: end, parts) }
        // An empty path means "/": the slash before the host stands for it.
        parts.pathStart = colon + 2
        parts.pathLength = 1
        if end == target.count { return parts }
        let rest = try pathAndQuery(target, from: end, parts)
        parts.queryStart = rest.queryStart
        return parts
    }

    private static func pathAndQuery(
        _ target: UnsafeRawBufferPointer, from start: Int, _ known: Parts
    ) throws(ProtocolError) -> Parts {
        var parts = known
        parts.pathStart = start
        var offset = start
        while offset < target.count {
            let octet = target[offset]
            if Octet.isPath(octet) {
                offset += 1
            } else if octet == Octet.question {
                if parts.queryStart == nil {
                    parts.pathLength = offset - start
                    parts.queryStart = offset + 1
                }
                offset += 1
            } else if octet == Octet.percent, Authority.isEscape(target, at: offset) {
                offset += 3
            } else {
                throw .malformedTarget
            }
        }
        if parts.queryStart == nil { parts.pathLength = target.count - start }
        return parts
    }
}
