import Core
import HTTP
import MCP

extension APIError {
    /// The same status and fields with the body of a JSON-RPC error: of another body the clients of MCP show nothing but that
    /// it was an error.
    /// - Parameter id: the request's, where it could be read.
    func answer(toMessage id: JSONRPCID?, requestID: String) -> Response {
        var response = response(requestID: requestID)
        let told = body(requestID: requestID)
        var data = JSONObject()
        data["reason"] = told["reason"]
        data["request_id"] = told["request_id"]
        if let details = told["details"]?.objectValue, !details.isEmpty { data["details"] = .object(details) }
        let code = status < 500 ? JSONRPCError.invalidRequest().code : JSONRPCError.internalError().code
        response.body =
            JSONRPCMessage.failure(id: id, error: JSONRPCError(code: code, message: message, data: .object(data)))
            .encoded
        return response
    }
}

extension JSONRPCID {
    /// Bytes of a body that is looked into for an id before it is known whether it may be looked at at all.
    private static let mostBytes = 64 << 10

    /// The id of the one request in a body; nil for anything else.
    init?(ofRequestIn body: UnsafeRawBufferPointer) {
        guard !body.isEmpty, body.count <= Self.mostBytes,
            case .single(let part) = JSONRPCPayload(parsing: body)
        else { return nil }
        switch part {
        case .message(.request(let id, _, _)), .invalid(let id?, _): self = id
        default: return nil
        }
    }
}

extension Endpoint {
    /// Whether this path is one of MCP's.
    static func isMCP(path: some Sequence<UInt8>) -> Bool { paths.contains { path.elementsEqual($0) } }

    private static let paths = Set(allCases.filter(\.isMCP).map(\.route.pattern)).map { Array($0.utf8) }
}
