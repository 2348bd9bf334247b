import Core

/// The methods that run something of the registry.
extension Dispatcher {
    func callTool(_ request: Request) async throws(CallFailure) -> JSONObject {
        try await audited(request).result
    }

    /// Runs a tool and tells the auditor how it went.
    func audited(_ request: Request) async throws(CallFailure) -> (result: JSONObject, outcome: ToolAudit.Outcome) {
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
            let result = try await runTool(request, given, &audit)
            return (result, audit.outcome)
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
        guard let tool = registry.tool(name, for: request.visibility) else {
            audit.outcome = .refused
            throw unknown(
                "tool", name, among: registry.tools.filter { request.visibility.shows($0) }.map(\.name), request)
        }
        audit.name(tool)
        let counter = request.caller.principal.calls.areBounded ? limiter : nil
        if let refusal = counter?.begin(request.caller.principal) {
            audit.outcome = .busy
            request.heard?(refusal.result)
            return finished(refusal.result.json(in: request.caller.revision), request)
        }
        defer { counter?.ended(request.caller.principal) }
        guard let given = given.isNull ? [:] : given.objectValue else {
            audit.outcome = .invalidArguments
            throw .error(.invalidParams("Invalid params: arguments must be an object"))
        }
        var outcome: ToolAudit.Outcome?
        var host: String?
        let answer = try await round(request, tool.name, audit.argumentDigest) { call throws(CallFailure) in
            let result: ToolResult
            let given = tool.forgive(given)
            let read = ArgumentSchema.read(
                given, schema: tool.input, isClosed: tool.isClosed,
                takesEmptyTexts: tool.takesEmptyTexts, suggest: tool.suggest)
            switch read {
            case .failure(let problems):
                outcome = .invalidArguments
                result = tool.misfit(given) ?? .failure(problems.text)
            case .success(let arguments):
                do throws(CallFailure) {
                    result = try await tool.handler(call, arguments)
                } catch .missingCapability where !request.isModern {
                    result = .failure(
                        "\(tool.name) has to ask the user, and this client has no way to do so. Use a client that can.")
                }
                // What nobody waits for any more may still be done: a write is brought to its end.
                outcome = Task.isCancelled ? .cancelled : result.outcome ?? (result.isError ? .toolError : .ok)
            }
            host = result.host
            request.heard?(result)
            return self.finished(result.json(in: request.caller.revision), request)
        }
        audit.outcome = outcome ?? .inputRequired
        audit.host = host
        return answer
    }

    /// The answer to a name that is not there, or not for this caller: both are told alike, so that nothing is told of what is
    /// hidden. What is said of the caller is said with every such answer.
    private func unknown(_ kind: String, _ name: String, among known: [String], _ request: Request) -> CallFailure {
        let text = "Unknown \(kind): " + Neutral.echo(name)
        let nearest = NearestName.suggest(for: name, among: known)
        let note: String? =
            if changesNothing {
                "This server is set to change nothing: what changes something is not offered"
            } else if request.visibility.isNarrowed {
                "Only some of what this server has is offered here: list it"
            } else if request.visibility.scopes.isDisjoint(with: [.write, .admin]),
                !request.visibility.scopes.isEmpty
            {
                "This token may only read: what changes something is not offered"
            } else {
                nil
            }
        guard let note else { return .error(.invalidParams(text + NearestName.hint(nearest))) }
        return .error(.invalidParams(text + NearestName.hint(nearest, or: ".") + " " + note))
    }

    func getPrompt(_ request: Request) async throws(CallFailure) -> JSONObject {
        let name = try text("name", request)
        let seen = registry.prompts.filter { request.visibility.shows($0) }
        guard let prompt = seen.first(where: { $0.name == name }) else {
            throw unknown("prompt", name, among: seen.map(\.name), request)
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
        let resource = registry.resources.first { $0.uri == uri && request.visibility.shows($0) }
        let template = registry.templates.lazy.filter { request.visibility.shows($0) }
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
                    .invalidParams("Invalid params: requestState was used; send the request again without it"))
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
                sink: request.sink, tools: shown(to: request.visibility), responses: earlier.responses,
                state: earlier.state)
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
            let state = try earlier.sealed(asking: input, taken: call.taken, binding, seal)
            result["requestState"] = state.map { .string($0) }
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
