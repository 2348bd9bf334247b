import Core
import GatewayAPI
import HTTP
import IO
import MCP
import Store

/// What all loops share of MCP.
struct MCPShared: Sendable {
    let seal: Seal
    let rounds = OpenRounds()
    let sessions: SessionTable
    let changes = ChangeFeed()
    let sources: ToolSourceFeed
    let conversations = ConversationTable()
    let calls = CallShares()
    /// Calls whose method is the name of a tool are answered on `/mcp`, too.
    let answersDirectCalls: Bool

    /// - Parameters:
    ///   - answersDirectCalls: besides MCP, on the same path.
    ///   - onConflicts: told when names of tools are wanted by several sources, or by others than before.
    init(
        secret: Secret, store: any EndedSessionStore, toolsets: ToolsetTable = ToolsetTable(),
        answersDirectCalls: Bool = false,
        onConflicts: @escaping @Sendable ([Registry.NameConflict]) -> Void = { _ in }
    ) {
        seal = Seal(secret: secret)
        self.answersDirectCalls = answersDirectCalls
        sessions = SessionTable(seal: seal, store: store, toolsets: toolsets)
        sources = ToolSourceFeed(onConflicts: onConflicts)
    }
}

/// MCP over HTTP on one loop: `/mcp` for both eras, `/sse` with `/messages/` for clients of the first revision.
final class MCPServer {
    let dispatcher: Dispatcher
    let shared: MCPShared
    let gate: Gatekeeper
    let reactor: Reactor
    /// Streams that stay open until somebody ends them, by a number of their own, with whose they are.
    private var streams: [Int: (principal: Principal, end: () -> Void)] = [:]
    private var lastStream = 0
    private var isClosing = false
    /// How long a request waits for the store, in seconds.
    private static let storeSeconds = 2.0
    /// Requests of the legacy era, which outlive their connections as writes do.
    let requests: WritesInProgress
    /// Tells the clients of this loop's streams that their lists of tools are others.
    let listNews: ListNews
    private let membership: ToolSourceFeed.Token

    init(_ dispatcher: Dispatcher, _ shared: MCPShared, _ gate: Gatekeeper, reactor: Reactor) {
        self.dispatcher = dispatcher
        self.gate = gate
        self.shared = shared
        self.reactor = reactor
        requests = WritesInProgress(reactor)
        listNews = ListNews(dispatcher, reactor)
        membership = shared.sources.join(dispatcher, listNews, on: reactor)
    }

    /// Serves one request, whose route has been found.
    func handle(
        _ endpoint: Endpoint, _ parameters: RouteParameters, _ request: RequestView, _ context: RequestContext
    ) {
        var headers = MCPHeaders(request)
        do throws(APIError) {
            headers.toolset = try gate.rules.toolsets.choice(
                path: parameters["toolset"], request.fields(named: ToolsetTable.field))
        } catch {
            return context.refuse(endpoint, error, request)
        }
        switch endpoint.kind {
        case .mcpPost, .mcpGet, .mcpDelete:
            guard let id = headers.session, shared.sessions.mustWait(for: id) else { fallthrough }
            waitForStore(endpoint, headers, request, context)
        default: serve(endpoint, headers, request, context)
        }
    }

    private func serve(_ endpoint: Endpoint, _ headers: MCPHeaders, _ request: RequestView, _ context: RequestContext) {
        switch endpoint.kind {
        case .mcpPost: post(headers, request, context)
        case .mcpGet: get(headers, context)
        case .mcpDelete: delete(headers, context)
        case .sse: openConversation(headers, context)
        case .sseMessage: conversationPost(headers, request, context)
        default: context.finish(endpoint, APIError.notFound)
        }
    }

    /// Serves a request with the id of a session that this process has not seen, once it is known what was ended before.
    private func waitForStore(
        _ endpoint: Endpoint, _ headers: MCPHeaders, _ request: RequestView, _ context: RequestContext
    ) {
        // What is borrowed is gone by then; those that ask for a session need the body alone.
        let body = Array(request.body)
        let method = request.method
        let message = method == .post ? JSONRPCID(ofRequestIn: request.body) : nil
        let now = reactor.now
        let deadline = now.advanced(seconds: Self.storeSeconds)
        let firstRead = shared.sessions.firstRead
        requests.start { [self] in
            do throws(WaitError<Never>) {
                try await reactor.wait(for: firstRead, by: deadline, now: now)
            } catch {
                return context.finish(endpoint, Self.sessionsUnknown, message: message)
            }
            body.withUnsafeBytes { bytes in
                let empty = UnsafeRawBufferPointer(start: nil, count: 0)
                serve(endpoint, headers, RequestView(method: method, path: empty, query: nil, body: bytes), context)
            }
        }
    }

