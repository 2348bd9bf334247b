import Core

/// The methods that list what is registered. A principal sees what it may use.
extension Dispatcher {
    func listTools(_ request: Request) throws(CallFailure) -> JSONObject {
        let visible = registry.tools.filter { request.visibility.shows($0) }
        return try page(request, "tools", changes: registry.toolsChange, count: visible.count) {
            visible[$0].json(in: request.caller.revision)
        }
    }

    func listPrompts(_ request: Request) throws(CallFailure) -> JSONObject {
        let visible = registry.prompts.filter { request.visibility.shows($0) }
        return try page(request, "prompts", changes: registry.othersChange, count: visible.count) {
            visible[$0].json(in: request.caller.revision)
        }
    }

    func listResources(_ request: Request) throws(CallFailure) -> JSONObject {
        let visible = registry.resources.filter { request.visibility.shows($0) }
        return try page(request, "resources", changes: registry.othersChange, count: visible.count) {
            visible[$0].json(in: request.caller.revision)
        }
    }

    func listTemplates(_ request: Request) throws(CallFailure) -> JSONObject {
        let visible = registry.templates.filter { request.visibility.shows($0) }
        return try page(request, "resourceTemplates", changes: registry.othersChange, count: visible.count) {
            visible[$0].json(in: request.caller.revision)
        }
    }

    /// - Parameter changes: what is listed may come and go while clients are there.
    private func page(
        _ request: Request, _ list: String, changes: Bool, count: Int, _ item: (Int) -> JSON
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
        let isSteady = !changes && !registry.listsChange
        return finished(result, request, lifetime: isSteady ? Self.listLifetime : Self.changingListLifetime)
    }
}

/// Where a list goes on. A client sees an opaque text and may only send it back; it is sealed for its list and for who
/// was given it, because a list depends on what its reader may see.
struct Cursor {
    let list: String
    let principal: String
    let seal: any StateSeal

    private func payload(_ offset: Int) -> JSON {
        ["cursor", .string(list), .string(principal), .number(JSONNumber(offset))]
    }

    func text(_ offset: Int) -> String { seal.seal(payload(offset).encoded) }

    /// The offset in a list of `count` items.
    /// - Throws: -32602 for a text that this list has not given out.
    func offset(_ params: JSONObject?, count: Int) throws(JSONRPCError) -> Int {
        guard let json = params?["cursor"], !json.isNull else { return 0 }
        guard let bytes = json.stringValue.flatMap(seal.open), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 4, let offset = items[3].intValue, payload(offset) == .array(items)
        else { throw .invalidParams("Invalid params: this cursor was not given out for this list") }
        // The list may have become shorter meanwhile.
        return min(offset, count)
    }
}

/// `completion/complete`: how a text that the user has begun may go on.
extension Dispatcher {
    /// Values that one answer may hold.
    private static let maxValues = 100

    func complete(_ request: Request) async throws(CallFailure) -> JSONObject {
        guard let argument = request.params?["argument"], let name = argument["name"]?.stringValue,
            let begun = argument["value"]?.stringValue
        else { throw .error(.invalidParams("Invalid params: argument must have a name and a value")) }
        let completer = try self.completer(request, argument: name)
        var values: [String] = []
        if let completer {
            let call: Call
            do throws(JSONRPCError) {
                call = try Call(
                    caller: request.caller, id: request.id, method: request.method, meta: request.params?["_meta"],
                    sink: request.sink, tools: shown(to: request.visibility))
            } catch {
                throw .error(error)
            }
            defer { call.end() }
            values = try await completer(call, begun)
        }
        let shown = values.prefix(Self.maxValues)
        return finished(
            [
                "completion": [
                    "values": .array(shown.map { .string($0) }), "total": .number(JSONNumber(values.count)),
                    "hasMore": .bool(values.count > shown.count),
                ]
            ], request)
    }

    private func completer(_ request: Request, argument name: String) throws(CallFailure) -> Completer? {
        let ref = request.params?["ref"]
        switch ref?["type"]?.stringValue {
        case "ref/prompt":
            let prompt = registry.prompts.first {
                $0.name == ref?["name"]?.stringValue && request.visibility.shows($0)
            }
            guard let prompt else { throw .error(.invalidParams("Invalid params: there is no such prompt")) }
            guard let argument = prompt.arguments.first(where: { $0.name == name }) else {
                throw .error(.invalidParams("Invalid params: the prompt has no such argument"))
            }
            return argument.complete
        case "ref/resource":
            let template = registry.templates.first {
                $0.template.text == ref?["uri"]?.stringValue && request.visibility.shows($0)
            }
            guard let template else {
                throw .error(.invalidParams("Invalid params: there is no such resource template"))
            }
            guard template.template.variables.contains(name) else {
                throw .error(.invalidParams("Invalid params: the template has no such variable"))
            }
            return template.completers[name]
        default: throw .error(.invalidParams("Invalid params: ref must be a ref/prompt or a ref/resource"))
        }
    }
}
