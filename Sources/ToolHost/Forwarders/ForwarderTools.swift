import Core
import MCP
import ToolSources

extension HostedService {
    /// The tools of the service, for one loop; on that loop.
    /// - Parameter runner: gives what makes the calls there.
    func tools(_ runner: () -> ForwarderRunner) -> [Tool] {
        let runner = runner()
        return forwarder.tools.compactMap { Self.tool($0, runner) }
    }

    private static func tool(_ tool: ForwarderTool, _ runner: ForwarderRunner) -> Tool? {
        let definition = tool.definition
        // Whoever has read the document keeps narrower bounds than these.
        guard
            var made = try? Tool(
                outside: definition.name, title: definition.title, description: definition.description,
                input: definition.input, output: definition.output, hints: definition.hints, scope: definition.scope,
                handler: { call, arguments throws(CallFailure) in
                    let outcome = await runner.run(tool, arguments) { octets in
                        call.progress(octets, of: nil, "\(Int(octets)) bytes received")
                    }
                    guard let outcome else { throw .cancelled }
                    return outcome.result(of: tool)
                })
        else { return nil }
        made.forgive = { tool.prepared($0) }
        made.misfit = { arguments in
            if case .failure(let invalid) = tool.checked(arguments) { invalid.outcome.result(of: tool) } else { nil }
        }
        return made
    }
}

extension ForwarderOutcome {
    /// The result of a tool, with how it has ended.
    fileprivate func result(of tool: ForwarderTool) -> ToolResult {
        var result = toolResult
        result.bareValue = value
        result.httpFailure = failure.map { failure in
            ToolResult.HTTPFailure(
                code: failure.code, message: "\(tool.label) failed: \(failure.message)",
                restStatus: failure.kind.restStatus, directStatus: failure.kind.directStatus,
                retryAfterSeconds: failure.retryAfterSeconds)
        }
        switch failure?.kind {
        case .invalidArguments: result.outcome = .invalidArguments
        case .timeout: result.outcome = .timeout
        case .busy: result.outcome = .busy
        case .outcomeUnknown: result.outcome = .outcomeUnknown
        default: break
        }
        return result
    }
}
