import Core
import IO
import MCP

/// MCP over standard input and output: one client, one line for each message. On one loop.
///
/// Each message says which era it is of: one with a version in its `_meta` is modern, any other legacy.
final class StdioConversation {
    /// Requests that may be under way at once.
    private static let maxRunning = 256
    /// Streams of changes that may be open at once.
    private static let maxListening = 64
    /// Who ends the input may read on: what is nearly done is answered within so many seconds. Clients of the official kits
    /// send SIGTERM after two.
    private static let secondsAfterInput = 1.5
    /// A write that has begun is waited for so long.
    private static let secondsForWrites = 300.0
    /// The last answer of a write is on its way for less.
    private static let secondsForAnswer = 0.1

    private let dispatcher: Dispatcher
    private let shared: MCPShared
    private let reactor: Reactor
    private let output: LineOutput
    private let principal: Principal
    /// What its client sees no more than; nil for all tools.
    private let toolset: Toolset?
    /// What is under way; a write is in `writes`, too, and goes on there when its request is cancelled here.
    private let requests: WritesInProgress
    private let writes: WritesInProgress
    private var session: Session?
    /// Knows what is under way in the modern era, where there is no session.
    private let tracker = Session(revision: .july2026, capabilities: ClientCapabilities(), principal: .local)
    private var feed: ChangeFeed.Token?
    private let listNews: ListNews
    private let membership: ToolSourceFeed.Token
    private var subscriptions: [JSONRPCID: Subscription] = [:]
    private var running = 0
    private var idle: (() -> Void)?

    /// - Parameters:
    ///   - principal: whoever has started the program.
    ///   - toolset: what was chosen at the start.
    ///   - writes: where the loop's writes are brought to their end.
    init(
        _ dispatcher: Dispatcher, _ shared: MCPShared, _ principal: Principal, _ toolset: Toolset? = nil,
        reactor: Reactor, output: LineOutput, writes: WritesInProgress
    ) {
        self.dispatcher = dispatcher
        self.shared = shared
        self.reactor = reactor
        self.output = output
        self.principal = principal
        self.toolset = toolset
        requests = WritesInProgress(reactor)
        self.writes = writes
        listNews = ListNews(dispatcher, reactor)
        membership = shared.sources.join(dispatcher, listNews, on: reactor)
        _ = listNews.add({ Visibility(principal, toolset) }, tell: { [weak self] in self?.tell($0) })
        let executor = reactor.executor
        let bound = LoopBound(self, on: executor)
        feed = shared.changes.add { change in executor.execute { bound.value.tell(change) } }
    }

    func take(_ item: LineInput.Item) {
        switch item {
        case .line(let line): take(JSONRPCPayload(parsing: line, limits: JSONLimits(maxDepth: 64), maxBatch: 50))
        case .tooLong: send(.failure(id: nil, error: .parseError("Parse error: the line is too long")))
        case .end:
            session?.abandonAll()
            reactor.schedule(at: reactor.now.advanced(seconds: Self.secondsAfterInput)) { [self] in leave() }
        }
    }

    /// Cancels what only reads, once no write is under way: nobody may be left to hear the answer.
    private func leave() {
        _ = reactor.start { [self] in
            await writes.end(by: reactor.now.advanced(seconds: Self.secondsForWrites))
            reactor.schedule(at: reactor.now.advanced(seconds: Self.secondsForAnswer)) { [self] in
                guard running > 0 else { return }
                StandardError.write("luma-mcp: requests unanswered when the input ended: \(running)")
                requests.cancel()
            }
        }
    }

    /// Ends at a signal: what only reads is cancelled, and a write has until `deadline`.
    func end(by deadline: MonotonicTime) async {
        shared.sources.leave(membership)
        session?.abandonAll()
        requests.cancel()
        await writes.end(by: deadline)
    }

    /// Calls `action` once nothing is under way, at once if nothing is.
    func whenIdle(_ action: @escaping () -> Void) {
        if running == 0 { action() } else { idle = action }
    }

    private func send(_ message: JSONRPCMessage) { output.write(message.encoded) }

    private func tell(_ change: Change) {
        if let message = session?.message(for: change) { send(message) }
        for subscription in subscriptions.values {
            if let message = subscription.message(for: change) { send(message) }
        }
    }

    private func take(_ payload: JSONRPCPayload) {
        // Heard above all when much is under way.
        if case .single(.message(.notification("notifications/cancelled", let params))) = payload,
            let id = params?["requestId"].flatMap(JSONRPCID.init)
        {
            tracker.cancel(id)
            subscriptions[id] = nil
        }
        guard running < Self.maxRunning else {
            if case .single(.message(let message)) = payload, case .request = message {
                return refuse(message, with: .tooManyRequests, .outsideOfSessions(principal, toolset))
            }
            return takeLegacy(payload)
        }
        if case .single(.message(.request(let id, let method, let params))) = payload,
            let version = Envelope.version(in: params)
        {
            takeModern(id, version, .request(id: id, method: method, params: params), params)
        } else {
            takeLegacy(payload)
        }
    }

    private func takeLegacy(_ payload: JSONRPCPayload) {
        running += 1
        HandshakeDriver(dispatcher, principal, .alone, reactor, requests, toolset: toolset).take(
            payload, session: session, begin: { session = $0 }, send: { [self] in send($0) },
            sendBatch: { [self] in output.write(JSONRPCPayload.encode(batch: $0)) }, ended: { [self] in ended() })
    }

    private func takeModern(_ id: JSONRPCID, _ version: String, _ message: JSONRPCMessage, _ params: JSONObject?) {
        var caller: Caller
        do throws(JSONRPCError) {
            let envelope = try Envelope(params)
            guard let revision = Revision(rawValue: version), revision.era == .modern else {
                throw .unsupportedVersion(version, supported: dispatcher.server.revisions)
            }
            caller = Caller(
                revision: revision, capabilities: envelope.capabilities, principal: principal, toolset: toolset)
        } catch {
            return refuse(message, with: error, .outsideOfSessions(principal, toolset))
        }
        caller.origin = CallOrigin.alone
        let run: RunningRequests
        do throws(JSONRPCError) {
            run = try RunningRequests(tracker, [.message(message)], on: reactor)
        } catch {
            return refuse(message, with: error, caller)
        }
        running += 1
        let sink = MessageSink(session: nil, reactor: reactor) { [self] message in
            send(message)
            return true
        }
        let task = requests.start { [self, caller] in
            switch await dispatcher.serve(message, from: caller, to: sink) {
            case .answer(let answer): send(answer)
            case .listening where subscriptions.count >= Self.maxListening:
                send(.failure(id: id, error: .tooManyRequests))
            case .listening(let subscription):
                subscriptions[id] = subscription
                send(subscription.acknowledgement)
            case .taken, .silent: break
            }
            run.ended()
            ended()
        }
        run.began(task)
    }

    private func refuse(_ message: JSONRPCMessage, with error: JSONRPCError, _ caller: Caller) {
        dispatcher.refuse([.message(message)], with: error, from: caller).forEach(send)
    }

    private func ended() {
        running -= 1
        guard running == 0 else { return }
        idle?()
        idle = nil
    }
}
