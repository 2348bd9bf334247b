import Core
import IO
import MCP
import ToolSources

extension HostedUpstream {
    /// The prompts and resources of the upstream, for one loop; on that loop.
    /// - Parameter order: its place in the file.
    func others(_ runs: UpstreamRuns, on reactor: Reactor, order: Int) -> SourceOthers {
        let scope = entry.scope.ofUpstream
        var others = SourceOthers(order: order)
        others.prompts = offered.prompts.map { prompt in
            Prompt(
                prompt.name, title: prompt.title, description: prompt.description,
                arguments: prompt.arguments.map { Prompt.Argument($0.name, $0.description, required: $0.isRequired) },
                scope: scope
            ) { _, arguments throws(CallFailure) in
                let given = JSONObject(
                    arguments.sorted { $0.key < $1.key }.map { (name: $0.key, value: JSON.string($0.value)) })
                let result = try await self.get(
                    "prompts/get", ["name": .string(prompt.raw), "arguments": .object(given)], name: prompt.raw, runs,
                    on: reactor)
                return UpstreamResult.messages(result)
            }
        }
        others.resources = offered.resources.map { resource in
            Resource(
                resource.uri, name: resource.name, title: resource.title, description: resource.description,
                mimeType: resource.mimeType, scope: scope
            ) { _, uri throws(CallFailure) in try await self.contents(uri, runs, on: reactor) }
        }
        others.templates = offered.templates.compactMap { template in
            guard let form = URITemplate(outside: template.uri) else { return nil }
            return ResourceTemplate(
                form, name: template.name, title: template.title, description: template.description,
                mimeType: template.mimeType, scope: scope
            ) { _, uri, _ throws(CallFailure) in try await self.contents(uri, runs, on: reactor) }
        }
        return others
    }

    private func contents(
        _ uri: String, _ runs: UpstreamRuns, on reactor: Reactor
    ) async throws(CallFailure) -> [ResourceContents] {
        let result = try await get("resources/read", ["uri": .string(uri)], name: uri, runs, on: reactor)
        let contents = UpstreamResult.contents(result)
        if contents.isEmpty { throw .notFound(uri: uri) }
        return contents
    }

    /// Asks for what changes nothing.
    private func get(
        _ method: String, _ params: JSONObject, name: String, _ runs: UpstreamRuns, on reactor: Reactor
    ) async throws(CallFailure) -> JSONObject {
        let asker = UpstreamAsker(nil, runs, on: reactor)
        switch try await ask(method, params, name: name, isRepeatable: true, asker) {
        case .cancelled: throw .cancelled
        case .busy: throw .error(.tooManyRequests)
        case .answered(.success(let result)):
            guard UpstreamResult.fits(result, entry.limits.resultBytes) else {
                throw .error(.internalError("the answer of \(source) is larger than it may be"))
            }
            return result
        case .answered(.failure(.error(let error))) where error.code == -32002: throw .notFound(uri: name)
        case .answered(.failure(let failure)):
            throw .error(.internalError(UpstreamResult.failure(failure, from: source, isRepeatable: true).words))
        }
    }
}

extension ToolResult {
    fileprivate var words: String { content.first?.text ?? "" }
}
