public import Core

/// Names a request, so that its answer can be told from others; goes back exactly as it came.
public enum JSONRPCID: Sendable, Hashable {
    case string(String)
    /// Kept by its text: `1` and `1.0` are two ids.
    case number(JSONNumber)

    /// Nil for anything but a string or a number of at most 500 bytes. MCP has no null id.
    public init?(_ json: JSON) {
        switch json {
        case .string(let text) where text.utf8.count <= MessageBounds.longestID: self = .string(text)
        case .number(let number) where number.text.utf8.count <= MessageBounds.longestID: self = .number(number)
        default: return nil
        }
    }

    /// A number, as one's own requests have.
    public init(_ value: Int) { self = .number(JSONNumber(value)) }

    /// The id as it stands in a message.
    public var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .number(let number): .number(number)
        }
    }
}

/// One JSON-RPC 2.0 message, as MCP uses it: parameters by name only.
public enum JSONRPCMessage: Sendable, Equatable {
    /// Asks for an answer.
    case request(id: JSONRPCID, method: String, params: JSONObject?)
    /// Asks for none.
    case notification(method: String, params: JSONObject?)
    /// The answer to the request of this id.
    case response(id: JSONRPCID, result: JSON)
    /// The failure of the request of this id; without one when the request could not be read.
    case failure(id: JSONRPCID?, error: JSONRPCError)
}

extension JSONRPCMessage {
    /// The message as JSON, `jsonrpc` first. A failure without an id has `"id": null` (JSON-RPC 2.0 §5).
    public var json: JSON {
        var object: JSONObject = ["jsonrpc": "2.0"]
        switch self {
        case .request(let id, let method, let params):
            object["id"] = id.json
            object["method"] = .string(method)
            object["params"] = params.map(JSON.object)
        case .notification(let method, let params):
            object["method"] = .string(method)
            object["params"] = params.map(JSON.object)
        case .response(let id, let result):
            object["id"] = id.json
            object["result"] = result
        case .failure(let id, let error):
            object["id"] = id?.json ?? .null
            object["error"] = error.json
        }
        return .object(object)
    }

    /// The message as compact JSON text, on one line.
    public var encoded: [UInt8] { json.encoded }
}
