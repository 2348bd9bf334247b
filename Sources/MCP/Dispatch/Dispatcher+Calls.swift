import Core

/// The methods that run something of the registry.
extension Dispatcher {
    func callTool(_ request: Request) async throws(CallFailure) -> JSONObject {
        let given = request.params?["arguments"] ?? .null
        var audit = ToolAudit(
            label: request.caller.principal.label,
            argumentDigest: seal.digest((given.isNull ? [:] : given).encoded), outcome: .failed, durationNanoseconds: 0)
        let start = auditor?.now
        defer {
            if let auditor, let start {
                audit.durationNanoseconds = auditor.now.nanoseconds - start.nanoseconds
                auditor.audit(audit)
            }
        }
        do throws(CallFailure) {
            return try await runTool(request, given, &audit)
        } catch {
            if case .cancelled = error { audit.outcome = .cancelled }
            throw error
        }
    }

    private func runTool(
        _ request: Request, _ given: JSON, _ audit: inout ToolAudit
    ) async throws(CallFailure) -> JSONObject {
        let name = try text("name", request)
        if Tool.isName(name) { audit.tool = name }
        let scopes = request.caller.principal.scopes
        guard let tool = registry.tools.first(where: { $0.name == name && scopes.isSuperset(of: $0.scope) }) else {
            audit.outcome = .refused
            if let hidden = registry.tools.first(where: { $0.name == name }) {
                throw .error(.invalidParams(refusal(of: hidden.name, needing: hidden.scope, scopes)))
            }
            let known = registry.tools.filter { scopes.isSuperset(of: $0.scope) }.map(\.name)
            let hint = NearestName.suggest(for: name, among: known).map { "; did you mean \($0)?" } ?? ""
            throw .error(.invalidParams("Unknown tool: " + Neutral.echo(name) + hint))
        }
        guard let given = given.isNull ? [:] : given.objectValue else {
            audit.outcome = .invalidArguments
            throw .error(.invalidParams("Invalid params: arguments must be an object"))
        }
        var outcome: ToolAudit.Outcome?
        let answer = try await round(request, name, audit.argumentDigest) { call throws(CallFailure) in
            let result: ToolResult
            let read = ArgumentSchema.read(
                tool.forgive(given), schema: tool.input, isClosed: tool.isClosed, suggest: tool.suggest)
            switch read {
            case .failure(let problems):
                outcome = .invalidArguments
                result = .failure(problems.text)
            case .success(let arguments):
                do throws(CallFailure) {
                    result = try await tool.handler(call, arguments)
                } catch .missingCapability where !request.isModern {
                    result = .failure(
                        "\(name) has to ask the user, and this client has no way to do so. Use a client that can.")
                }
                // What nobody waits for any more may still be done: a write is brought to its end.
                outcome = Task.isCancelled ? .cancelled : result.isError ? .toolError : .ok
            }
            return self.finished(result.json(in: request.caller.revision), request)
        }
        audit.outcome = outcome ?? .inputRequired
        return answer
    }

    /// Why a principal may not have what is there.
    private func refusal(
        of name: String, needing scope: Principal.Scopes, _ scopes: Principal.Scopes
    ) -> String {
        if scope.contains(.write), changesNothing { return "This server is set to change nothing: \(name) is off" }
        let needed = scope.contains(.admin) ? "admin" : scope.contains(.write) ? "write" : "read"
        return scopes == .read
            ? "This token may only read: \(name) needs one with the scope \(needed)"
            : "This token may not use \(name), which needs the scope \(needed)"
    }

