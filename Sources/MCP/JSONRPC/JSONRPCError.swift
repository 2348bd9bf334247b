public import Core

/// The error of a JSON-RPC answer (JSON-RPC 2.0 §5.1): what went wrong with one request.
public struct JSONRPCError: Error, Sendable, Equatable {
    /// -32768 to -32000 belong to the specifications; a program's own are outside.
    public let code: Int
    /// One sentence for a person.
    public let message: String
    /// More about it; nil when there is nothing to say.
    public let data: JSON?

    /// An error of this code.
    public init(code: Int, message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The text is not JSON.
    public static func parseError(_ message: String = "Parse error", data: JSON? = nil) -> JSONRPCError {
        JSONRPCError(code: -32700, message: message, data: data)
    }

    /// The JSON is not a message.
    public static func invalidRequest(_ message: String = "Invalid Request", data: JSON? = nil) -> JSONRPCError {
        JSONRPCError(code: -32600, message: message, data: data)
    }

    /// There is no such method, or it is not offered.
    public static func methodNotFound(_ message: String = "Method not found", data: JSON? = nil) -> JSONRPCError {
        JSONRPCError(code: -32601, message: message, data: data)
    }

    /// The method is there; its parameters are wrong.
    public static func invalidParams(_ message: String = "Invalid params", data: JSON? = nil) -> JSONRPCError {
        JSONRPCError(code: -32602, message: message, data: data)
    }

    /// Says nothing about the inside.
    public static func internalError(_ message: String = "Internal error", data: JSON? = nil) -> JSONRPCError {
        JSONRPCError(code: -32603, message: message, data: data)
    }

    /// So much is under way for this client that nothing more begins.
    public static let tooManyRequests = internalError("Too many requests at once: wait for answers, then try again")

    /// The error as the `error` member of an answer.
    public var json: JSON {
        var object: JSONObject = ["code": .number(JSONNumber(code)), "message": .string(message)]
        object["data"] = data
        return .object(object)
    }

    /// Reads the `error` member of an answer; nil when it has no integer `code` or no `message`.
    init?(_ json: JSON) {
        guard let code = json["code"]?.intValue, let message = json["message"]?.stringValue else { return nil }
        self.init(code: code, message: message, data: json["data"])
    }
}
