import Core

/// What only the legacy era has: log levels and subscriptions of a session, and batches.
extension Dispatcher {
    func setLevel(_ params: JSONObject?, _ caller: Caller) throws(CallFailure) -> JSONObject {
        guard let level = params?["level"]?.stringValue.flatMap(LoggingLevel.init) else {
            let known = LoggingLevel.allCases.map(\.rawValue).joined(separator: ", ")
            throw .error(.invalidParams("Invalid params: level must be one of \(known)"))
        }
        caller.session?.level = level
        return [:]
    }

    func subscribe(_ params: JSONObject?, _ caller: Caller) throws(CallFailure) -> JSONObject {
        guard let uri = params?["uri"]?.stringValue else {
            throw .error(.invalidParams("Invalid params: uri must be a string"))
        }
        guard registry.knows(uri, for: caller.visibility) else { throw .notFound(uri: uri) }
        guard caller.session?.subscribe(uri, among: subscribers) ?? true else {
            throw .error(
                .invalidParams("Invalid params: the URI is too long, or the session has too many subscriptions"))
        }
        return [:]
    }

    func unsubscribe(_ params: JSONObject?, _ caller: Caller) throws(CallFailure) -> JSONObject {
        guard let uri = params?["uri"]?.stringValue else {
            throw .error(.invalidParams("Invalid params: uri must be a string"))
        }
        caller.session?.unsubscribe(uri)
        return [:]
    }

    /// Whether serving these may change something: one is a call of a tool that does more than read.
    public func mayChange(_ parts: [JSONRPCPayload.Part], from caller: Caller) -> Bool {
        let visibility = caller.visibility
        return parts.contains { part in
            guard case .message(.request(_, "tools/call", let params)) = part, let name = params?["name"]?.stringValue
            else { return false }
            return registry.tool(name, for: visibility)?.hints.readOnly == false
        }
    }

    /// Serves one part of a batch.
    /// - Returns: its answer, nil when it asked for none or was cancelled.
    public func answer(
        to part: JSONRPCPayload.Part, from caller: Caller, to sink: any Sink
    ) async -> JSONRPCMessage? {
        switch part {
        case .invalid(let id, let error, _):
            auditRefusal(of: [part], error, caller)
            return .failure(id: id, error: error)
        case .message(.request(let id, "initialize", _)):
            return .failure(id: id, error: .invalidRequest("initialize cannot be part of a batch"))
        case .message(let message):
            if case .answer(let answer) = await serve(message, from: caller, to: sink) { return answer }
            return nil
        }
    }

    /// Answers the parts of a message or a batch whose requests cannot begin, in their order. What asks for no answer is
    /// taken all the same, and calls of tools are told to the auditor.
    public func refuse(
        _ parts: [JSONRPCPayload.Part], with refusal: JSONRPCError, from caller: Caller
    ) -> [JSONRPCMessage] {
        auditRefusal(of: parts, refusal, caller)
        return parts.compactMap { part in
            switch part {
            case .invalid(let id, let error, _): return .failure(id: id, error: error)
            case .message(.request(let id, _, _)): return .failure(id: id, error: refusal)
            case .message(let message):
                take(message, from: caller)
                return nil
            }
        }
    }

    /// Tells the auditor of the calls of tools among these parts, none of which begins.
    public func auditRefusal(of parts: [JSONRPCPayload.Part], _ refusal: JSONRPCError, _ caller: Caller) {
        for part in parts {
            switch part {
            case .message(.request(_, "tools/call", let params)): auditRefusal(params, refusal, caller)
            case .invalid(_, let error, let params?): auditRefusal(params, error, caller)
            case .message, .invalid: break
            }
        }
    }

    func auditRefusal(_ params: JSONObject?, _ refusal: JSONRPCError, _ caller: Caller) {
        guard let auditor else { return }
        let given = params?["arguments"] ?? .null
        var audit = ToolAudit(
            label: caller.principal.label, argumentDigest: seal.digest((given.isNull ? [:] : given).encoded),
            outcome: refusal == .tooManyRequests ? .busy : .refused, durationNanoseconds: 0)
        let name = params?["name"]?.stringValue ?? ""
        if let tool = registry.tool(name, for: caller.visibility) {
            audit.name(tool)
        } else if audit.outcome == .refused, Tool.isName(name) {
            audit.tool = name
        }
        auditor.audit(audit)
    }
}

/// How much a log message to a client matters (RFC 5424 §6.2.1, in the protocol's spelling).
public enum LoggingLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, notice, warning, error, critical, alert, emergency

    public static func < (a: LoggingLevel, b: LoggingLevel) -> Bool { a.position < b.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
