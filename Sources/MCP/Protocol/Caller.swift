public import Core

/// Who sends a message, and how the two speak.
public struct Caller: Sendable {
    public let revision: Revision
    public let capabilities: ClientCapabilities
    public let principal: Principal
    /// What the two have agreed on so far; nil in the modern era, and for a legacy request outside of any session.
    public let session: Session?
    /// What the transport wants the handlers to know of this message; nothing in this module looks at it.
    public var origin: (any Sendable)?

    /// A caller within a legacy session.
    public init(_ session: Session) {
        revision = session.revision
        capabilities = session.capabilities
        principal = session.principal
        self.session = session
    }

    /// A caller that has no session.
    public init(revision: Revision, capabilities: ClientCapabilities, principal: Principal) {
        self.revision = revision
        self.capabilities = capabilities
        self.principal = principal
        session = nil
    }
}

/// What a modern request says about itself in `params._meta`.
public struct Envelope: Sendable {
    private static let prefix = "io.modelcontextprotocol/"
    static let versionKey = prefix + "protocolVersion"
    static let capabilitiesKey = prefix + "clientCapabilities"
    static let serverInfoKey = prefix + "serverInfo"
    static let logLevelKey = prefix + "logLevel"
    static let subscriptionKey = prefix + "subscriptionId"

    /// As the client wrote it; whether it is spoken here is the next question.
    public let version: String
    public let capabilities: ClientCapabilities

    /// Reads the two members that every modern request must have, and looks at those that it may have.
    /// - Throws: -32602 that names the first that is missing or of the wrong kind.
    public init(_ params: JSONObject?) throws(JSONRPCError) {
        guard let meta = params?["_meta"]?.objectValue else {
            throw .invalidParams("Invalid params: _meta must be an object with the protocol version and capabilities")
        }
        guard let version = meta[Self.versionKey]?.stringValue else {
            throw .invalidParams("Invalid params: _meta must have \(Self.versionKey), a string")
        }
        guard let capabilities = meta[Self.capabilitiesKey], capabilities.objectValue != nil else {
            throw .invalidParams("Invalid params: _meta must have \(Self.capabilitiesKey), an object")
        }
        if let level = meta[Self.logLevelKey], level.stringValue.flatMap(LoggingLevel.init) == nil {
            throw .invalidParams("Invalid params: there is no such log level")
        }
        self.version = version
        self.capabilities = ClientCapabilities(capabilities)
    }

    /// The version that a request names in its `_meta`, if any: what tells a modern request where there is no header.
    public static func version(in params: JSONObject?) -> String? {
        params?["_meta"]?[versionKey]?.stringValue
    }
}
