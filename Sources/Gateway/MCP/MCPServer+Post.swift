import Core
import GatewayAPI
import HTTP
import IO
import MCP

extension MCPServer {
    /// Bounds of one message; its body's length is bounded by the server.
    private static let limits = JSONLimits(maxDepth: 64)
    /// Messages of one batch.
    private static let maxInBatch = 50
    /// How long an answer may take before its client is told by a stream that somebody is at work, in seconds.
    private static let quietSeconds = 15.0

    /// `POST /mcp`: one message, answered with JSON unless something must be streamed.
    func post(_ headers: MCPHeaders, _ request: RequestView, _ context: RequestContext) {
        guard headers.acceptsJSON || headers.acceptsStream else {
            return context.refuse(.mcpPost, APIError.notAcceptable, request)
        }
        if let type = headers.contentType, !JSONMediaType.isOne(type) {
            return context.refuse(.mcpPost, APIError(.unsupportedMediaType), request)
        }
        let payload = JSONRPCPayload(parsing: request.body, limits: Self.limits, maxBatch: Self.maxInBatch)
        if shared.answersDirectCalls, let call = DirectCall(headers, payload, request.body) {
            return serve(call, headers, context)
        }
        let principal = context.principal
        let admission = MCPAdmission(headers, payload, principal) { shared.sessions.session($0, for: principal) }
        switch admission {
        case .refused(let refusal):
            auditRefusal(of: payload, refusal.error, principal, headers.toolset)
            context.finish(.mcpPost, .json(status: refusal.status, refusal.body))
        case .batch(let parts, let caller):
            if let refusal = charge(parts, context) {
                dispatcher.auditRefusal(of: parts, .tooManyRequests, caller)
                return context.refuse(.mcpPost, refusal, request)
            }
            serve(admission, headers, context)
        case .taken: context.finish(.mcpPost, Response(status: 202))
        case .handshake(let id, let params): handshake(id, params, headers, context)
        case .modern(_, let message, let caller), .legacy(let message, let caller):
            // What is known beforehand needs neither a task nor a timer.
            if headers.acceptsJSON, let answer = dispatcher.readyAnswer(to: message, from: caller) {
                return context.finish(.mcpPost, .json(status: 200, answer))
            }
            serve(admission, headers, context)
        }
    }

    /// Tells the auditor of the calls of tools in a payload of which nothing is served.
    func auditRefusal(
        of payload: JSONRPCPayload, _ error: JSONRPCError, _ principal: Principal, _ toolset: Toolset?
    ) {
        dispatcher.auditRefusal(of: payload.parts, error, .outsideOfSessions(principal, toolset))
    }

    /// Counts the requests of a batch beyond the one that it came in.
    /// - Returns: the refusal, when there were too many; nothing of the batch is served then.
    func charge(_ parts: [JSONRPCPayload.Part], _ context: RequestContext) -> APIError? {
        let requests = parts.count { if case .message(.request) = $0 { true } else { false } }
        var context = context
        return gate.charge(&context, requests - 1, isBatch: true)
    }

    /// Serves what takes longer.
    private func serve(_ admission: MCPAdmission, _ headers: MCPHeaders, _ context: RequestContext) {
        let context = context.counting()
        switch admission {
        case .modern(let id, let message, let caller): serveModern(id, message, caller, headers, context)
        case .legacy(let message, let caller):
            serveLegacy([.message(message)], isBatch: false, caller, headers, context)
        case .batch(let parts, let caller): serveLegacy(parts, isBatch: true, caller, headers, context)
        case .refused, .taken, .handshake: break
        }
    }

    private func handshake(
        _ id: JSONRPCID, _ params: JSONObject?, _ headers: MCPHeaders, _ context: RequestContext
    ) {
        let handshake = dispatcher.initialize(id, params, context.principal, toolset: headers.toolset)
        var response = Response.json(status: 200, handshake.answer.encoded)
        if let session = handshake.session, let id = shared.sessions.issue(session) {
            response.fields.append(Field("Mcp-Session-Id", id))
        }
        context.finish(.mcpPost, response)
    }

