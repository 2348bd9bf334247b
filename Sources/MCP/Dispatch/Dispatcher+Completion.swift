import Core

/// `completion/complete`: how a text that the user has begun may go on.
extension Dispatcher {
    /// Values that one answer may hold.
    private static let mostValues = 100

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
                    sink: request.sink)
            } catch {
                throw .error(error)
            }
            defer { call.end() }
            values = try await completer(call, begun)
        }
        let shown = values.prefix(Self.mostValues)
        return finished(
            [
                "completion": [
                    "values": .array(shown.map { .string($0) }), "total": .number(JSONNumber(values.count)),
                    "hasMore": .bool(values.count > shown.count),
                ]
            ], request)
    }

    private func completer(_ request: Request, argument name: String) throws(CallFailure) -> Completer? {
        let scopes = request.caller.principal.scopes
        let ref = request.params?["ref"]
        switch ref?["type"]?.stringValue {
        case "ref/prompt":
            let prompt = registry.prompts.first {
                $0.name == ref?["name"]?.stringValue && scopes.isSuperset(of: $0.scope)
            }
            guard let prompt else { throw .error(.invalidParams("Invalid params: there is no such prompt")) }
            guard let argument = prompt.arguments.first(where: { $0.name == name }) else {
                throw .error(.invalidParams("Invalid params: the prompt has no such argument"))
            }
            return argument.complete
        case "ref/resource":
            let template = registry.templates.first {
                $0.template.text == ref?["uri"]?.stringValue && scopes.isSuperset(of: $0.scope)
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
