public import Core
import Synchronization

/// One legacy conversation after its handshake: what was agreed, what is subscribed, what is under way.
///
/// Safe to use from any thread, because the requests of one session may arrive on several loops. What it keeps is
/// bounded, and all of it may be lost with the process: the client then merely subscribes again.
public final class Session: Sendable {
    /// Subscriptions that one session may hold, and the longest URI of one in bytes: ten thousand sessions may be remembered.
    static let maxSubscriptions = 200
    static let longestURI = 500
    /// Requests of one session that may be under way at once.
    static let maxRunning = 200

    /// How far a request of the client is.
    private enum Running {
        /// Its id is taken; how it is cancelled is not known yet.
        case reserved
        case cancellable(@Sendable () -> Void)
        /// A write runs to its end all the same, and its id is taken until then.
        case cancelled
    }
    private struct State {
        var level = LoggingLevel.info
        /// By URI, with what counts it where somebody counts.
        var subscriptions: [String: ResourceSubscribers.Hold?] = [:]
        var running: [JSONRPCID: Running] = [:]
        var waiting: [JSONRPCID: @Sendable (Result<JSON, JSONRPCError>) -> Void] = [:]
        var lastRequest = 0
        var stream = 0
        /// Ends the streams of messages that answer nothing, by their numbers.
        var streams: [Int: @Sendable () -> Void] = [:]
        var isClosed = false
    }

    /// The revision that was agreed on.
    public let revision: Revision
    /// What the client can do.
    public let capabilities: ClientCapabilities
    /// Who has begun it, with what it could do then; whose it is says the label alone.
    public let principal: Principal
    /// The sets of tools that were chosen when it began, for as long as it lasts.
    public let toolset: Toolset?
    private let state = Mutex(State())

    /// A session with what its handshake has settled.
    public init(
        revision: Revision, capabilities: ClientCapabilities, principal: Principal, toolset: Toolset? = nil
    ) {
        self.revision = revision
        self.capabilities = capabilities
        self.principal = principal
        self.toolset = toolset
    }

    /// Log messages below it are not sent.
    public var level: LoggingLevel {
        get { state.withLock { $0.level } }
        set { state.withLock { $0.level = newValue } }
    }

    // MARK: Subscriptions

    /// False when the session has too many, or the URI is too long to be kept.
    /// - Parameter subscribers: where it is counted; nil for nowhere.
    func subscribe(_ uri: String, among subscribers: ResourceSubscribers? = nil) -> Bool {
        guard uri.utf8.count <= Self.longestURI else { return false }
        // Counted outside of the lock, and let go there if it was counted before.
        let hold = subscribers?.hold(uri)
        return state.withLock { state in
            if state.isClosed || state.subscriptions[uri] != nil { return true }
            guard state.subscriptions.count < Self.maxSubscriptions else { return false }
            state.subscriptions.updateValue(hold, forKey: uri)
            return true
        }
    }

    func unsubscribe(_ uri: String) { _ = state.withLock { $0.subscriptions.removeValue(forKey: uri) } }

    /// What this session is to be sent because of a change; nil when it did not ask for it.
    public func message(for change: Change) -> JSONRPCMessage? {
        guard case .resourceUpdated(let uri) = change else { return .notification(method: change.method, params: nil) }
        guard state.withLock({ $0.subscriptions[uri] != nil }) else { return nil }
        return .notification(method: change.method, params: ["uri": .string(uri)])
    }

    // MARK: Streams

    /// Notes that the client has opened one more stream for messages that answer nothing. Only the newest gets them.
    /// - Parameter end: called at most once, on any thread, when the session ends before the stream does.
    public func attach(end: @escaping @Sendable () -> Void) -> Int {
        let (number, isClosed) = state.withLock { state in
            state.stream += 1
            if !state.isClosed { state.streams[state.stream] = end }
            return (state.stream, state.isClosed)
        }
        if isClosed { end() }
        return number
    }

    /// The stream of this number has ended.
    public func detach(_ stream: Int) { _ = state.withLock { $0.streams.removeValue(forKey: stream) } }

    /// Whether the stream of this number is the newest.
    public func isAttached(_ stream: Int) -> Bool { state.withLock { $0.stream == stream } }

    // MARK: Requests of the client

    /// Takes the ids of requests that are about to be served; each must get `ended`.
    /// - Throws: what they are answered with when they cannot begin; nothing is taken then.
    public func reserve(_ ids: [JSONRPCID]) throws(JSONRPCError) {
        try state.withLock { state throws(JSONRPCError) in
            if state.isClosed { throw .sessionNotFound }
            // The answers of two requests with one id could not be told apart.
            guard Set(ids).count == ids.count else {
                throw .invalidRequest("Invalid Request: two requests of the batch have the same id")
            }
            guard ids.allSatisfy({ state.running[$0] == nil }) else {
                throw .invalidRequest("Invalid Request: the id is that of a request that still runs")
            }
            guard state.running.count + ids.count <= Self.maxRunning else { throw .tooManyRequests }
            for id in ids { state.running[id] = .reserved }
        }
    }

    /// Whether a request whose id is taken has neither begun nor been cancelled.
    public func isReserved(_ id: JSONRPCID) -> Bool {
        state.withLock { if case .reserved = $0.running[id] { true } else { false } }
    }

    /// Notes how a request that is being served is cancelled by the client. `cancel` is called at most once, on any thread.
    public func began(_ id: JSONRPCID, cancel: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            // It was cancelled, or the session was closed, since the id was reserved.
            guard case .reserved = state.running[id] else { return true }
            state.running[id] = .cancellable(cancel)
            return false
        }
        if isOver { cancel() }
    }

    /// The request has its answer.
    public func ended(_ id: JSONRPCID) { _ = state.withLock { $0.running.removeValue(forKey: id) } }

    /// Cancels a request that is being served; does nothing for any other.
    public func cancel(_ id: JSONRPCID) {
        let cancel = state.withLock { state -> (@Sendable () -> Void)? in
            guard let running = state.running[id] else { return nil }
            state.running[id] = .cancelled
            if case .cancellable(let cancel) = running { return cancel }
            return nil
        }
        cancel?()
    }

    /// The client is gone for good: cancels what it has asked for, and answers for it what it was asked.
    public func close() {
        let (running, streams, _) = state.withLock { state in
            defer {
                state.running = [:]
                state.subscriptions = [:]
                state.streams = [:]
                state.isClosed = true
            }
            // What counts the subscriptions is let go outside of the lock.
            return (state.running, state.streams, state.subscriptions)
        }
        for case .cancellable(let cancel) in running.values { cancel() }
        abandonAll()
        for end in streams.values { end() }
    }

    /// The client sends nothing any more: what it was asked is answered for it.
    public func abandonAll() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        for resume in waiting.values { resume(.failure(.internalError("The client is gone"))) }
    }

    // MARK: Requests of the server

    /// Makes an id for a request to the client, and notes who waits for its answer. `resume` is called at most once,
    /// on any thread.
    public func expect(_ resume: @escaping @Sendable (Result<JSON, JSONRPCError>) -> Void) -> JSONRPCID {
        state.withLock { state in
            state.lastRequest += 1
            // Its own alphabet: a client must never take our id for one of its own.
            let id = JSONRPCID.string("srv-\(state.lastRequest)")
            state.waiting[id] = resume
            return id
        }
    }

    /// Nobody waits for this answer any more.
    public func abandon(_ id: JSONRPCID) { _ = state.withLock { $0.waiting.removeValue(forKey: id) } }

    func resolve(_ id: JSONRPCID, _ result: Result<JSON, JSONRPCError>) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?(result)
    }
}
