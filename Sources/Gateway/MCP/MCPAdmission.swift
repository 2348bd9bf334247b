import Core
import MCP

/// What a POST to `/mcp` is, before anything in it is served: the ladder of checks of both eras, as a plain value.
enum MCPAdmission {
    /// A request of the modern era that may be served.
    case modern(id: JSONRPCID, JSONRPCMessage, Caller)
    /// `initialize`.
    case handshake(id: JSONRPCID, JSONObject?)
    /// A message of the legacy era.
    case legacy(JSONRPCMessage, Caller)
    case batch([JSONRPCPayload.Part], Caller)
    /// Nothing to answer: 202.
    case taken
    case refused(MCPRefusal)

    /// - Parameter session: the session of an id, for the principal at hand.
    init(
        _ headers: MCPHeaders, _ payload: JSONRPCPayload, _ principal: Principal, session: (String) -> Session?
    ) {
        guard headers.versions.count < 2 else {
            self = .refused(
                MCPRefusal(400, .headerMismatch("MCP-Protocol-Version is given twice and differs"), payload))
            return
        }
        let version = headers.versions.first
        // Looked for only where it matters: most requests say by their header what they are.
        var envelope: String? { payload.params.flatMap { Envelope.version(in: $0) } }
        let spoken = version.flatMap(Revision.init)
        if let spoken, spoken.era == .legacy {
            // Answered in the old shape, such a client drops all tools; told what is wrong, it can fall back.
            if headers.session == nil, let envelope, Revision(rawValue: envelope)?.era != .legacy {
                let words = "MCP-Protocol-Version is \(spoken.rawValue), and the request's _meta says another version"
                self = .refused(MCPRefusal(400, .headerMismatch(words), payload))
            } else {
                self.init(legacy: headers, payload, spoken, principal, session)
            }
        } else if version == nil, envelope == nil {
            self.init(legacy: headers, payload, nil, principal, session)
        } else if spoken != nil, let id = headers.session, envelope == nil, session(id) != nil {
            // A valid session proves the era, whichever of the known versions the header names.
            self.init(legacy: headers, payload, nil, principal, session)
        } else {
            self.init(modern: headers, payload, version, principal)
        }
    }

    // MARK: Modern

    private init(modern headers: MCPHeaders, _ payload: JSONRPCPayload, _ version: String?, _ principal: Principal) {
        guard case .single(let part) = payload else {
            self = .refused(MCPRefusal(400, .invalidRequest("Invalid Request: one message for each request"), payload))
            return
        }
        switch part {
        case .invalid(_, let error, _): self = .refused(MCPRefusal(400, error, payload, isModern: true))
        case .message(.notification): self = .taken
        case .message(.response), .message(.failure):
            let error = JSONRPCError.invalidRequest("Invalid Request: this server asks no questions that end here")
            self = .refused(MCPRefusal(400, error, payload, isModern: true))
        case .message(.request(let id, let method, let params)):
            do throws(JSONRPCError) {
                let (revision, capabilities) = try Self.check(headers, version, method, params)
                let caller = Caller(
                    revision: revision, capabilities: capabilities, principal: principal, toolset: headers.toolset)
                self = .modern(id: id, .request(id: id, method: method, params: params), caller)
            } catch {
                self = .refused(MCPRefusal(error.modernHTTPStatus, error, payload, isModern: true))
            }
        }
    }

    /// The revision of a modern request whose headers say what its body says, and what its client can do.
    private static func check(
        _ headers: MCPHeaders, _ version: String?, _ method: String, _ params: JSONObject?
    ) throws(JSONRPCError) -> (Revision, ClientCapabilities) {
        guard headers.methods.count < 2, headers.names.count < 2 else {
            throw .headerMismatch("Mcp-Method and Mcp-Name may be given once")
        }
        let envelope = try Envelope(params)
        guard let version else { throw .headerMismatch("MCP-Protocol-Version is missing") }
        guard version == envelope.version else {
            throw .headerMismatch("MCP-Protocol-Version is not the version in the request's _meta")
        }
        // Which routing headers there must be is the version's matter, so an unknown version comes first.
        guard let revision = Revision(rawValue: version), revision.era == .modern else {
            throw .unsupportedVersion(version, supported: Revision.allCases)
        }
        guard let named = headers.methods.first else { throw .headerMismatch("Mcp-Method is missing") }
        guard named == method else { throw .headerMismatch("Mcp-Method is not the request's method") }
        let subject: String? =
            switch method {
            case "tools/call", "prompts/get": params?["name"]?.stringValue
            case "resources/read": params?["uri"]?.stringValue
            default: nil
            }
        guard let subject else { return (revision, envelope.capabilities) }
        guard let given = headers.names.first else { throw .headerMismatch("Mcp-Name is missing") }
        guard MCPHeaders.decoded(given) == subject else {
            throw .headerMismatch("Mcp-Name is not what the request names")
        }
        return (revision, envelope.capabilities)
    }

