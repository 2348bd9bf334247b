import Core
import Crypto
import GatewayAPI
import HTTP
import IO
import LumaClient
import MCP
import ToolHost

/// The gateway's side of one loop: takes each request from router to answer and writes its log line.
final class Application: NodeHandler {
    let loopContext: LoopContext
    private let shutDownTransport: () -> Void
    private let router = Endpoint.router()
    // The rows of what stands ready, which is answered before the table is looked into.
    private let (listEvents, getEvent) = (Endpoint.listEvents, Endpoint.getEvent)
    @exclusivity(unchecked) private var identifiers = RequestIdentifiers()
    let mcp: MCPServer
    private let tools: ToolsService
    private let metrics: MetricsHub
    private let forwarders: ForwarderService?
    /// Told of changes of keys, by this number.
    private var keyListener: (keys: KeyAccess, number: Int)?

    /// - Parameters:
    ///   - dispatcher: what speaks MCP; the gateway's own by default.
    ///   - shutDownTransport: called once, when nothing calls Luma any more.
    init(
        _ loopContext: LoopContext, _ shared: Shared, dispatcher: Dispatcher? = nil,
        shutDownTransport: @escaping () -> Void
    ) {
        self.loopContext = loopContext
        metrics = shared.metrics
        forwarders = shared.forwarders
        self.shutDownTransport = shutDownTransport
        mcp = MCPServer(
            dispatcher ?? ToolBox.dispatcher(loopContext, shared), shared.mcp, loopContext.gate,
            reactor: loopContext.reactor)
        tools = ToolsService(mcp)
        guard let keys = shared.access.keys else { return }
        let executor = loopContext.reactor.executor
        let bound = LoopBound({ [weak self] in self?.tokensChanged() }, on: executor)
        keyListener = (keys, keys.listen { _ in executor.execute { bound.value() } })
    }

    func handle(_ request: RequestView, _ exchange: Exchange) {
        var context = RequestContext(
            id: identifiers.identifier(for: request), method: request.method, exchange: exchange,
            recorder: loopContext.recorder)
        let known = request.knownFields
        if known.contains(.traceparent) { context.trace(request) }
        if let refusal = loopContext.gate.refusalOfPlace(request, known, &context) {
            return context.refuse(nil, refusal, request)
        }
        switch request.method {
        case .options: return answerOptions(request, context)
        // Known nowhere here, so not a matter of the path (RFC 9110 §9.1); TRACE would show a caller's secrets.
        case .other, .trace, .connect: return context.finish(nil, APIError.methodNotImplemented)
        default: break
        }
        if mcp.shared.answersDirectCalls, DirectCall.isHealth(request) { return answerHealth(request, context) }
        // What stands ready is found without the router, and given to nobody who may not have it.
        if let ready = loopContext.reads.ready(request) {
            let endpoint = ready.isList ? listEvents : getEvent
            if let refusal = loopContext.gate.refusal(of: endpoint, request, &context) {
                return context.finish(endpoint, refusal)
            }
            return context.finish(endpoint, ready.response)
        }
        switch router.match(method: request.method, path: request.path) {
        case .found(let endpoint, let parameters):
            if let refusal = loopContext.gate.refusal(of: endpoint, request, &context) {
                let isDirect = mcp.shared.answersDirectCalls && endpoint.kind == .mcpPost && refusal.status == 401
                return context.refuse(endpoint, refusal, request, detail: isDirect ? DirectCall.noToken : nil)
            }
            serve(endpoint, parameters, request, context)
        case .methodNotAllowed(let allowed):
            context.refuse(nil, APIError(methodNotAllowed: Self.list(allowed)), request)
        case .notFound: context.finish(nil, APIError.notFound)
        }
    }

    func refusal(_ error: ProtocolError, requestLine: String?) -> Response {
        let id = identifiers.next()
        let apiError = APIError(error)
        let isMCP = requestLine.map { Self.isMCP(line: $0) } ?? false
        var answer = isMCP ? apiError.answer(toMessage: nil, requestID: id) : apiError.response(requestID: id)
        answer.fields.append(Field("X-Request-Id", id))
        loopContext.recorder.refused(id: id, answer, apiError.reason)
        return answer
    }

    private static func isMCP(line: String) -> Bool {
        let parts = line.utf8.split(separator: UInt8(ascii: " "))
        return parts.count > 1 && parts[0].elementsEqual("POST".utf8)
            && Endpoint.isMCP(target: parts[1])
    }

    func couldNotAnswer(_ error: ResponseError) { loopContext.recorder.fault("A response could not be written", error) }

    func handshakeFailed(_ failure: TLSFailure, from peer: String) {
        loopContext.handshakes.note(failure.description, from: peer)
    }

    func interrupt() { loopContext.operations.writes.cancel() }

    /// The tokens were read again, or keys have changed: who has none any more hears nothing more.
    func tokensChanged() {
        mcp.endStreams(unless: loopContext.gate.isCurrent)
        mcp.listNews.look()
    }

    /// Streams that wait for news would wait for as long as they are let.
    func willEnd() { mcp.close() }

