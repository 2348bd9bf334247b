public import Core

/// The tools for who speaks no revision of the protocol, such as a script over REST: the same registry, the same visibility, the
/// same bounds and the same audit.
extension Dispatcher {
    /// In this revision results have all that a plain caller is told, and nothing of the protocol besides.
    private static let revision = Revision.november2025

    /// Somebody whose client can be asked nothing.
    /// - Parameter origin: what handlers are to know of the request.
    public static func plainCaller(
        _ principal: Principal, toolset: Toolset?, origin: any Sendable
    ) -> Caller {
        var caller = Caller(
            revision: revision, capabilities: ClientCapabilities(), principal: principal, toolset: toolset)
        caller.origin = origin
        return caller
    }

    /// All that a caller sees, in one list: each as `tools/list` has it, and where it comes from.
    public func plainList(for caller: Caller) -> JSON {
        let visibility = caller.visibility
        let tools = registry.tools.filter { visibility.shows($0) }.map { tool -> JSON in
            guard case .object(var object) = tool.json(in: Self.revision) else { return .null }
            object["source"] = .string(tool.source ?? ToolAudit.builtIn)
            return .object(object)
        }
        return ["tools": .array(tools)]
    }

    /// Whether a caller sees a tool of this name, in any of its spellings.
    public func shows(tool name: String, to caller: Caller) -> Bool {
        registry.tool(name, for: caller.visibility) != nil
    }

    /// The name of the one tool that a caller sees which has this word as its source or as its own name there: `clone` and `git` of
    /// `git__clone`. Nil when there is none, or more than one.
    public func tool(ofWord word: String, for caller: Caller) -> String? {
        let visibility = caller.visibility
        var found: String?
        for tool in registry.tools where tool.source != nil && visibility.shows(tool) {
            guard let parting = tool.name.firstRange(of: "__") else { continue }
            guard tool.name[..<parting.lowerBound] == word || tool.name[parting.upperBound...] == word else { continue }
            if found != nil { return nil }
            found = tool.name
        }
        return found
    }

    /// Whether the tool of this name names such an argument.
    public func takes(argument: String, tool name: String, from caller: Caller) -> Bool {
        registry.tool(name, for: caller.visibility)?.input["properties"]?[argument] != nil
    }

    /// Whether a call of this name may change something.
    public func mayChange(tool name: String, from caller: Caller) -> Bool {
        registry.tool(name, for: caller.visibility)?.hints.readOnly == false
    }

    /// What a call has come to.
    public struct PlainAnswer: Sendable {
        /// As the tool has given it.
        public let result: ToolResult
        /// `content`, `structuredContent` and `isError`.
        public let json: JSONObject
        public let outcome: ToolAudit.Outcome
    }

    /// Calls a tool.
    /// - Throws: -32602 for arguments beyond the bounds of a message and for a tool that is not there, told apart by `shows`.
    public func plainCall(
        _ name: String, _ arguments: JSONObject, from caller: Caller
    ) async throws(CallFailure) -> PlainAnswer {
        let params: JSONObject = ["name": .string(name), "arguments": .object(arguments)]
        if let problem = MessageBounds.problem(in: params, of: "tools/call") {
            let error = JSONRPCError.invalidParams("Invalid params: " + problem)
            auditRefusal(params, error, caller)
            throw .error(error)
        }
        var request = Request(
            id: JSONRPCID(0), method: "tools/call", params: params, caller: caller, sink: DeafSink())
        var given: ToolResult?
        request.heard = { given = $0 }
        let (json, outcome) = try await audited(request)
        guard let given else { throw .error(.internalError("The tool has given no result")) }
        return PlainAnswer(result: given, json: json, outcome: outcome)
    }

    /// Tells the auditor of a call that is refused before it begins.
    public func auditRefused(tool name: String, _ arguments: JSONObject, from caller: Caller) {
        auditRefusal(["name": .string(name), "arguments": .object(arguments)], .invalidRequest(), caller)
    }

    /// Tells the auditor of a call that cannot begin, as there is no room for it.
    public func auditBusy(tool name: String, _ arguments: JSONObject, from caller: Caller) {
        auditRefusal(["name": .string(name), "arguments": .object(arguments)], .tooManyRequests, caller)
    }
}

/// Hears nothing, for requests whose answer is all that there is.
final class DeafSink: Sink {
    func send(_ message: JSONRPCMessage) {}
    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON { throw .cancelled }
    func withdraw() {}
}