    // MARK: Modern

    /// Tied to the connection: a client that goes away has cancelled.
    private func serveModern(
        _ id: JSONRPCID, _ message: JSONRPCMessage, _ caller: Caller, _ headers: MCPHeaders, _ context: RequestContext
    ) {
        var caller = caller
        caller.origin = CallOrigin(context)
        let answer = PostAnswer(self, context, headers, quietSeconds: Self.quietSeconds)
        let sink = MessageSink(session: nil, reactor: reactor) { answer.send($0) }
        context.exchange.perform { [dispatcher, caller] in
            switch await dispatcher.serve(message, from: caller, to: sink) {
            case .answer(let message):
                if case .failure(_, let error) = message {
                    answer.finish(message.encoded, status: error.modernHTTPStatus)
                } else {
                    answer.finish(message.encoded)
                }
            case .taken: answer.finish(nil, status: 202)
            case .silent: answer.abandon()
            case .listening(let subscription): self.listen(subscription, answer, headers, context)
            }
        }
    }

    private func listen(
        _ subscription: Subscription, _ answer: PostAnswer, _ headers: MCPHeaders, _ context: RequestContext
    ) {
        guard headers.acceptsStream, let stream = answer.openStream() else {
            answer.refuse(APIError.notAcceptable, message: subscription.id)
            return
        }
        let acknowledgement = subscription.acknowledgement.encoded
        stream.maxWaiting = EventStream.maxNewsBytes + acknowledgement.count
        stream.send(event: "message", acknowledgement)
        keep(
            stream, of: context.principal, headers.toolset,
            feeding: { change in
                if let message = subscription.message(for: change) { stream.send(message) }
            },
            end: {
                stream.send(subscription.ending)
                stream.end()
            })
    }

    // MARK: Legacy

    /// What changes something is not tied to the connection: in the legacy era only `notifications/cancelled` cancels. What only
    /// reads is: an answer goes on the request's own connection, so nobody could hear it any more.
    private func serveLegacy(
        _ parts: [JSONRPCPayload.Part], isBatch: Bool, _ caller: Caller, _ headers: MCPHeaders,
        _ context: RequestContext
    ) {
        let asks = parts.contains { part in
            switch part {
            case .message(.request), .invalid: true
            case .message: false
            }
        }
        let answer = PostAnswer(self, context, headers, quietSeconds: asks ? Self.quietSeconds : nil)
        let sink = MessageSink(session: caller.session, reactor: reactor) { answer.send($0) }
        answer.onStreamEnd = { [weak sink] in sink?.clientIsGone() }
        var caller = caller
        let origin = CallOrigin(context)
        caller.origin = origin
        func finish(_ answers: [JSONRPCMessage], status: Int = 200) {
            guard let first = answers.first else { return answer.finish(nil, status: status == 200 ? 202 : status) }
            answer.finish(isBatch ? JSONRPCPayload.encode(batch: answers) : first.encoded, status: status)
        }
        let run: RunningRequests
        do throws(JSONRPCError) {
            run = try RunningRequests(
                caller.session, parts, on: reactor, within: (shares: shared.calls, caller: origin.caller))
        } catch {
            // It has ended between the look for it and now.
            return finish(
                dispatcher.refuse(parts, with: error, from: caller), status: error == .sessionNotFound ? 404 : 200)
        }
        let task = requests.start { [dispatcher, caller] in
            if isBatch {
                let answers = await run.answers(to: parts, by: dispatcher, from: caller, to: sink)
                // What was cancelled has no answer, as a request by itself has none then.
                if answers.isEmpty, asks { answer.abandon() } else { finish(answers) }
            } else if case .message(let message)? = parts.first {
                switch await dispatcher.serve(message, from: caller, to: sink) {
                case .answer(let message): finish([message])
                case .taken, .listening: finish([])
                case .silent: answer.abandon()
                }
            }
            run.ended()
        }
        if !isBatch { run.began(task) }
        if !dispatcher.mayChange(parts, from: caller) { context.exchange.whenGone { task.cancel() } }
    }
}
