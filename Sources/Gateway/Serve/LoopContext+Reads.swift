import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import LumaClient
import Store

// The reads of events in JSON: most of what there is to serve. What is asked for is checked once and looked for once, and
// only what no cached response answers becomes a task.

extension LoopContext {
    /// Serves `GET /events/{event_id}`.
    func serveEvent(_ input: RequestInput, _ request: RequestView, _ context: RequestContext) throws(APIError) {
        let id = try input.loneEventID()
        switch reads.ask(.event(id.text), input.wish, words: Self.words(of: request)) {
        case .answer(let answer): context.finish(.getEvent, try answer.response(input.conditions))
        case .open(let open):
            let (conditions, timeout) = (input.conditions, input.timeout)
            context.exchange.perform { [self] in await answerEvent(id, open, conditions, timeout, context) }
        }
    }

    /// Serves `GET /events/`.
    func serveList(_ input: RequestInput, _ request: RequestView, _ context: RequestContext) throws(APIError) {
        let query = try EventListQuery(input.query)
        switch reads.ask(ReadKey(query), input.wish, words: Self.words(of: request)) {
        case .answer(let answer): context.finish(.listEvents, try answer.response(input.conditions))
        case .open(let open):
            let (conditions, timeout) = (input.conditions, input.timeout)
            context.exchange.perform { [self] in await answerList(query, open, conditions, timeout, context) }
        }
    }

    private static func words(of request: RequestView) -> RequestWords {
        RequestWords(path: request.path, query: request.query)
    }

    /// A function of its own for each keeps its task small.
    private func answerEvent(
        _ id: EventID, _ open: OpenRead, _ conditions: Preconditions, _ timeout: Double?, _ context: RequestContext
    ) async {
        let call = upstreamCall(timeout, .interactive, context)
        do throws(APIError) {
            let answer = try await reads.proceed(open, call) { () throws(APIError) in
                try await operations.events.fetch(id, call)
            }
            context.finish(.getEvent, try answer.response(conditions), calls: call.context)
        } catch {
            let error = await operations.explained(error)
            context.finish(.getEvent, error.described(after: call.context), calls: call.context)
        }
    }

    private func answerList(
        _ query: EventListQuery, _ open: OpenRead, _ conditions: Preconditions, _ timeout: Double?,
        _ context: RequestContext
    ) async {
        let call = upstreamCall(timeout, .interactive, context)
        do throws(APIError) {
            let answer = try await reads.proceed(open, call) { () throws(APIError) in
                try await operations.events.fetch(query, call)
            }
            context.finish(.listEvents, try answer.response(conditions), calls: call.context)
        } catch {
            let error = await operations.explained(error)
            context.finish(.listEvents, error.described(after: call.context), calls: call.context)
        }
    }
}

extension LoopContext {
    /// Streams all pages. Once the head is sent a failure can only be told by a body that is not complete, which every
    /// HTTP client notices: in lines after a last one with the error, in a calendar without its end.
    func streamList(
        _ query: EventListQuery, as representation: Representation, _ input: RequestInput, _ context: RequestContext,
        _ call: UpstreamCall
    ) async throws(APIError) {
        let first = try await operations.events.page(query, limit: EventsService.upstreamPageLimit, query.cursor, call)
        var head = Response(status: 200, fields: [representation.contentType])
        if !input.endpoint.namesItsFormat { head.fields.append(Representation.varies) }
        head = try head.unless(input.conditions)
        if head.status != 200 { return context.finish(input.endpoint, head, calls: call.context) }
        if let disposition = representation.disposition("events") { head.fields.append(disposition) }
        head.fields += [Field("X-Request-Id", context.id)] + context.spendingFields(input.endpoint)
        context.exchange.beginStream(head)
        // For HEAD the first page has shown all that the head depends on.
        if context.method == .head {
            context.exchange.endStream()
            return context.record(input.endpoint, bytes: 0, calls: call.context)
        }
        var bytes = 0
        var reason: Reason?
        do {
            let write: ([UInt8]) async throws -> Void = { part in
                bytes += part.count
                try await context.exchange.write(part)
            }
            try await operations.events.stream(
                query, as: representation, first: first,
                nextCall: { input.timeout == nil ? operations.upstreamCall(call.context) : call }, write: write)
            context.exchange.endStream()
        } catch let error as APIError {
            reason = error.reason
            // A line that is no row would be one to who reads a table.
            if representation == .ndjson {
                try? await context.exchange.write(error.response(requestID: context.id).body + [0x0a])
            }
            context.exchange.breakStream()
        } catch {
            context.exchange.breakStream()
        }
        context.record(input.endpoint, bytes: bytes, calls: call.context, reason: reason)
    }
}

extension LoopContext {
    /// Serves who manages feeds.
    func answerFeeds(_ input: RequestInput, _ context: RequestContext) async {
        do throws(APIError) {
            let response =
                switch input.endpoint.kind {
                case .createFeed: try await feeds.create(input, creator: context.principal.label)
                case .revokeFeed: try await feeds.revoke(input)
                default: try await feeds.list(input)
                }
            context.finish(input.endpoint, response)
        } catch {
            context.finish(input.endpoint, error)
        }
    }

    /// Serves who manages keys.
    func answerKeys(_ input: RequestInput, _ context: RequestContext) async {
        do throws(APIError) {
            context.finish(input.endpoint, try await keys.answer(input, keys.asker(context)))
        } catch {
            context.finish(input.endpoint, error)
        }
    }

    /// Serves a feed to whoever has its address. It is counted for the feed, and an address that is none for where it comes
    /// from; towards Luma it is in nobody's way.
    func answerFeed(_ input: RequestInput, _ context: RequestContext) async {
        var context = context
        var calls: CallContext?
        do throws(APIError) {
            let feed = try await feeds.feed(input.parameter)
            if let feed { context.admitted.principal = Principal(label: "feed " + feed.id, scopes: .read) }
            if let refusal = gate.charge(&context) { throw refusal }
            guard let feed else { throw .notFound }
            let call = upstreamCall(input.timeout, .background, context)
            calls = call.context
            let response = try await feeds.calendar(feed, input, call) {
                input.timeout == nil ? operations.upstreamCall(call.context) : call
            }
            context.finish(.feed, response, calls: calls)
        } catch {
            context.finish(.feed, error.forReadersOfFeeds, calls: calls)
        }
    }
}

extension APIError {
    /// What somebody is told who has nothing but a feed's address: that it failed. What Luma says to the gateway is for those
    /// who run it.
    var forReadersOfFeeds: APIError {
        switch reason {
        case .upstreamRefused, .upstreamAuth, .upstreamPlanRequired, .absent(.event), .eventNotAccessible:
            APIError(.upstreamFailure)
        case .upstreamFailure, .upstreamUnreachable, .upstreamTimeout, .upstreamUnavailable:
            APIError(reason, retryAfter: retryAfter)
        default: self
        }
    }
}
