public import Core

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
                "requested": .string(Neutral.echo(requested, most: 64)),
            ])
    }

    /// There is no resource of this URI: a code of its own up to 2025-11-25, a wrong parameter since.
    public static func resourceNotFound(_ uri: String, in revision: Revision) -> JSONRPCError {
        JSONRPCError(
            code: revision.era == .modern ? -32602 : -32002, message: "Resource not found",
            data: ["uri": .string(Neutral.echo(uri, most: 500))])
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
