import Core
import MCP

extension UpstreamMessage {
    static let clientInfo: JSON = ["name": "luma-mcp", "version": .string(Version.number)]

    static func request(
        _ id: Int, _ method: String, _ params: JSONObject, name: String?, revision: Revision, isFirst: Bool
    ) -> UpstreamMessage {
        UpstreamMessage(
            kind: .request(id: id, name: name), method: method, revision: revision, isFirst: isFirst,
            octets: JSONRPCMessage.request(id: JSONRPCID(id), method: method, params: params).encoded)
    }

    static func notification(_ method: String, _ params: JSONObject, revision: Revision) -> UpstreamMessage {
        UpstreamMessage(
            kind: .notification, method: method, revision: revision, isFirst: false,
            octets: JSONRPCMessage.notification(method: method, params: params.isEmpty ? nil : params).encoded)
    }

    static func answer(_ answer: JSONRPCMessage, to method: String, revision: Revision) -> UpstreamMessage {
        UpstreamMessage(kind: .answer, method: method, revision: revision, isFirst: false, octets: answer.encoded)
    }

    /// Parameters with what a modern request says of itself.
    /// - Parameter capabilities: what the caller's client can do for the server.
    static func modern(_ params: JSONObject, token: Int?, capabilities: JSONObject = [:]) -> JSONObject {
        var meta = params["_meta"]?.objectValue ?? [:]
        meta["io.modelcontextprotocol/protocolVersion"] = .string(Revision.july2026.rawValue)
        meta["io.modelcontextprotocol/clientCapabilities"] = .object(capabilities)
        meta["io.modelcontextprotocol/clientInfo"] = clientInfo
        meta["progressToken"] = token.map { .number(JSONNumber($0)) }
        var params = params
        params["_meta"] = .object(meta)
        return params
    }

    /// Parameters of a legacy request.
    static func legacy(_ params: JSONObject, token: Int?) -> JSONObject {
        guard let token else { return params }
        var params = params
        var meta = params["_meta"]?.objectValue ?? [:]
        meta["progressToken"] = .number(JSONNumber(token))
        params["_meta"] = .object(meta)
        return params
    }
}
