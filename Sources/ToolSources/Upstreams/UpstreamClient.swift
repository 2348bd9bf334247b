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

        /// Whether it tells of changes of single resources.
        public var tellsOfResources: Bool { capabilities["resources"]?["subscribe"]?.boolValue ?? false }

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
        /// In the course of a request the server asks the caller's user to fill in a form: the parameters of `elicitation/create`. It
        /// waits for `answer`.
        case asked(Int, question: JSONRPCID, JSONObject)
        /// The server wants no answer any more to what it has asked in the course of this request.
        case withdrawn(Int)
        case changed(UpstreamPages.Kind)
        /// The resource of this URI reads otherwise now.
        case updated(String)
        /// A request for news (`subscriptions/listen`) was heard: they come from now on.
        case acknowledged(Int)
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
        /// What the server asks in the course of it, and has no answer to.
        var question: JSONRPCID?
        /// Of those that it has asked.
        var questions = 0
    }

    enum State: Sendable, Equatable {
        case idle
        case discovering(Int)
        case initializing(Int)
        case ready(Agreement)
    }

    var state = State.idle
    var pending: [Int: Pending] = [:]
    /// Calls that were given up may go on there until then, and ask what is nobody else's to answer.
    var callsLeftUntil = MonotonicTime(nanoseconds: 0)
    private var lastID = 0
    /// Counts handshakes.
    var session = 0
    /// The handshake after which the channel was opened on which the server speaks unasked.
    var listeningSession = 0
    /// Messages that fit nothing: answers to nobody, and what is none.
    public internal(set) var strays = 0
    let era: UpstreamEntry.Era
    /// Cancelling is to end the exchange, and not a message, in the modern era.
    private let hasExchanges: Bool
    let connectSeconds: Double

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

    // MARK: Requests

    /// Makes a request; it waits until the conversation is ready. Its number is for `ended`, and for `giveUp`.
    /// - Parameters:
    ///   - name: what it asks for: the tool, the prompt, the URI.
    ///   - deadline: the end of its exchange, whatever progress it makes.
    ///   - tellsProgress: whether the server is asked to tell how far it is.
    ///   - capabilities: what can be asked for in the course of this request.
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

    mutating func send(_ id: Int) -> [Action] {
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
            if request.isCall { callsLeftUntil = max(callsLeftUntil, request.deadline) }
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

    mutating func next() -> Int {
        lastID += 1
        return lastID
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
