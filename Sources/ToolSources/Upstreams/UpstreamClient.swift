public import Core
public import MCP

/// The conversation with one upstream, in every revision: the handshake, requests in flight, what it says unasked, and one new
/// handshake for a session that is lost. A value that says what to do; whoever has it does that, in order.
///
/// ```
///  connect ──► discovering ──► ready (2026-07-28)        every request says everything about itself
///                  │ not known there
///                  └─────────► initializing ──► ready    a session; lost ──► initializing again, once for each request
/// ```
///
/// Requests that are made before it is ready wait. All numbers are the client's own; answers to others are passed over.
public struct UpstreamClient: Sendable {
    /// What both have agreed on.
    public struct Agreement: Sendable, Equatable {
        public var revision: Revision
        /// Those of the server, as it wrote them.
        public var capabilities: JSONObject
        public var serverName: String
        public var serverVersion: String
        public var instructions: String

        /// Whether the server has lists of this kind, or says so of their change.
        public func has(_ kind: UpstreamPages.Kind) -> Bool { capabilities[Self.member(kind)]?.objectValue != nil }
        public func announces(_ kind: UpstreamPages.Kind) -> Bool {
            capabilities[Self.member(kind)]?["listChanged"]?.boolValue ?? false
        }

        private static func member(_ kind: UpstreamPages.Kind) -> String {
            kind == .templates ? UpstreamPages.Kind.resources.rawValue : kind.rawValue
        }
    }

    /// Why a request has no result.
    public enum Failure: Error, Sendable, Equatable {
        case fault(UpstreamFault)
        /// The server's own answer.
        case error(JSONRPCError)
    }

    /// What is to be done.
    public enum Action: Sendable {
        /// - deadline: when the exchange ends, however much it has to tell.
        case send(UpstreamMessage, deadline: MonotonicTime)
        /// The exchange of a request ends.
        case cancel(Int)
        /// The channel on which the server speaks unasked is opened.
        case listen
        case connected(Agreement)
        /// The conversation is over; nothing waits any more.
        case disconnected(UpstreamFault)
        /// A request has ended.
        case ended(Int, Result<JSONObject, Failure>)
        /// How far a request is; whoever has made it has more time.
        case progress(Int, JSONObject)
        case changed(UpstreamPages.Kind)
    }

    struct Pending: Sendable {
        let method: String
        let params: JSONObject
        let name: String?
        let deadline: MonotonicTime
        let tellsProgress: Bool
        let capabilities: JSONObject
        var isSent = false
        /// It was refused with a session that is lost, and made again.
        var isRepeated = false
        /// Of the handshake after which it was sent.
        var session = 0
    }

    enum State: Sendable, Equatable {
        case idle
        case discovering(Int)
        case initializing(Int)
        case ready(Agreement)
    }

    private(set) var state = State.idle
    var pending: [Int: Pending] = [:]
    private var lastID = 0
    /// Counts handshakes.
    private var session = 0
    /// Messages that fit nothing: answers to nobody, and what is none.
    public private(set) var strays = 0
    private let era: UpstreamEntry.Era
    /// Cancelling is to end the exchange, and not a message, in the modern era.
    private let hasExchanges: Bool
    private let connectSeconds: Double

    /// A conversation that has not begun.
    /// - Parameter hasExchanges: each request has an exchange of its own, as over HTTP.
    public init(era: UpstreamEntry.Era, connectSeconds: Int, hasExchanges: Bool) {
        self.era = era
        self.connectSeconds = Double(connectSeconds)
        self.hasExchanges = hasExchanges
    }

    /// What both have agreed on; nil while they have not.
    public var agreement: Agreement? { if case .ready(let agreement) = state { agreement } else { nil } }

    public var isIdle: Bool { state == .idle }

    // MARK: The handshake

    /// Begins the conversation; nothing when it has begun.
    public mutating func connect(now: MonotonicTime) -> [Action] {
        guard isIdle else { return [] }
        return era == .legacy ? initialize(now: now) : discover(now: now)
    }

    private mutating func discover(now: MonotonicTime) -> [Action] {
        let id = next()
        state = .discovering(id)
        // A server that knows nothing of it may say nothing: then there is time left for the other way.
        let seconds = era == .auto ? connectSeconds / 2 : connectSeconds
        let message = UpstreamMessage.request(
            id, "server/discover", UpstreamMessage.modern([:], token: nil), name: nil, revision: .july2026,
            isFirst: true)
        return [.send(message, deadline: now.advanced(seconds: seconds))]
    }

    private mutating func initialize(now: MonotonicTime) -> [Action] {
        let id = next()
        state = .initializing(id)
        session += 1
        let params: JSONObject = [
            "protocolVersion": .string(Revision.november2025.rawValue), "capabilities": [:],
            "clientInfo": UpstreamMessage.clientInfo,
        ]
        let message = UpstreamMessage.request(
            id, "initialize", params, name: nil, revision: .november2025, isFirst: true)
        return [.send(message, deadline: now.advanced(seconds: connectSeconds))]
    }

