import Core
import GatewayAPI
import HTTP
import IO
import MCP

/// A message on `/mcp` whose method is the name of a tool and whose parameters are its arguments, as the clients of a Luna server
/// send it: answered with the bare result, and with plain statuses where it fails.
struct DirectCall {
    /// What is told in `detail` where a token is missing or wrong.
    static let noToken = "invalid token"
    private static let longestDetail = 400
    /// Tools that a Luna server has by these names. Here they come from plugins and services, whose names may stand before or behind
    /// them.
    private static let words: Set<String> = [
        "git_clone", "run_tests", "build_image", "scaffold_project", "img_bw", "create_branch", "commit_file",
        "open_pr",
        "list_issues", "ci_trigger",
    ]

    let name: String
    let arguments: JSONObject
    let id: JSONRPCID?

    /// Nil for a message of MCP, of either era: those have a session, a version, an envelope, or a method of the protocol.
    init?(_ headers: MCPHeaders, _ payload: JSONRPCPayload, _ body: UnsafeRawBufferPointer) {
        guard headers.session == nil, headers.versions.isEmpty else { return nil }
        switch payload {
        case .single(.message(.request(let id, let method, let params))):
            (name, arguments, self.id) = (method, params ?? [:], id)
        case .single(.message(.notification(let method, let params))):
            (name, arguments, id) = (method, params ?? [:], nil)
        case .single(.invalid):
            // MCP has no null id, and these clients send one. What is out of bounds is refused where it is called.
            guard let message = (try? JSON.parse(body, limits: JSONLimits(maxDepth: 64)))?.objectValue,
                message["jsonrpc"] == "2.0", let method = message["method"]?.stringValue,
                case let given = message["id"] ?? .null, given.isNull || JSONRPCID(given) != nil,
                case let params = message["params"] ?? .null, params.isNull || params.objectValue != nil
            else { return nil }
            (name, arguments, id) = (method, params.objectValue ?? [:], JSONRPCID(given))
        default: return nil
        }
        guard !name.contains("/"), name != "initialize", name != "ping", arguments["_meta"] == nil else { return nil }
    }

    static func isHealth(_ request: RequestView) -> Bool {
        (request.method == .get || request.method == .head) && request.path.elementsEqual("/healthz".utf8)
    }

    /// The tool that is meant: of this name, or the one that the caller sees which a Luna server would call so.
    fileprivate func tool(of dispatcher: Dispatcher, for caller: Caller) -> String {
        guard Self.words.contains(name), !dispatcher.shows(tool: name, to: caller) else { return name }
        return dispatcher.tool(ofWord: name, for: caller) ?? name
    }

    // MARK: Answers

    fileprivate func answer(_ answer: Dispatcher.PlainAnswer) -> Response {
        let result = answer.result
        guard result.isError else {
            let body: JSON = ["jsonrpc": "2.0", "id": id?.json ?? .null, "result": result.bare]
            return .uncachedJSON(body.encoded)
        }
        let text = result.content.compactMap(\.text).joined(separator: "\n")
        if answer.outcome == .invalidArguments { return Self.failure(400, "Parameter error: " + text) }
        let status = result.httpFailure?.directStatus ?? (answer.outcome == .busy ? 429 : 500)
        return Self.failure(
            status, status == 502 ? "Upstream error: " + text : text,
            retryAfter: result.httpFailure?.retryAfterSeconds ?? 1)
    }

    /// - Parameter retryAfter: whole seconds, told where there were too many calls.
    fileprivate static func failure(_ status: Int, _ detail: String, retryAfter: Int = 1) -> Response {
        let body: JSON = ["detail": .string(String(detail.prefix(longestDetail)))]
        let fields = status == 429 ? [Field("Retry-After", String(retryAfter))] : []
        return .json(status: status, fields: fields, body.encoded)
    }

    fileprivate static func failure(_ failure: CallFailure, isThere: Bool) -> Response {
        switch failure {
        case .error where !isThere: Self.failure(404, "tool_not_found")
        case .error(let error) where error.code == JSONRPCError.invalidParams().code:
            Self.failure(400, "Parameter error: " + error.message)
        case .cancelled: Self.failure(503, "The gateway is shutting down")
        case .error, .notFound, .missingCapability, .inputRequired, .withdrawn: Self.failure(500, "Internal error")
        }
    }
}

extension MCPServer {
    /// Serves a call whose method is the name of a tool. One that may change something goes on when its client is gone.
    func serve(_ call: DirectCall, _ headers: MCPHeaders, _ context: RequestContext) {
        let context = context.counting()
        let origin = CallOrigin(context)
        let caller = Dispatcher.plainCaller(context.principal, toolset: headers.toolset, origin: origin)
        let tool = call.tool(of: dispatcher, for: caller)
        guard shared.calls.take(1, for: origin.caller) else {
            dispatcher.auditBusy(tool: tool, call.arguments, from: caller)
            return context.finish(.mcpPost, DirectCall.failure(429, "Too many calls are in progress"))
        }
        let task = requests.start { [dispatcher, shared] in
            do throws(CallFailure) {
                context.finish(
                    .mcpPost, call.answer(try await dispatcher.plainCall(tool, call.arguments, from: caller)))
            } catch {
                let isThere = dispatcher.shows(tool: tool, to: caller)
                context.finish(.mcpPost, DirectCall.failure(error, isThere: isThere))
            }
            shared.calls.giveBack(1, of: origin.caller)
        }
        if !dispatcher.mayChange(tool: tool, from: caller) { context.exchange.whenGone { task.cancel() } }
    }

    /// How many tools there are, and to whoever is known their names.
    func health(for principal: Principal?) -> Response {
        let visibility = Visibility(principal ?? Principal(label: "", scopes: .read), nil)
        let names = dispatcher.registry.tools.filter { visibility.shows($0) }.map { JSON.string($0.name) }
        var body: JSONObject = ["ok": true, "tool_count": .number(JSONNumber(names.count))]
        if principal != nil { body["tools"] = .array(names) }
        return .uncachedJSON(JSON.object(body).encoded)
    }
}

extension ToolResult {
    /// The result with nothing around it.
    fileprivate var bare: JSON {
        if let bareValue { return bareValue }
        if let structured { return .object(structured) }
        switch content.first {
        case .text(let text): return .string(text)
        case .image(let base64, _), .audio(let base64, _): return .string(base64)
        case .link(let uri, _, _): return .string(uri)
        case .resource(let contents):
            switch contents.body {
            case .text(let text), .blob(let text): return .string(text)
            }
        case .outside(let piece): return piece["text"] ?? piece["data"] ?? .object(piece)
        case nil: return .null
        }
    }
}
