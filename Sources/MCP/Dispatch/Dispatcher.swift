public import Core

/// Answers MCP messages, whatever brought them: all revisions, all methods, no transport.
///
/// One for each loop, like the handlers in its registry. What a message may be in its revision and whether its envelope
/// fits its headers is settled before; everything else is settled here.
public final class Dispatcher {
    /// What becomes of a message.
    public enum Outcome: Sendable {
        /// This is the answer.
        case answer(JSONRPCMessage)
        /// It was a notification or an answer, and asks for none.
        case taken
        /// It was cancelled, and is not answered.
        case silent
        /// The stream stays open; what it carries is told by the subscription.
        case listening(Subscription)
    }

    /// A handshake's answer, and what it has settled; no session when it failed.
    public struct Handshake: Sendable {
        /// What the client is sent.
        public let answer: JSONRPCMessage
        /// What was agreed on; nil when the handshake failed.
        public let session: Session?
    }

    /// What is offered. Setting it forgets what was rendered of the one before.
    public var registry: Registry {
        didSet {
            rendered = [:]
            pages = [:]
        }
    }
    /// What stands for the arguments of a request that has none, in the audit and in what a round is bound to.
    lazy var digestOfNoArguments = seal.digest(JSON.object([:]).encoded)
    /// Constant results that were asked for.
    var rendered: [Rendered: [UInt8]] = [:]
    /// Pages of the list of tools that were asked for.
    var pages: [Page: [UInt8]] = [:]
    /// What the server says of itself.
    public let server: ServerInfo
    /// Is told of every call of a tool.
    public var auditor: (any ToolAuditor)?
    /// Counts the calls of those who may make only some.
    public var limiter: (any CallLimiter)?
    /// Nobody may write here, whatever the token: for the words of a refusal.
    public var changesNothing = false
    /// Counts who has subscribed to resources; nil where nobody needs to know.
    public var subscribers: ResourceSubscribers?
    let seal: any StateSeal
    let rounds: OpenRounds
    /// Items of one page of a list.
    let pageSize: Int
    /// How long a client may keep a list, in milliseconds.
    static let listLifetime = 60_000
    /// The same of a list that may change while clients are there: who keeps it and does not listen sees the change soon as well.
    static let changingListLifetime = 1000

    /// A dispatcher over what is registered.
    /// - Parameter rounds: the rounds of all calls of this server, of whatever loop.
    public init(
        _ registry: Registry, server: ServerInfo, seal: any StateSeal, rounds: OpenRounds, pageSize: Int = 50
    ) {
        self.registry = registry
        self.server = server
        self.seal = seal
        self.rounds = rounds
        self.pageSize = pageSize
    }

    // MARK: Legacy handshake

    /// Answers `initialize`: with the client's own version where it is one of a handshake, else with the newest.
    /// - Parameter toolset: the sets of tools that its session is bound to.
    public func initialize(
        _ id: JSONRPCID, _ params: JSONObject?, _ principal: Principal, toolset: Toolset? = nil
    ) -> Handshake {
        guard let wanted = params?["protocolVersion"]?.stringValue else {
            let error = JSONRPCError.invalidParams("Invalid params: protocolVersion must be a string")
            return Handshake(answer: .failure(id: id, error: error), session: nil)
        }
        let spoken = server.revisions.filter { $0.era == .legacy }
        guard let revision = Revision(rawValue: wanted).flatMap({ spoken.contains($0) ? $0 : nil }) ?? spoken.last
        else {
            let error = JSONRPCError.unsupportedVersion(wanted, supported: server.revisions)
            return Handshake(answer: .failure(id: id, error: error), session: nil)
        }
        var result: JSONObject = [
            "protocolVersion": .string(revision.rawValue), "capabilities": registry.capabilities.json(in: revision),
            "serverInfo": server.implementation(in: revision, isIntroduction: true),
        ]
        result["instructions"] = instructions(for: Visibility(principal, toolset))
        let session = Session(
            revision: revision, capabilities: ClientCapabilities(params?["capabilities"] ?? [:]), principal: principal,
            toolset: toolset)
        return Handshake(answer: .response(id: id, result: .object(result)), session: session)
    }

    // MARK: Messages

    /// Serves one message. `initialize` of the legacy era has its own way in.
    public func serve(_ message: JSONRPCMessage, from caller: Caller, to sink: any Sink) async -> Outcome {
        if case .request(let id, let method, let params) = message {
            return await serve(id, method, params, caller, sink)
        }
        take(message, from: caller)
        return .taken
    }

    /// Takes a message that asks for no answer.
    func take(_ message: JSONRPCMessage, from caller: Caller) {
        switch message {
        case .notification(let method, let params):
            if method == "notifications/cancelled", let id = params?["requestId"].flatMap(JSONRPCID.init) {
                caller.session?.cancel(id)
            }
        case .response(let id, let result): caller.session?.resolve(id, .success(result))
        case .failure(let id, let error): if let id { caller.session?.resolve(id, .failure(error)) }
        case .request: break
        }
    }

