import Core

/// Answers that stay the same until the registry does not: rendered once, and given without a task.
extension Dispatcher {
    /// A result as one revision shows it.
    struct Rendered: Hashable {
        let tool: String
        let revision: Revision
    }

    /// A page of the list of tools, as it is for whoever sees the same.
    struct Page: Hashable {
        let visibility: Visibility
        /// Cursors are made for one principal.
        let label: String
        let revision: Revision
        let cursor: String?
    }

    /// Pages that are kept; one more, and all are rendered again.
    private static let maxPages = 64

    /// The whole answer to a message that needs no handler: a call of a tool with a constant result, or a page of the list of
    /// tools. Nil for whatever needs a closer look.
    public func readyAnswer(to message: JSONRPCMessage, from caller: Caller) -> [UInt8]? {
        guard case .request(let id, let method, let params) = message else { return nil }
        switch method {
        case "tools/call": return constantAnswer(id, params, caller)
        case "tools/list": return page(id, params, caller).map { Self.answer(id, $0) }
        default: return nil
        }
    }

    private static let opening = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
    private static let middle = Array(#","result":"#.utf8)

    private static func answer(_ id: JSONRPCID, _ result: [UInt8]) -> [UInt8] {
        var answer: [UInt8] = []
        answer.reserveCapacity(result.count + 64)
        answer += opening
        id.json.write(to: &answer)
        answer += middle
        answer += result
        answer.append(UInt8(ascii: "}"))
        return answer
    }

    // MARK: Lists

    private func page(_ id: JSONRPCID, _ params: JSONObject?, _ caller: Caller) -> [UInt8]? {
        let cursor: String?
        switch params?["cursor"] {
        case nil, .null: cursor = nil
        case .string(let text): cursor = text
        default: return nil
        }
        let key = Page(
            visibility: caller.visibility, label: caller.principal.label, revision: caller.revision, cursor: cursor)
        if let known = pages[key] { return known }
        let request = Request(id: id, method: "tools/list", params: params, caller: caller, sink: DeafSink())
        // What goes wrong is told the long way.
        guard !registry.tools.isEmpty, let page = try? listTools(request) else { return nil }
        if pages.count >= Self.maxPages { pages = [:] }
        let result = JSON.object(page).encoded
        pages[key] = result
        return result
    }

    // MARK: Constant results

    private func constantAnswer(_ id: JSONRPCID, _ params: JSONObject?, _ caller: Caller) -> [UInt8]? {
        // What is counted goes the long way.
        guard let params, !caller.principal.calls.areBounded, params["requestState"] == nil,
            params["inputResponses"] == nil,
            let name = params["name"]?.stringValue, hasNoArguments(params),
            let tool = registry.tool(name, for: caller.visibility), let result = constantResult(of: tool, caller)
        else { return nil }
        let start = auditor?.now
        let answer = Self.answer(id, result)
        if let auditor, let start {
            var audit = ToolAudit(
                label: caller.principal.label, argumentDigest: digestOfNoArguments, outcome: .ok,
                durationNanoseconds: auditor.now.nanoseconds - start.nanoseconds)
            audit.name(tool)
            auditor.audit(audit)
        }
        return answer
    }

    private func hasNoArguments(_ params: JSONObject) -> Bool {
        switch params["arguments"] {
        case nil, .null: true
        case .object(let arguments): arguments.isEmpty
        default: false
        }
    }

    private func constantResult(of tool: Tool, _ caller: Caller) -> [UInt8]? {
        guard let constant = tool.constant else { return nil }
        let key = Rendered(tool: tool.name, revision: caller.revision)
        if let known = rendered[key] { return known }
        let object = constant.json(in: caller.revision)
        let result = JSON.object(caller.revision.era == .modern ? completed(object) : object).encoded
        rendered[key] = result
        return result
    }
}
