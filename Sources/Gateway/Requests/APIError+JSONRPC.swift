import Core
import GatewayAPI
import HTTP
import MCP

extension APIError {
    /// The same status and fields with the body of a JSON-RPC error: of another body the clients of MCP show nothing but that
    /// it was an error.
    /// - Parameter id: the request's, where it could be read.
    func answer(toMessage id: JSONRPCID?, requestID: String) -> Response {
        var response = response(requestID: requestID)
        let body = self.body(requestID: requestID)
        var data = JSONObject()
        data["reason"] = body["reason"]
        data["request_id"] = body["request_id"]
        if let details = body["details"]?.objectValue, !details.isEmpty { data["details"] = .object(details) }
        let code = status < 500 ? JSONRPCError.invalidRequest().code : JSONRPCError.internalError().code
        response.body =
            JSONRPCMessage.failure(id: id, error: JSONRPCError(code: code, message: message, data: .object(data)))
            .encoded
        return response
    }
}

extension JSONRPCID {
    /// Bytes of a body that is looked into for an id before it is known whether it may be looked at at all.
    private static let maxBytes = 64 << 10

    /// The id of the one request in a body; nil for anything else.
    init?(ofRequestIn body: UnsafeRawBufferPointer) {
        guard !body.isEmpty, body.count <= Self.maxBytes,
            case .single(let part) = JSONRPCPayload(parsing: body)
        else { return nil }
        switch part {
        case .message(.request(let id, _, _)), .invalid(let id?, _, _): self = id
        default: return nil
        }
    }
}

extension Endpoint {
    /// Whether this path is one of MCP's, in any spelling that the router takes for it.
    static func isMCP(path: UnsafeRawBufferPointer) -> Bool {
        if case .notFound = pathsOfMCP.match(method: .other, path: path) { false } else { true }
    }

    /// The same of the target in a request line, of which nothing else was read (RFC 9112 §3.2).
    static func isMCP(target: some Sequence<UInt8>) -> Bool {
        var path = target.prefix(while: { $0 != UInt8(ascii: "?") })[...]
        if path.first != UInt8(ascii: "/"), let colon = path.firstIndex(of: UInt8(ascii: ":")) {
            // Behind the scheme and the authority of an absolute form.
            path = path[colon...].dropFirst(3).drop { $0 != UInt8(ascii: "/") }
        }
        return path.withUnsafeBytes { isMCP(path: $0) }
    }

    private static let pathsOfMCP = {
        var router = Router<Endpoint>()
        for endpoint in allCases where endpoint.isMCP {
            router.add(endpoint.method, endpoint.pattern, endpoint)
            if let pattern = endpoint.toolsetPattern { router.add(endpoint.method, pattern, endpoint) }
        }
        return router
    }()
}
