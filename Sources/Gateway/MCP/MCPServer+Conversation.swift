import Core
import Crypto
import GatewayAPI
import HTTP
import IO
import LumaClient
import MCP
import Synchronization

/// The transport of 2024-11-05: `GET /sse` opens a stream and names the address to post to; every answer comes on the
/// stream. Today's clients speak any handshake revision over it.
extension MCPServer {
    func openConversation(_ headers: MCPHeaders, _ context: RequestContext) {
        guard headers.acceptsStream else { return context.finish(.sse, APIError.notAcceptable) }
        // The calls that messages of the conversation make are told with its stream, which has their answers.
        let context = context.counting()
        let stream = EventStream(context.exchange, fields: context.streamFields)
        let executor = reactor.executor
        let bound = LoopBound(stream, on: executor)
        let conversation = Conversation(
            principal: context.principal, toolset: headers.toolset, calls: context.admission?.calls
        ) { message in
            executor.execute { bound.value.send(message) }
        }
        guard let id = shared.conversations.add(conversation) else { return context.exchange.abort() }
        log(stream, .sse, context)
        let conversations = shared.conversations
        stream.whenClosed { conversations.end(id) }
        keep(
            stream, of: context.principal, headers.toolset,
            feeding: { change in
                if let message = conversation.session?.message(for: change) { stream.send(message) }
            }, end: { stream.end() })
        stream.send(event: "endpoint", Array("/messages/?session_id=\(id)".utf8))
    }

    /// `POST /messages/?session_id=…`: takes messages; what they are answered with goes on the stream.
    func conversationPost(_ headers: MCPHeaders, _ request: RequestView, _ context: RequestContext) {
        let query = request.query.flatMap { try? QueryString(parsing: $0) }
        guard let id = query?.items.first(where: { $0.name == "session_id" })?.value, !id.isEmpty else {
            return context.refuse(
                .sseMessage, APIError(.badRequest, "session_id is missing: open /sse first"), request)
        }
        guard let conversation = shared.conversations[id], conversation.principal.label == context.principal.label
        else {
            return context.refuse(
                .sseMessage, APIError(.notFound, "There is no such session: open /sse again"), request)
        }
        let payload = JSONRPCPayload(parsing: request.body, limits: JSONLimits(maxDepth: 64), maxBatch: 50)
        if case .single(.invalid(_, let error, _)) = payload {
            auditRefusal(of: payload, error, context.principal, conversation.toolset)
            return context.finish(.sseMessage, .json(status: 400, MCPRefusal(400, error, payload).body))
        }
        if case .batch(let parts) = payload, let refusal = charge(parts, context) {
            auditRefusal(of: payload, .tooManyRequests, context.principal, conversation.toolset)
            return context.refuse(.sseMessage, refusal, request)
        }
        context.finish(
            .sseMessage,
            Response(status: 202, fields: [Field("Content-Type", "text/plain")], body: Array("Accepted".utf8)))
        HandshakeDriver(
            dispatcher, context.principal, CallOrigin(context, calls: conversation.calls), reactor, requests,
            within: shared.calls,
            toolset: conversation.toolset
        ).take(
            payload, session: conversation.session, begin: { conversation.session = $0 },
            send: { conversation.send($0) },
            sendBatch: { answers in for answer in answers { conversation.send(answer) } })
    }
}

/// Serves the messages of a transport that keeps one conversation open: the old HTTP transport, and standard input.
struct HandshakeDriver {
    let dispatcher: Dispatcher
    let principal: Principal
    /// Of what is taken.
    let origin: CallOrigin
    let reactor: Reactor
    let requests: WritesInProgress
    /// Where callers have room for their calls; nil for the only client of a program.
    let shares: CallShares?
    /// What its sessions are bound to.
    let toolset: Toolset?

    init(
        _ dispatcher: Dispatcher, _ principal: Principal, _ origin: CallOrigin, _ reactor: Reactor,
        _ requests: WritesInProgress, within shares: CallShares? = nil, toolset: Toolset? = nil
    ) {
        self.dispatcher = dispatcher
        self.principal = principal
        self.origin = origin
        self.reactor = reactor
        self.requests = requests
        self.shares = shares
        self.toolset = toolset
    }