    private func serve(
        _ id: JSONRPCID, _ method: String, _ params: JSONObject?, _ caller: Caller, _ sink: any Sink
    ) async -> Outcome {
        do throws(CallFailure) {
            if caller.revision.era == .modern, method == "subscriptions/listen" {
                return .listening(try listen(id, params, caller.visibility))
            }
            let result = try await result(Request(id: id, method: method, params: params, caller: caller, sink: sink))
            return Task.isCancelled ? .silent : .answer(.response(id: id, result: .object(result)))
        } catch {
            guard !Task.isCancelled, let error = self.error(error, caller) else { return .silent }
            return .answer(.failure(id: id, error: error))
        }
    }

    /// One request with all that serving it needs.
    struct Request {
        let id: JSONRPCID
        let method: String
        let params: JSONObject?
        let caller: Caller
        let sink: any Sink
        /// What is there for the caller.
        let visibility: Visibility
        /// Told of a tool's result before it takes the form of the protocol.
        var heard: ((ToolResult) -> Void)?

        init(id: JSONRPCID, method: String, params: JSONObject?, caller: Caller, sink: any Sink) {
            self.id = id
            self.method = method
            self.params = params
            self.caller = caller
            self.sink = sink
            visibility = caller.visibility
        }

        var isModern: Bool { caller.revision.era == .modern }
    }

    private func result(_ request: Request) async throws(CallFailure) -> JSONObject {
        let offered = registry.capabilities
        let params = request.params
        switch request.method {
        case "tools/list" where offered.tools: return try listTools(request)
        case "tools/call" where offered.tools: return try await callTool(request)
        case "prompts/list" where offered.prompts: return try listPrompts(request)
        case "prompts/get" where offered.prompts: return try await getPrompt(request)
        case "resources/list" where offered.resources: return try listResources(request)
        case "resources/templates/list" where offered.resources: return try listTemplates(request)
        case "resources/read" where offered.resources: return try await readResource(request)
        case "completion/complete" where offered.completions: return try await complete(request)
        default: break
        }
        if request.isModern {
            if request.method == "server/discover" { return discovery(request.visibility) }
        } else {
            switch request.method {
            case "ping": return [:]
            case "logging/setLevel" where offered.logging: return try setLevel(params, request.caller)
            case "resources/subscribe" where offered.subscribe: return try subscribe(params, request.caller)
            case "resources/unsubscribe" where offered.subscribe: return try unsubscribe(params, request.caller)
            default: break
            }
        }
        throw .error(.methodNotFound("Method not found: " + Neutral.echo(request.method)))
    }

    /// The protocol's error for a failure; nil when there is to be no answer.
    private func error(_ failure: CallFailure, _ caller: Caller) -> JSONRPCError? {
        switch failure {
        case .error(let error): error
        case .notFound(let uri): .resourceNotFound(uri, in: caller.revision)
        case .missingCapability(let required):
            caller.revision.era == .modern
                ? .missingCapability(required)
                : .invalidParams("This needs a capability that the client has not declared")
        // What can ask has dealt with it.
        case .inputRequired, .withdrawn: .internalError()
        case .cancelled: nil
        }
    }

    // MARK: What is told of the tools

    private func instructions(for visibility: Visibility) -> JSON? {
        server.instructions(shown(to: visibility)).map { .string($0) }
    }

    /// Which names are those of tools that are there.
    func shown(to visibility: Visibility) -> (String) -> Bool {
        { [self] in registry.tool($0, for: visibility) != nil }
    }

    // MARK: Modern

    private func discovery(_ visibility: Visibility) -> JSONObject {
        var result: JSONObject = [
            "supportedVersions": .array(server.revisions.map { .string($0.rawValue) }),
            "capabilities": registry.capabilities.json(in: .july2026),
        ]
        result["instructions"] = instructions(for: visibility)
        return completed(result, lifetime: Self.listLifetime, isIntroduction: true)
    }

    private func listen(
        _ id: JSONRPCID, _ params: JSONObject?, _ visibility: Visibility
    ) throws(CallFailure) -> Subscription {
        let offered = registry.capabilities
        guard offered.changes else { throw .error(.methodNotFound("Method not found: nothing here changes")) }
        guard let wanted = params?["notifications"]?.objectValue else {
            throw .error(.invalidParams("Invalid params: notifications must be an object"))
        }
        return Subscription(id: id, wanted: wanted, offered: offered, among: subscribers) {
            registry.knows($0, for: visibility)
        }
    }

    /// A result with what every modern result carries; of a list or of something read, also how long it may be kept.
    func completed(_ result: JSONObject, lifetime: Int? = nil, isIntroduction: Bool = false) -> JSONObject {
        var whole = JSONObject([(name: "resultType", value: "complete")] + result.members)
        if let lifetime {
            whole["ttlMs"] = .number(JSONNumber(lifetime))
            // Lists depend on what the token may see.
            whole["cacheScope"] = "private"
        }
        var meta = result["_meta"]?.objectValue ?? [:]
        meta[Envelope.serverInfoKey] = server.implementation(in: .july2026, isIntroduction: isIntroduction)
        whole["_meta"] = .object(meta)
        return whole
    }

    /// The same for the revision of a request: legacy results carry none of it.
    func finished(_ result: JSONObject, _ request: Request, lifetime: Int? = nil) -> JSONObject {
        request.isModern ? completed(result, lifetime: lifetime) : result
    }
}