    func getPrompt(_ request: Request) async throws(CallFailure) -> JSONObject {
        let name = try text("name", request)
        let scopes = request.caller.principal.scopes
        guard let prompt = registry.prompts.first(where: { $0.name == name && scopes.isSuperset(of: $0.scope) }) else {
            if let hidden = registry.prompts.first(where: { $0.name == name }) {
                throw .error(.invalidParams(refusal(of: hidden.name, needing: hidden.scope, scopes)))
            }
            throw .error(.invalidParams("Unknown prompt: " + Neutral.echo(name)))
        }
        let given = request.params?["arguments"] ?? .null
        guard let given = given.isNull ? [:] : given.objectValue else {
            throw .error(.invalidParams("Invalid params: arguments must be an object"))
        }
        var arguments: [String: String] = [:]
        for (name, value) in given.members {
            guard let text = value.stringValue else {
                throw .error(.invalidParams("Invalid params: \(Neutral.echo(name)) must be a string"))
            }
            arguments[name] = text
        }
        for argument in prompt.arguments where argument.isRequired && arguments[argument.name] == nil {
            throw .error(.invalidParams("Invalid params: \(argument.name) is required"))
        }
        return try await round(request, name, seal.digest(JSON.object(given).encoded)) { call throws(CallFailure) in
            let messages = try await prompt.handler(call, arguments)
            let revision = request.caller.revision
            return self.finished(
                [
                    "description": .string(prompt.description),
                    "messages": .array(
                        messages.map {
                            ["role": .string($0.role.rawValue), "content": $0.content.json(in: revision)]
                        }),
                ], request)
        }
    }

    func readResource(_ request: Request) async throws(CallFailure) -> JSONObject {
        let uri = try text("uri", request)
        let scopes = request.caller.principal.scopes
        let resource = registry.resources.first { $0.uri == uri && scopes.isSuperset(of: $0.scope) }
        let template = registry.templates.lazy.filter { scopes.isSuperset(of: $0.scope) }
            .compactMap { template in template.template.match(uri).map { (template, $0) } }.first
        guard resource != nil || template != nil else { throw .notFound(uri: uri) }
        return try await round(request, uri, digestOfNoArguments) { call throws(CallFailure) in
            let contents: [ResourceContents]
            if let resource {
                contents = try await resource.read(call, uri)
            } else if let (template, variables) = template {
                contents = try await template.read(call, uri, variables)
            } else {
                contents = []
            }
            return self.finished(["contents": .array(contents.map(\.json))], request, lifetime: 0)
        }
    }

    // MARK: Rounds

    /// Runs a handler once; `arguments` is their digest. In the modern era that may be one round of several: what it asks of the client becomes the
    /// result, and what an earlier round has left is checked and handed to it.
    private func round(
        _ request: Request, _ name: String, _ arguments: String,
        _ run: (Call) async throws(CallFailure) -> JSONObject
    ) async throws(CallFailure) -> JSONObject {
        let binding = RoundState.Binding(
            principal: request.caller.principal.label, method: request.method, name: name,
            arguments: arguments)
        var earlier = RoundState()
        if request.isModern { earlier = try RoundState(request.params, binding, seal) }
        var asksAgain = false
        if let call = earlier.call {
            guard rounds.begin(call) else {
                throw .error(
                    .invalidParams("Invalid params: requestState was used; start the request anew"))
            }
        }
        defer {
            if let call = earlier.call, asksAgain {
                rounds.goOn(call)
            } else if let call = earlier.call {
                rounds.end(call, until: seal.now.advanced(seconds: RoundState.lifetime), now: seal.now)
            }
        }
        let call: Call
        do throws(JSONRPCError) {
            call = try Call(
                caller: request.caller, id: request.id, method: request.method, meta: request.params?["_meta"],
                sink: request.sink, responses: earlier.responses, state: earlier.state)
        } catch {
            throw .error(error)
        }
        defer { call.end() }
        do throws(CallFailure) {
            return try await run(call)
        } catch .inputRequired(let input) where request.isModern {
            asksAgain = true
            var result: JSONObject = ["resultType": "input_required"]
            result["inputRequests"] = .object(
                JSONObject(input.requests.map { (name: $0.key, value: $0.request.json) }))
            // Answers of earlier rounds travel in the state: the client repeats only the newest.
            if input.state != nil || !earlier.responses.isEmpty {
                earlier.state = input.state
                result["requestState"] = .string(earlier.sealed(binding, seal))
            }
            result["_meta"] = [Envelope.serverInfoKey: server.implementation(in: .july2026)]
            return result
        }
    }

    func text(_ name: String, _ request: Request) throws(CallFailure) -> String {
        guard let text = request.params?[name]?.stringValue else {
            throw .error(.invalidParams("Invalid params: \(name) must be a string"))
        }
        return text
    }
}