    private mutating func discovered(_ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch result {
        case .success(let result):
            let versions = result["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) ?? []
            if versions.contains(Revision.july2026.rawValue), let capabilities = result["capabilities"]?.objectValue {
                let server = result["_meta"]?["io.modelcontextprotocol/serverInfo"]
                return agreed(on: .july2026, capabilities, server, result["instructions"], now: now)
            }
        case .failure(.fault(let fault)):
            if fault.kind == .unreachable || fault.kind == .auth || fault.kind == .ended { return lose(fault) }
        case .failure(.error): break
        }
        guard era == .auto else {
            return lose(UpstreamFault(.version, mayHaveRun: false, "it does not speak the revision 2026-07-28"))
        }
        return initialize(now: now)
    }

    private mutating func initialized(_ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch result {
        case .success(let result):
            guard let version = result["protocolVersion"]?.stringValue, let revision = Revision(rawValue: version),
                revision.era == .legacy
            else {
                return lose(
                    UpstreamFault(.version, mayHaveRun: false, "it speaks no revision of MCP that is spoken here"))
            }
            return agreed(
                on: revision, result["capabilities"]?.objectValue ?? [:], result["serverInfo"], result["instructions"],
                now: now)
        case .failure(.fault(let fault)): return lose(fault)
        case .failure(.error(let error)):
            return lose(
                UpstreamFault(
                    .refused, mayHaveRun: false, "it answers initialize with the error \(error.code)",
                    errorCode: error.code))
        }
    }

    private mutating func agreed(
        on revision: Revision, _ capabilities: JSONObject, _ server: JSON?, _ instructions: JSON?, now: MonotonicTime
    ) -> [Action] {
        let agreement = Agreement(
            revision: revision, capabilities: capabilities, serverName: server?["name"]?.stringValue ?? "",
            serverVersion: server?["version"]?.stringValue ?? "", instructions: instructions?.stringValue ?? "")
        state = .ready(agreement)
        var actions: [Action] = []
        if revision.era == .legacy {
            let message = UpstreamMessage.notification("notifications/initialized", [:], revision: revision)
            actions.append(.send(message, deadline: now.advanced(seconds: connectSeconds)))
            if UpstreamPages.Kind.allCases.contains(where: agreement.announces) { actions.append(.listen) }
        }
        actions.append(.connected(agreement))
        for id in pending.keys.sorted() where pending[id]?.isSent == false { actions += send(id) }
        return actions
    }

    // MARK: Requests

    /// Makes a request; it waits until the conversation is ready. Its number is for `ended`, and for `giveUp`.
    /// - Parameters:
    ///   - name: what it asks for: the tool, the prompt, the URI.
    ///   - deadline: the end of its exchange, whatever progress it makes.
    ///   - tellsProgress: whether the server is asked to tell how far it is.
    ///   - capabilities: what can be asked for in the course of this request; in the modern era alone.
    public mutating func request(
        _ method: String, _ params: JSONObject, name: String? = nil, deadline: MonotonicTime,
        tellsProgress: Bool = false, capabilities: JSONObject = [:], now: MonotonicTime
    ) -> (id: Int, actions: [Action]) {
        let id = next()
        pending[id] = Pending(
            method: method, params: params, name: name, deadline: deadline, tellsProgress: tellsProgress,
            capabilities: capabilities)
        if isIdle { return (id, connect(now: now)) }
        return (id, agreement == nil ? [] : send(id))
    }

    private mutating func send(_ id: Int) -> [Action] {
        guard let agreement, var request = pending[id] else { return [] }
        (request.isSent, request.session) = (true, session)
        pending[id] = request
        let token = request.tellsProgress ? id : nil
        let params =
            agreement.revision.era == .modern
            ? UpstreamMessage.modern(request.params, token: token, capabilities: request.capabilities)
            : UpstreamMessage.legacy(request.params, token: token)
        let message = UpstreamMessage.request(
            id, request.method, params, name: request.name, revision: agreement.revision, isFirst: false)
        return [.send(message, deadline: request.deadline)]
    }

    /// Nobody waits for a request any more: it took too long, or its caller has gone. A request of the handshake fails.
    public mutating func giveUp(_ id: Int, _ fault: UpstreamFault, now: MonotonicTime) -> [Action] {
        switch state {
        case .discovering(id): return [.cancel(id)] + discovered(.failure(.fault(fault)), now: now)
        case .initializing(id): return [.cancel(id)] + initialized(.failure(.fault(fault)), now: now)
        default: break
        }
        guard let request = pending.removeValue(forKey: id) else { return [] }
        var actions: [Action] = []
        if request.isSent {
            if let agreement, agreement.revision.era == .legacy || !hasExchanges {
                let params: JSONObject = ["requestId": .number(JSONNumber(id)), "reason": .string(fault.kind.rawValue)]
                let message = UpstreamMessage.notification(
                    "notifications/cancelled", params, revision: agreement.revision)
                actions.append(.send(message, deadline: now.advanced(seconds: connectSeconds)))
            }
            actions.append(.cancel(id))
        }
        return actions + [.ended(id, .failure(.fault(fault)))]
    }

    private mutating func next() -> Int {
        lastID += 1
        return lastID
    }

    // MARK: What comes

    /// Takes what a transport has to tell.
    public mutating func take(_ arrival: UpstreamArrival, now: MonotonicTime) -> [Action] {
        switch arrival {
        case .message(let json, let request): return read(json, of: request, now: now)
        case .failed(let id, let fault): return failed(id, fault, now: now)
        case .garbage:
            strays += 1
            return []
        case .listening: return []
        case .closed(let fault): return isIdle ? [] : lose(fault)
        }
    }

    private mutating func read(_ json: JSON, of request: Int?, now: MonotonicTime) -> [Action] {
        // Revisions that know batches may send several messages at once.
        if let items = json.arrayValue {
            return items.prefix(Self.maxInBatch).flatMap { readOne($0, of: request, now: now) }
        }
        return readOne(json, of: request, now: now)
    }

    private static let maxInBatch = 100

    private mutating func readOne(_ json: JSON, of request: Int?, now: MonotonicTime) -> [Action] {
        guard let object = json.objectValue, object["jsonrpc"]?.stringValue == "2.0" else {
            strays += 1
            return []
        }
        if let method = object["method"]?.stringValue {
            let params = object["params"]?.objectValue ?? [:]
            guard let id = object["id"] else { return noted(method, params) }
            return asked(method, id: id, now: now)
        }
        // `nil` alone would be JSON's null here.
        let own = object["id"].flatMap { $0.isNull ? JSON?.none : $0 }
        // An error without an id belongs to the request on whose way it came; any other id than that request's is nobody's.
        guard let id = own.map({ $0.wholeValue }) ?? request, request == nil || request == id else {
            strays += 1
            return []
        }
        if let error = object["error"] {
            let code = error["code"]?.intValue ?? JSONRPCError.internalError().code
            let message = error["message"]?.stringValue ?? ""
            return end(id, .failure(.error(JSONRPCError(code: code, message: message, data: error["data"]))), now: now)
        }
        guard own != nil, let result = object["result"]?.objectValue else {
            strays += 1
            return []
        }
        return end(id, .success(result), now: now)
    }

    private mutating func end(_ id: Int, _ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch state {
        case .discovering(id): return discovered(result, now: now)
        case .initializing(id): return initialized(result, now: now)
        default: break
        }
        guard let request = pending[id], request.isSent else {
            strays += 1
            return []
        }
        pending[id] = nil
        return [.ended(id, result)]
    }

    private mutating func failed(_ id: Int, _ fault: UpstreamFault, now: MonotonicTime) -> [Action] {
        switch state {
        case .discovering(id): return discovered(.failure(.fault(fault)), now: now)
        case .initializing(id): return initialized(.failure(.fault(fault)), now: now)
        default: break
        }
        guard var request = pending[id], request.isSent else { return [] }
        guard fault.kind == .sessionLost, !request.isRepeated else {
            pending[id] = nil
            return [.ended(id, .failure(.fault(fault)))]
        }
        // It was refused for its session alone, so that making it again is not making it twice.
        (request.isSent, request.isRepeated) = (false, true)
        pending[id] = request
        guard agreement != nil else { return [] }
        return request.session == session ? initialize(now: now) : send(id)
    }

    private mutating func noted(_ method: String, _ params: JSONObject) -> [Action] {
        switch method {
        case "notifications/progress":
            guard let id = params["progressToken"]?.wholeValue, pending[id]?.tellsProgress == true else { return [] }
            return [.progress(id, params)]
        case "notifications/tools/list_changed": return [.changed(.tools)]
        case "notifications/prompts/list_changed": return [.changed(.prompts)]
        case "notifications/resources/list_changed": return [.changed(.resources)]
        default: return []
        }
    }

    /// A request of the server's. It was told that nothing can be asked for here, so only a ping has an answer.
    private func asked(_ method: String, id: JSON, now: MonotonicTime) -> [Action] {
        guard let agreement, let id = JSONRPCID(id) else { return [] }
        let answer: JSONRPCMessage =
            method == "ping" ? .response(id: id, result: [:]) : .failure(id: id, error: .methodNotFound())
        let message = UpstreamMessage.answer(answer, to: method, revision: agreement.revision)
        return [.send(message, deadline: now.advanced(seconds: connectSeconds))]
    }

    /// Ends the conversation, and all that waits.
    public mutating func lose(_ fault: UpstreamFault) -> [Action] {
        state = .idle
        let ended = pending.sorted { $0.key < $1.key }
        pending = [:]
        return ended.map { id, request in
            let own = UpstreamFault(
                fault.kind, mayHaveRun: request.isSent && fault.mayHaveRun, fault.text, status: fault.status,
                retryAfterSeconds: fault.retryAfterSeconds, errorCode: fault.errorCode)
            return .ended(id, .failure(.fault(own)))
        } + [.disconnected(fault)]
    }
}
