import Core

/// The methods that list what is registered. A principal sees what it may use.
extension Dispatcher {
    func listTools(_ request: Request) throws(CallFailure) -> JSONObject {
        let scopes = request.caller.principal.scopes
        let visible = registry.tools.filter { scopes.isSuperset(of: $0.scope) }
        return try page(request, "tools", count: visible.count) { visible[$0].json(in: request.caller.revision) }
    }

    func listPrompts(_ request: Request) throws(CallFailure) -> JSONObject {
        let scopes = request.caller.principal.scopes
        let visible = registry.prompts.filter { scopes.isSuperset(of: $0.scope) }
        return try page(request, "prompts", count: visible.count) { visible[$0].json(in: request.caller.revision) }
    }

    func listResources(_ request: Request) throws(CallFailure) -> JSONObject {
        let scopes = request.caller.principal.scopes
        let visible = registry.resources.filter { scopes.isSuperset(of: $0.scope) }
        return try page(request, "resources", count: visible.count) { visible[$0].json(in: request.caller.revision) }
    }

    func listTemplates(_ request: Request) throws(CallFailure) -> JSONObject {
        let scopes = request.caller.principal.scopes
        let visible = registry.templates.filter { scopes.isSuperset(of: $0.scope) }
        return try page(request, "resourceTemplates", count: visible.count) {
            visible[$0].json(in: request.caller.revision)
        }
    }

    private func page(
        _ request: Request, _ list: String, count: Int, _ item: (Int) -> JSON
    ) throws(CallFailure) -> JSONObject {
        let cursor = Cursor(list: list, principal: request.caller.principal.label, seal: seal)
        let start: Int
        do throws(JSONRPCError) {
            start = try cursor.offset(request.params, count: count)
        } catch {
            throw .error(error)
        }
        let end = min(start + pageSize, count)
        var result: JSONObject = [list: .array((start..<end).map(item))]
        if end < count { result["nextCursor"] = .string(cursor.text(end)) }
        return finished(result, request, lifetime: Self.listLifetime)
    }
}
