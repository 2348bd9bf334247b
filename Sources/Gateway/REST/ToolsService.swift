import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import MCP

/// `GET /tools/` and `POST /tools/{name}`: the tools of MCP for programs that do not speak it, on one loop.
struct ToolsService {
    private let dispatcher: Dispatcher
    private let server: MCPServer
    private let lists = ToolListCache()

    /// What the list depends on besides the path (RFC 9110 §12.5.5).
    private static let varies = Field("Vary", "Authorization, \(ToolsetTable.field)")

    init(_ server: MCPServer) {
        self.server = server
        dispatcher = server.dispatcher
    }

    /// Serves a request, whose route has been found.
    /// - Parameter toolset: what the request chooses.
    func serve(_ input: RequestInput, _ toolset: Toolset?, _ context: RequestContext) throws(APIError) {
        let context = context.counting()
        let origin = CallOrigin(context)
        let caller = Dispatcher.plainCaller(context.principal, toolset: toolset, origin: origin)
        try input.refuseQuery()
        guard input.endpoint == .callTool else {
            let list = lists.list(for: caller.visibility, dispatcher.registry.arrangement) {
                dispatcher.plainList(for: caller).encoded
            }
            return context.finish(
                input.endpoint, try .tagged(list.octets, tag: list.tag, fields: [Self.varies], input.conditions))
        }
        let name = input.parameter ?? ""
        var arguments = JSONObject()
        do throws(APIError) {
            arguments = try Self.arguments(input)
            // Of a tool that is not there for the caller everything is refused alike, by what looks for it.
            if dispatcher.shows(tool: name, to: caller) {
                try Self.refuseConditions(input)
                try take(input.idempotencyKey, in: &arguments, of: name, caller)
            }
        } catch {
            dispatcher.auditRefused(tool: name, arguments, from: caller)
            throw error
        }
        let shares = server.shared.calls
        guard shares.take(1, for: origin.caller) else {
            dispatcher.auditBusy(tool: name, arguments, from: caller)
            throw APIError.tooManyCalls("Too many calls are in progress")
        }
        call(name, arguments, caller, input.endpoint, context) { shares.giveBack(1, of: origin.caller) }
    }

    /// A call that may change something goes on when its client is gone, as one of MCP's does.
    private func call(
        _ name: String, _ arguments: JSONObject, _ caller: Caller, _ endpoint: Endpoint, _ context: RequestContext,
        ended: @escaping () -> Void
    ) {
        let task = server.requests.start { [dispatcher] in
            do throws(CallFailure) {
                let answer = try await dispatcher.plainCall(name, arguments, from: caller)
                if let failure = APIError(answer) {
                    context.finish(endpoint, failure)
                } else {
                    context.finish(endpoint, Response.uncachedJSON(JSON.object(answer.json).encoded))
                }
            } catch {
                context.finish(endpoint, Self.error(error, isThere: dispatcher.shows(tool: name, to: caller)))
            }
            ended()
        }
        if !dispatcher.mayChange(tool: name, from: caller) { context.exchange.whenGone { task.cancel() } }
    }

    /// The arguments of a call. A tool without any is called without a body.
    private static func arguments(_ input: RequestInput) throws(APIError) -> JSONObject {
        if input.body.isEmpty { return [:] }
        guard let arguments = try input.json().objectValue else {
            throw APIError(.validationFailed, "The body must be a JSON object: the arguments of the tool")
        }
        return arguments
    }

    /// What a tool changes has no ETag here: a condition that is not looked at would let through what it is to hold back.
    private static func refuseConditions(_ input: RequestInput) throws(APIError) {
        guard input.conditions.verdict(tag: nil, isRead: false, exists: false) == .proceed else {
            throw APIError(.preconditionFailed, "This path has no ETag: remove the condition")
        }
    }

    /// Hands the key of the request to a tool, by the argument in which assistants give it one.
    /// - Throws: 422 when the tool takes none, or when there is another in the arguments: who gives a key relies on it.
    private func take(
        _ key: IdempotencyKey?, in arguments: inout JSONObject, of name: String, _ caller: Caller
    ) throws(APIError) {
        guard let key else { return }
        let member = ToolSchemas.key
        guard dispatcher.takes(argument: member, tool: name, from: caller) else {
            throw APIError(.validationFailed, "This tool takes no Idempotency-Key: call it without the header")
        }
        let given = arguments[member] ?? .null
        guard given.isNull || given == .string(key.text) else {
            throw APIError(invalid: [FieldProblem(member, "differs from the Idempotency-Key header")])
        }
        arguments[member] = .string(key.text)
    }

    /// - Parameter isThere: the caller sees the tool, so that something else is wrong.
    private static func error(_ failure: CallFailure, isThere: Bool) -> APIError {
        switch failure {
        case .error(let error) where !isThere: APIError(.toolNotFound, error.message)
        case .error(let error) where error.code == JSONRPCError.invalidParams().code:
            APIError(.validationFailed, error.message)
        case .cancelled: APIError(.shuttingDown)
        case .error, .notFound, .missingCapability, .inputRequired, .withdrawn: APIError(.internal)
        }
    }
}

extension APIError {
    /// The failure of a tool that has a status of its own; nil for any other result, which the tool itself tells.
    fileprivate init?(_ answer: Dispatcher.PlainAnswer) {
        let result = answer.result
        guard let failure = result.httpFailure else {
            guard answer.outcome == .busy else { return nil }
            self = .tooManyCalls(result.content.first?.text ?? "The tool has too many calls in progress")
            return
        }
        let reason: Reason =
            switch failure.restStatus {
            case 400: .validationFailed
            case 429: .rateLimited
            case 503: .upstreamUnavailable
            case 504: .upstreamTimeout
            default: answer.outcome == .outcomeUnknown ? .outcomeUnknown : .upstreamFailure
            }
        let isBusy = failure.restStatus == 429
        self.init(
            reason, failure.message, details: ["code": .string(failure.code), "result": .object(answer.json)],
            retryAfter: failure.retryAfterSeconds.map(Double.init) ?? (isBusy ? 1 : nil))
        status = failure.restStatus
    }

    /// More calls at once than are taken.
    fileprivate static func tooManyCalls(_ words: String) -> APIError {
        APIError(.rateLimited, words, retryAfter: 1)
    }
}