    /// Takes what arrived, and returns when it is under way.
    /// - Parameters:
    ///   - session: what an earlier handshake has settled.
    ///   - begin: called when `initialize` has settled it.
    ///   - send: puts one message on the way to the client.
    ///   - sendBatch: the same for the answers to a batch.
    ///   - ended: called when everything has been answered.
    func take(
        _ payload: JSONRPCPayload, session: Session?, begin: (Session) -> Void,
        send: @escaping (JSONRPCMessage) -> Void, sendBatch: @escaping ([JSONRPCMessage]) -> Void,
        ended: @escaping () -> Void = {}
    ) {
        switch payload {
        case .single(.invalid(let id, let error, _)):
            refused(payload, error)
            send(.failure(id: id, error: error))
            ended()
        case .single(.message(.request(let id, "initialize", let params))):
            let handshake = dispatcher.initialize(id, params, principal, toolset: toolset)
            if let new = handshake.session {
                // Who starts anew waits for nothing that was before.
                session?.close()
                begin(new)
            }
            send(handshake.answer)
            ended()
        case .single(.message(let message)):
            guard let session else {
                if case .request(let id, let method, _) = message {
                    let error = JSONRPCError.invalidRequest("Send initialize first")
                    refused(payload, error)
                    send(
                        method == "ping"
                            ? .response(id: id, result: [:])
                            : .failure(id: id, error: method == "server/discover" ? .methodNotFound() : error))
                }
                return ended()
            }
            serve([.message(message)], isBatch: false, session, send, sendBatch, ended)
        case .batch(let parts):
            guard let session, session.revision.allowsBatches else {
                let error = JSONRPCError.invalidRequest("Invalid Request: one message at a time")
                refused(payload, error)
                send(.failure(id: nil, error: error))
                return ended()
            }
            serve(parts, isBatch: true, session, send, sendBatch, ended)
        }
    }

    /// Tells the auditor of the calls in it.
    private func refused(_ payload: JSONRPCPayload, _ error: JSONRPCError) {
        dispatcher.auditRefusal(of: payload.parts, error, .outsideOfSessions(principal, toolset))
    }

    private func serve(
        _ parts: [JSONRPCPayload.Part], isBatch: Bool, _ session: Session, _ send: @escaping (JSONRPCMessage) -> Void,
        _ sendBatch: @escaping ([JSONRPCMessage]) -> Void, _ ended: @escaping () -> Void
    ) {
        func answer(_ answers: [JSONRPCMessage]) {
            if isBatch, !answers.isEmpty { sendBatch(answers) } else { answers.forEach(send) }
        }
        let sink = MessageSink(session: session, reactor: reactor) { message in
            send(message)
            return true
        }
        let dispatcher = dispatcher
        var caller = Caller(session, as: principal)
        caller.origin = origin
        let run: RunningRequests
        do throws(JSONRPCError) {
            run = try RunningRequests(
                session, parts, on: reactor, within: shares.map { (shares: $0, caller: origin.caller) })
        } catch {
            answer(dispatcher.refuse(parts, with: error, from: caller))
            return ended()
        }
        let task = requests.start { [caller] in
            if isBatch {
                answer(await run.answers(to: parts, by: dispatcher, from: caller, to: sink))
            } else if case .message(let message)? = parts.first,
                case .answer(let message) = await dispatcher.serve(message, from: caller, to: sink)
            {
                answer([message])
            }
            run.ended()
            ended()
        }
        if !isBatch { run.began(task) }
    }
}

/// One client of the old transport: a stream that stays open, and messages that are posted elsewhere.
final class Conversation: Sendable {
    let principal: Principal
    /// What was chosen when the stream was opened.
    let toolset: Toolset?
    /// What its messages cost towards Luma.
    let calls: CallTotal?
    /// Puts a message on the stream, from any thread.
    private let deliver: @Sendable (JSONRPCMessage) -> Void
    private let current = Mutex<Session?>(nil)

    init(
        principal: Principal, toolset: Toolset? = nil, calls: CallTotal? = nil,
        deliver: @escaping @Sendable (JSONRPCMessage) -> Void
    ) {
        self.principal = principal
        self.toolset = toolset
        self.calls = calls
        self.deliver = deliver
    }

    /// What the handshake has settled; nil before it.
    var session: Session? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    func send(_ message: JSONRPCMessage) { deliver(message) }
}

/// The conversations of all loops by their ids, which live as long as their streams.
final class ConversationTable: Sendable {
    private let conversations = Mutex<[String: Conversation]>([:])

    /// - Returns: the conversation's id; nil when there is no randomness to make it of.
    func add(_ conversation: Conversation) -> String? {
        guard let bytes = try? Random.bytes(24) else { return nil }
        let id = Base64URL.encode(bytes)
        conversations.withLock { $0[id] = conversation }
        return id
    }

    subscript(id: String) -> Conversation? { conversations.withLock { $0[id] } }

    /// Ends a conversation: what it has asked for is cancelled.
    func end(_ id: String) { conversations.withLock { $0.removeValue(forKey: id) }?.session?.close() }
}
