import Core

/// Answers that never change: rendered once, and given without a task.
extension Dispatcher {
    /// A result as one revision shows it.
    struct Rendered: Hashable {
        let tool: String
        let revision: Revision
    }

    /// The whole answer to a call of a tool with a constant result; nil for whatever needs a closer look.
    public func constantAnswer(to message: JSONRPCMessage, from caller: Caller) -> [UInt8]? {
        guard case .request(let id, "tools/call", let params) = message, let params,
            params["requestState"] == nil, params["inputResponses"] == nil,
            let name = params["name"]?.stringValue, hasNoArguments(params),
            let result = constantResult(of: name, caller)
        else { return nil }
        let start = auditor?.now
        defer {
            if let auditor, let start {
                auditor.audit(
                    ToolAudit(
                        label: caller.principal.label, tool: name, argumentDigest: noArguments, outcome: .ok,
                        durationNanoseconds: auditor.now.nanoseconds - start.nanoseconds))
            }
        }
        var answer: [UInt8] = []
        answer.reserveCapacity(result.count + 64)
        answer += Self.opening
        id.json.write(to: &answer)
        answer += Self.middle
        answer += result
        answer.append(UInt8(ascii: "}"))
        return answer
    }

    private static let opening = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
    private static let middle = Array(#","result":"#.utf8)

    private func hasNoArguments(_ params: JSONObject) -> Bool {
        switch params["arguments"] {
        case nil, .null: true
        case .object(let arguments): arguments.isEmpty
        default: false
        }
    }

    private func constantResult(of name: String, _ caller: Caller) -> [UInt8]? {
        guard let tool = registry.tools.first(where: { $0.constant != nil && $0.name == name }),
            let constant = tool.constant, caller.principal.scopes.isSuperset(of: tool.scope)
        else { return nil }
        let key = Rendered(tool: name, revision: caller.revision)
        if let known = rendered[key] { return known }
        let object = constant.json(in: caller.revision)
        let result = JSON.object(caller.revision.era == .modern ? completed(object) : object).encoded
        rendered[key] = result
        return result
    }
}