    func end(by deadline: MonotonicTime) async {
        if let keyListener { keyListener.keys.unlisten(keyListener.number) }
        await mcp.end()
        await loopContext.operations.writes.end(by: deadline)
        shutDownTransport()
        forwarders?.host.end(on: loopContext.reactor)
        loopContext.recorder.flush()
    }

    /// `OPTIONS` tells the methods of a path, or of the whole server for `*` (RFC 9110 §9.3.7).
    private func answerOptions(_ request: RequestView, _ context: RequestContext) {
        var allowed: [Method]
        if request.path.elementsEqual("*".utf8) {
            allowed = [.get, .head, .post, .put, .patch, .delete, .options]
        } else {
            guard case .methodNotAllowed(let methods) = router.match(method: .other, path: request.path) else {
                return context.finish(nil, APIError.notFound)
            }
            allowed = methods
        }
        var fields = [Field("Allow", Self.list(allowed))]
        if context.admission?.origin != nil, request.field("access-control-request-method") != nil {
            fields += CrossOrigin.preflightFields(allow: Self.list(allowed))
        }
        if allowed.contains(.patch) { fields.append(Field("Accept-Patch", Representation.json.rawValue)) }
        context.finish(nil, Response(status: 204, fields: fields))
    }

    /// `GET /healthz`, for clients of a Luna server.
    private func answerHealth(_ request: RequestView, _ context: RequestContext) {
        var context = context
        let isKnown = loopContext.gate.refusal(of: .listTools, request, &context) == nil
        context.finish(nil, mcp.health(for: isKnown ? context.principal : nil))
    }

    private static func list(_ methods: [Method]) -> String { methods.map(\.token).joined(separator: ", ") }

    private func serve(
        _ endpoint: Endpoint, _ parameters: RouteParameters, _ request: RequestView, _ context: RequestContext
    ) {
        if endpoint.isMCP { return mcp.handle(endpoint, parameters, request, context) }
        do throws(APIError) {
            switch endpoint.kind {
            case .live: context.finish(endpoint, Self.alive)
            case .health: context.finish(endpoint, try loopContext.health.answer())
            case .console, .docs, .asset:
                let path = parameters["file"].map { "/assets/" + $0 } ?? endpoint.pattern
                context.finish(endpoint, try StaticFile.at(path).response(Preconditions(request)))
            case .metrics:
                let (hub, reactor) = (metrics, loopContext.reactor)
                context.exchange.perform { context.finish(endpoint, await MetricsPage.response(hub, on: reactor)) }
            case .listFeeds, .createFeed, .revokeFeed, .feed:
                let input = try self.input(endpoint, parameters, request, context)
                _ = try input.representation()
                let loopContext = self.loopContext
                context.exchange.perform {
                    if endpoint.kind == .feed {
                        await loopContext.answerFeed(input, context)
                    } else {
                        await loopContext.answerFeeds(input, context)
                    }
                }
            case .listKeys, .createKey, .ownKey, .rotateOwnKey, .getKey, .changeKey, .revokeKey, .rotateKey:
                let input = try self.input(endpoint, parameters, request, context)
                _ = try input.representation()
                let loopContext = self.loopContext
                context.exchange.perform { await loopContext.answerKeys(input, context) }
            case .listTools, .callTool:
                let input = try self.input(endpoint, parameters, request, context)
                _ = try input.representation()
                let toolset = try loopContext.gate.rules.toolsets.choice(
                    path: nil, request.fields(named: ToolsetTable.field))
                try tools.serve(input, toolset, context)
            case .status:
                let input = try self.input(endpoint, parameters, request, context)
                _ = try input.representation()
                try input.refuseQuery()
                let status = loopContext.status
                context.exchange.perform { context.finish(endpoint, await status.answer(to: context.principal)) }
            default:
                let input = try self.input(endpoint, parameters, request, context)
                let representation = try input.representation()
                if let answer = try loopContext.localAnswer(input) { return context.finish(endpoint, answer) }
                switch endpoint.kind {
                case .getEvent where representation == .json: try loopContext.serveEvent(input, request, context)
                case .listEvents where representation == .json: try loopContext.serveList(input, request, context)
                case .operation: perform(try input.withOperation(parameters), representation, context)
                default: perform(input, representation, context)
                }
            }
        } catch {
            context.finish(endpoint, error)
        }
    }

    /// Serves what may have to wait, in a task.
    private func perform(_ input: RequestInput, _ representation: Representation, _ context: RequestContext) {
        let loopContext = self.loopContext
        if input.endpoint.isWrite {
            loopContext.operations.writes.start { await loopContext.answer(input, representation, context) }
        } else {
            context.exchange.perform { await loopContext.answer(input, representation, context) }
        }
    }

    private func input(
        _ endpoint: Endpoint, _ parameters: RouteParameters, _ request: RequestView, _ context: RequestContext
    ) throws(APIError) -> RequestInput {
        let parameter = endpoint.parameterNames.last.flatMap { parameters[$0] }
        var input = try RequestInput(endpoint, parameter: parameter, request)
        if endpoint.isWrite { input.principal = context.principal.label }
        return input
    }

    private static let alive = Response.uncachedJSON(Array(#"{"status":"alive"}"#.utf8))
}