    // MARK: Legacy

    private init(
        legacy headers: MCPHeaders, _ payload: JSONRPCPayload, _ version: Revision?, _ principal: Principal,
        _ session: (String) -> Session?
    ) {
        // A client that starts anew may still carry the id of an old session.
        if case .single(.message(.request(let id, "initialize", let params))) = payload {
            self = .handshake(id: id, params)
            return
        }
        if case .single(.invalid(let id, let error, _)) = payload {
            // A request that is one, with parameters that are not taken, is answered like any other.
            let isRequest = id != nil && error.code == JSONRPCError.invalidParams().code
            self = .refused(MCPRefusal(isRequest ? 200 : 400, error, payload))
            return
        }
        let caller: Caller
        if let id = headers.session {
            guard let known = session(id) else {
                self = .refused(MCPRefusal(404, .sessionNotFound, payload))
                return
            }
            caller = Caller(known, as: principal, toolset: headers.toolset)
        } else {
            caller = Caller(
                revision: version ?? .unnamed, capabilities: ClientCapabilities(), principal: principal,
                toolset: headers.toolset)
            if !Self.needsNoSession(payload) {
                let words = "Mcp-Session-Id is missing: send initialize first, then repeat the id of its answer"
                self = .refused(MCPRefusal(400, .invalidRequest(words), payload))
                return
            }
        }
        switch payload {
        case .batch(let parts):
            guard caller.revision.allowsBatches else {
                let words = "Invalid Request: \(caller.revision.rawValue) has no batches"
                self = .refused(MCPRefusal(400, .invalidRequest(words), payload))
                return
            }
            self = .batch(parts, caller)
        case .single(.message(let message)): self = .legacy(message, caller)
        case .single(.invalid): self = .taken
        }
    }

    /// Some relays lose the session's id on notifications; that must not end the connection. An answer without its
    /// session finds nobody who has asked, and must not look as if it had.
    private static func needsNoSession(_ payload: JSONRPCPayload) -> Bool {
        guard case .single(.message(let message)) = payload else { return false }
        switch message {
        case .request(_, let method, _): return method == "ping"
        case .notification: return true
        case .response, .failure: return false
        }
    }
}

/// A refusal with its status. In the modern era an id that could not be read is left out, before it is null.
struct MCPRefusal {
    let status: Int
    let error: JSONRPCError
    let id: JSONRPCID?
    let isModern: Bool

    init(_ status: Int, _ error: JSONRPCError, _ payload: JSONRPCPayload, isModern: Bool = false) {
        self.status = status
        self.error = error
        self.isModern = isModern
        id = payload.id
    }

    var body: [UInt8] {
        guard id == nil, isModern, var object = JSONRPCMessage.failure(id: nil, error: error).json.objectValue else {
            return JSONRPCMessage.failure(id: id, error: error).encoded
        }
        object["id"] = nil
        return JSON.object(object).encoded
    }
}

extension JSONRPCPayload {
    /// The parameters of a single request or notification.
    fileprivate var params: JSONObject? {
        switch self {
        case .single(.message(.request(_, _, let params))), .single(.message(.notification(_, let params))): params
        default: nil
        }
    }

    /// The id of a single request, or of what should have been one.
    fileprivate var id: JSONRPCID? {
        switch self {
        case .single(.message(.request(let id, _, _))): id
        case .single(.invalid(let id, _, _)): id
        default: nil
        }
    }
}
