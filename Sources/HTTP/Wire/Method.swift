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
