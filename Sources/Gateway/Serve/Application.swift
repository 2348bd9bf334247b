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
    let worker: LoopContext
    private let shutDownTransport: () -> Void
    private let router = Endpoint.router()
    @exclusivity(unchecked) private var identifiers = RequestIdentifiers()
    let mcp: MCPServer
    private let tools: ToolsService
    private let metrics: MetricsHub
    private let forwarders: ForwarderService?

    /// - Parameters:
    ///   - dispatcher: what speaks MCP; the gateway's own by default.
    ///   - shutDownTransport: called once, when nothing calls Luma any more.
    init(
        _ worker: LoopContext, _ shared: Shared, dispatcher: Dispatcher? = nil, shutDownTransport: @escaping () -> Void
    ) {
        self.worker = worker
        metrics = shared.metrics
        forwarders = shared.forwarders
        self.shutDownTransport = shutDownTransport
        mcp = MCPServer(
            dispatcher ?? ToolBox.dispatcher(worker, shared), shared.mcp, worker.gate, reactor: worker.reactor)
        tools = ToolsService(mcp)
    }

    func handle(_ request: RequestView, _ exchange: Exchange) {
        var turn = RequestContext(
            id: identifiers.identifier(for: request), method: request.method, exchange: exchange,
            recorder: worker.recorder)
        let known = request.knownFields
        if known.contains(.traceparent) { turn.trace(request) }
        if let refusal = worker.gate.refusalOfPlace(request, known, &turn) { return turn.refuse(nil, refusal, request) }
        switch request.method {
        case .options: return answerOptions(request, turn)
        // Known nowhere here, so not a matter of the path (RFC 9110 §9.1); TRACE would show a caller's secrets.
        case .other, .trace, .connect: return turn.finish(nil, APIError.methodNotImplemented)
        default: break
        }
        if mcp.shared.answersDirectCalls, DirectCall.isHealth(request) { return answerHealth(request, turn) }
        // What stands ready is found without the router, and given to nobody who may not have it.
        if let ready = worker.reads.ready(request) {
            let endpoint = ready.isList ? Endpoint.listEvents : .getEvent
            if let refusal = worker.gate.refusal(of: endpoint, request, &turn) { return turn.finish(endpoint, refusal) }
            return turn.finish(endpoint, ready.response)
        }
        switch router.match(method: request.method, path: request.path) {
        case .found(let endpoint, let parameters):
            if let refusal = worker.gate.refusal(of: endpoint, request, &turn) {
                let isDirect = mcp.shared.answersDirectCalls && endpoint.kind == .mcpPost && refusal.status == 401
                return turn.refuse(endpoint, refusal, request, detail: isDirect ? DirectCall.noToken : nil)
            }
            serve(endpoint, parameters, request, turn)
        case .methodNotAllowed(let allowed):
            turn.refuse(nil, APIError(methodNotAllowed: Self.list(allowed)), request)
        case .notFound: turn.finish(nil, APIError.notFound)
        }
    }

    func refusal(_ error: ProtocolError, requestLine: String?) -> Response {
        let id = identifiers.next()
        let apiError = APIError(error)
        let isMCP = requestLine.map { Self.isMCP(line: $0) } ?? false
        var answer = isMCP ? apiError.answer(toMessage: nil, requestID: id) : apiError.response(requestID: id)
        answer.fields.append(Field("X-Request-Id", id))
        worker.recorder.refused(id: id, answer, apiError.reason)
        return answer
    }

    private static func isMCP(line: String) -> Bool {
        let parts = line.utf8.split(separator: UInt8(ascii: " "))
        return parts.count > 1 && parts[0].elementsEqual("POST".utf8)
            && Endpoint.isMCP(target: parts[1])
    }

    func couldNotAnswer(_ error: ResponseError) { worker.recorder.fault("A response could not be written", error) }

    func handshakeFailed(_ failure: TLSFailure, from peer: String) {
        worker.handshakes.note(failure.description, from: peer)
    }

    func interrupt() { worker.operations.writes.cancel() }

    /// The tokens were read again: who has none any more hears nothing more.
    func tokensChanged() {
        mcp.endStreams(unless: worker.gate.isCurrent)
        mcp.toolNews.look()
    }

    /// Streams that wait for news would wait for as long as they are let.
    func willEnd() { mcp.close() }

    func end(by deadline: MonotonicTime) async {
        await mcp.end()
        await worker.operations.writes.end(by: deadline)
        shutDownTransport()
        forwarders?.host.end(on: worker.reactor)
        worker.recorder.flush()
    }

    /// `OPTIONS` tells the methods of a path, or of the whole server for `*` (RFC 9110 §9.3.7).
    private func answerOptions(_ request: RequestView, _ turn: RequestContext) {
        var allowed: [Method]
        if request.path.elementsEqual("*".utf8) {
            allowed = [.get, .head, .post, .put, .patch, .delete, .options]
        } else {
            guard case .methodNotAllowed(let methods) = router.match(method: .other, path: request.path) else {
                return turn.finish(nil, APIError.notFound)
            }
            allowed = methods
        }
        var fields = [Field("Allow", Self.list(allowed))]
        if turn.admission?.origin != nil, request.field("access-control-request-method") != nil {
            fields += CrossOrigin.preflightFields(allow: Self.list(allowed))
        }
        if allowed.contains(.patch) { fields.append(Field("Accept-Patch", Representation.json.rawValue)) }
        turn.finish(nil, Response(status: 204, fields: fields))
    }

    /// `GET /healthz`, for clients of a Luna server.
    private func answerHealth(_ request: RequestView, _ turn: RequestContext) {
        var turn = turn
        let isKnown = worker.gate.refusal(of: .listTools, request, &turn) == nil
        turn.finish(nil, mcp.health(for: isKnown ? turn.principal : nil))
    }

    private static func list(_ methods: [Method]) -> String { methods.map(\.token).joined(separator: ", ") }

    private func serve(
        _ endpoint: Endpoint, _ parameters: RouteParameters, _ request: RequestView, _ turn: RequestContext
    ) {
        if endpoint.isMCP { return mcp.handle(endpoint, parameters, request, turn) }
        do throws(APIError) {
            switch endpoint.kind {
            case .live: turn.finish(endpoint, Self.alive)
            case .health: turn.finish(endpoint, try worker.health.answer())
            case .console, .docs, .asset:
                let path = parameters["file"].map { "/assets/" + $0 } ?? endpoint.pattern
                turn.finish(endpoint, try StaticFile.at(path).response(Preconditions(request)))
            case .metrics:
                let (hub, reactor) = (metrics, worker.reactor)
                turn.exchange.perform { turn.finish(endpoint, await MetricsPage.response(hub, on: reactor)) }
            case .listFeeds, .createFeed, .revokeFeed, .feed:
                let input = try self.input(endpoint, parameters, request, turn)
                _ = try input.representation()
                let worker = self.worker
                turn.exchange.perform {
                    if endpoint.kind == .feed {
                        await worker.answerFeed(input, turn)
                    } else {
                        await worker.answerFeeds(input, turn)
                    }
                }
            case .listTools, .callTool:
                let input = try self.input(endpoint, parameters, request, turn)
                _ = try input.representation()
                let toolset = try worker.gate.rules.toolsets.choice(
                    path: nil, request.fields(named: ToolsetTable.field))
                try tools.serve(input, toolset, turn)
            case .status:
                let input = try self.input(endpoint, parameters, request, turn)
                _ = try input.representation()
                try input.refuseQuery()
                let status = worker.status
                turn.exchange.perform { turn.finish(endpoint, await status.answer(to: turn.principal)) }
            default:
                let input = try self.input(endpoint, parameters, request, turn)
                let representation = try input.representation()
                if let answer = try worker.localAnswer(input) { return turn.finish(endpoint, answer) }
                switch endpoint.kind {
                case .getEvent where representation == .json: try worker.serveEvent(input, request, turn)
                case .listEvents where representation == .json: try worker.serveList(input, request, turn)
                case .operation: perform(try input.withOperation(parameters), representation, turn)
                default: perform(input, representation, turn)
                }
            }
        } catch {
            turn.finish(endpoint, error)
        }
    }

    /// Serves what may have to wait, in a task.
    private func perform(_ input: RequestInput, _ representation: Representation, _ turn: RequestContext) {
        let worker = self.worker
        if input.endpoint.isWrite {
            worker.operations.writes.start { await worker.answer(input, representation, turn) }
        } else {
            turn.exchange.perform { await worker.answer(input, representation, turn) }
        }
    }

    private func input(
        _ endpoint: Endpoint, _ parameters: RouteParameters, _ request: RequestView, _ turn: RequestContext
    ) throws(APIError) -> RequestInput {
        let parameter = endpoint.parameterNames.last.flatMap { parameters[$0] }
        var input = try RequestInput(endpoint, parameter: parameter, request)
        if endpoint.isWrite { input.principal = turn.principal.label }
        return input
    }

    private static let alive = Response.uncachedJSON(Array(#"{"status":"alive"}"#.utf8))
}
