public import Core

/// Who sends a message, and how the two speak.
public struct Caller: Sendable {
    /// The revision that the message is written in.
    public let revision: Revision
    /// What the client has said that it can do.
    public let capabilities: ClientCapabilities
    /// Whose message it is, and what they may do.
    public let principal: Principal
    /// What the two have agreed on so far; nil in the modern era, and for a legacy request outside of any session.
    public let session: Session?
    /// The sets of tools that were chosen: by a session when it began, else by the request.
    public let toolset: Toolset?
    /// What the transport wants the handlers to know of this message; nothing in this module looks at it.
    public var origin: (any Sendable)?

    /// A caller within a legacy session.
    /// - Parameters:
    ///   - principal: who asks now; nil for the one that has begun it. What it may do is looked at with each request.
    ///   - toolset: what the request chooses, if the session has chosen nothing.
    public init(_ session: Session, as principal: Principal? = nil, toolset: Toolset? = nil) {
        self.toolset = session.toolset ?? toolset
        revision = session.revision
        capabilities = session.capabilities
        self.principal = principal ?? session.principal
        self.session = session
    }

    /// A caller that has no session.
    public init(
        revision: Revision, capabilities: ClientCapabilities, principal: Principal, toolset: Toolset? = nil
    ) {
        self.revision = revision
        self.capabilities = capabilities
        self.principal = principal
        self.toolset = toolset
        session = nil
    }

    /// Somebody of whom no more is known than who it is.
    public static func outsideOfSessions(_ principal: Principal, _ toolset: Toolset?) -> Caller {
        Caller(revision: .unnamed, capabilities: ClientCapabilities(), principal: principal, toolset: toolset)
    }

    /// What is there for this caller now.
    public var visibility: Visibility { Visibility(principal, toolset) }
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
    /// What the client has said that it can do.
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

/// What a client says that it can do for the server.
public struct ClientCapabilities: Sendable, Hashable {
    /// Shows a form to its user.
    public var elicitationForm = false
    /// Sends its user to a web page.
    public var elicitationURL = false
    /// Asks its model.
    public var sampling = false
    /// Names its folders.
    public var roots = false

    /// A client that can do nothing for the server.
    public init() {}

    /// Reads the `capabilities` of a handshake or the `clientCapabilities` of a request. What is not understood is not there.
    public init(_ json: JSON) {
        if let elicitation = json["elicitation"]?.objectValue {
            // An empty object is a form: URLs came later.
            elicitationForm = elicitation["form"]?.objectValue != nil || elicitation["url"] == nil
            elicitationURL = elicitation["url"]?.objectValue != nil
        }
        sampling = json["sampling"]?.objectValue != nil
        roots = json["roots"]?.objectValue != nil
    }

    /// The same as one small number, for a session's id.
    public var bits: UInt8 {
        (elicitationForm ? 1 : 0) | (elicitationURL ? 2 : 0) | (sampling ? 4 : 0) | (roots ? 8 : 0)
    }

    /// Undoes `bits`.
    public init(bits: UInt8) {
        elicitationForm = bits & 1 != 0
        elicitationURL = bits & 2 != 0
        sampling = bits & 4 != 0
        roots = bits & 8 != 0
    }
}

/// A revision of the Model Context Protocol that this server speaks.
///
/// Compared as members of a list, never as dates: what a version string means is what this list says.
public enum Revision: String, Sendable, CaseIterable, Comparable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// How a conversation is held.
    public enum Era: Sendable, Equatable {
        /// A handshake by `initialize`, then a session.
        case legacy
        /// Every request says everything about itself.
        case modern
    }

    /// Which of the two ways this revision holds a conversation.
    public var era: Era { self == .july2026 ? .modern : .legacy }

    /// What a request over HTTP is taken for that names no version and no session.
    public static let unnamed = Revision.march2025

    /// Several messages in one JSON array; before and after 2025-03-26 nothing says that there are any.
    public var allowsBatches: Bool { self == .march2025 }

    public static func < (a: Revision, b: Revision) -> Bool { a.position < b.position }

    private var position: Int {
        switch self {
        case .november2024: 0
        case .march2025: 1
        case .june2025: 2
        case .november2025: 3
        case .july2026: 4
        }
    }
}
