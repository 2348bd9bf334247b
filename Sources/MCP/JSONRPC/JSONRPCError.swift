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

/// The codes that the protocol itself defines. -32020 to -32099 belong to it; -32000 to -32019 are nobody's any more.
extension JSONRPCError {
    /// The routing headers of an HTTP request contradict its body, or are missing (2026-07-28).
    public static func headerMismatch(_ message: String) -> JSONRPCError {
        JSONRPCError(code: -32020, message: "Header mismatch: " + message)
    }

    /// The request cannot be served without something that the client did not say it can do (2026-07-28).
    /// - Parameter required: in the shape of a client's capabilities.
    public static func missingCapability(_ required: JSON) -> JSONRPCError {
        JSONRPCError(
            code: -32021, message: "Missing required client capability", data: ["requiredCapabilities": required])
    }

    /// The version is not spoken here (2026-07-28).
    public static func unsupportedVersion(_ requested: String, supported: [Revision]) -> JSONRPCError {
        JSONRPCError(
            code: -32022, message: "Unsupported protocol version",
            data: [
                "supported": .array(supported.map { .string($0.rawValue) }),
                "requested": .string(Neutral.echo(requested, max: 64)),
            ])
    }

    /// There is no resource of this URI: a code of its own up to 2025-11-25, a wrong parameter since.
    public static func resourceNotFound(_ uri: String, in revision: Revision) -> JSONRPCError {
        JSONRPCError(
            code: revision.era == .modern ? -32602 : -32002, message: "Resource not found",
            data: ["uri": .string(Neutral.echo(uri, max: 500))])
    }

    /// The session of a request is over, or there never was one of this id.
    public static let sessionNotFound = invalidRequest("Session not found: send initialize to begin a new one")

    /// The status that a modern answer over HTTP has with this error.
    public var modernHTTPStatus: Int {
        switch code {
        case -32601: 404
        case -32700, -32600, -32602, -32022 ... -32020: 400
        default: 200
        }
    }
}