    // MARK: Streams

    /// Keeps a stream that ends with the server, or with the token that it was opened with. `end` is called at most once.
    /// - Parameter toolset: what its client sees no more than.
    func keep(
        _ stream: EventStream, of principal: Principal, _ toolset: Toolset?,
        feeding deliver: @escaping (Change) -> Void, end: @escaping () -> Void
    ) {
        let executor = reactor.executor
        let bound = LoopBound(deliver, on: executor)
        let token = shared.changes.add { change in executor.execute { bound.value(change) } }
        let listener = listNews.add(
            { [gate] in Visibility(gate.current(principal), toolset) }, tell: deliver)
        lastStream += 1
        let number = lastStream
        streams[number] = (principal, end)
        stream.whenClosed { [weak self] in
            self?.shared.changes.remove(token)
            self?.listNews.remove(listener)
            self?.streams[number] = nil
        }
        if isClosing { end() }
    }

    /// Ends all streams that wait for news, as the server is about to stop.
    func close() {
        isClosing = true
        let ends = streams.values
        streams = [:]
        for (_, end) in ends { end() }
    }

    /// Ends the streams of those who may not have them any more, or may do something else now.
    func endStreams(unless isCurrent: (Principal) -> Bool) {
        for (number, stream) in streams where !isCurrent(stream.principal) {
            streams[number] = nil
            stream.end()
        }
    }

    /// Cancels what still runs for clients that are gone. Called after the last connection is.
    func end() async {
        shared.sources.leave(membership)
        await requests.end(by: MonotonicTime(nanoseconds: .min))
    }

    // MARK: GET and DELETE

    /// The stream on which a legacy session hears of what nobody asked for at that moment.
    private func get(_ headers: MCPHeaders, _ context: RequestContext) {
        // A client tries this without knowing whether it is offered; 405 is the answer that all of them take well.
        guard headers.versions.allSatisfy({ Revision(rawValue: $0)?.era == .legacy }) else {
            return context.finish(.mcpGet, Self.notAllowed("POST"))
        }
        guard let id = headers.session else { return context.finish(.mcpGet, Self.notAllowed("POST, DELETE")) }
        guard let session = shared.sessions.session(id, for: context.principal) else {
            return context.finish(.mcpGet, Self.sessionNotFound)
        }
        guard headers.acceptsStream else { return context.finish(.mcpGet, APIError.notAcceptable) }
        let stream = EventStream(context.exchange, fields: context.streamFields, maxWaiting: EventStream.maxNewsBytes)
        let executor = reactor.executor
        let bound = LoopBound(stream, on: executor)
        let generation = session.attach { executor.execute { bound.value.end() } }
        log(stream, .mcpGet, context)
        stream.whenClosed { session.detach(generation) }
        keep(
            stream, of: context.principal, session.toolset ?? headers.toolset,
            feeding: { change in
                // One message goes on one stream only: the newest.
                guard session.isAttached(generation), let message = session.message(for: change) else { return }
                stream.send(message)
            }, end: { stream.end() })
    }

    private func delete(_ headers: MCPHeaders, _ context: RequestContext) {
        guard headers.versions.allSatisfy({ Revision(rawValue: $0)?.era == .legacy }) else {
            return context.finish(.mcpDelete, Self.notAllowed("POST"))
        }
        guard let id = headers.session else {
            return context.finish(.mcpDelete, APIError(.badRequest, "Mcp-Session-Id is missing"))
        }
        guard shared.sessions.session(id, for: context.principal) != nil else {
            return context.finish(.mcpDelete, Self.sessionNotFound)
        }
        let deadline = reactor.now.advanced(seconds: Self.storeSeconds)
        let sessions = shared.sessions
        context.exchange.perform { [reactor] in
            do throws(StoreWaitError) {
                try await reactor.ask(by: deadline) { sessions.end(id, then: $0) }
                context.finish(.mcpDelete, Response(status: 204))
            } catch {
                // It is over here, and not yet kept (RFC 9110 §15.3.3): a client that leaves has no use for an error.
                context.finish(.mcpDelete, Response(status: 202))
            }
        }
    }

    static func notAllowed(_ methods: String) -> APIError { APIError(methodNotAllowed: methods) }
    private static let sessionsUnknown = APIError(
        .storeUnavailable, "The state store is unavailable, so the session cannot be checked", retryAfter: 1)
    static let sessionNotFound = APIError(.notFound, "There is no such session: send initialize to begin a new one")

    /// Writes the request's line when its stream has ended.
    func log(_ stream: EventStream, _ endpoint: Endpoint, _ context: RequestContext) {
        stream.whenClosed { [weak stream] in
            context.record(endpoint, bytes: stream?.bytes ?? 0)
        }
    }
}
