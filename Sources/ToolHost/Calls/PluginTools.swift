package import Core
import IO
package import MCP
package import ToolSources

extension PluginSnapshot {
    /// The tools of the plugins, for the loop of the runner; on that loop.
    package func tools(_ runner: PluginRunner) -> [Tool] {
        plugins.flatMap { plugin in plugin.commands.compactMap { Self.tool(plugin, $0, runner) } }
    }

    private static func tool(_ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ runner: PluginRunner) -> Tool? {
        let definition = command.definition
        // Whoever has cleaned the definition keeps narrower bounds than these.
        guard
            var tool = try? Tool(
                outside: definition.name, title: definition.title, description: definition.description,
                input: definition.input, output: definition.output, hints: definition.hints, scope: definition.scope,
                handler: { call, arguments throws(CallFailure) in
                    try await runner.call(plugin, command, call, arguments)
                })
        else { return nil }
        tool.forgive = { PluginArguments.spelled($0, for: command.command) }
        tool.misfit = { arguments in
            let read = ArgumentSchema.read(arguments, schema: definition.input, takesEmptyTexts: true)
            guard case .failure(let problems) = read else { return nil }
            return PluginOutcome.failure(.invalidArguments, problems.text).result
        }
        return tool
    }
}

extension PluginRunner {
    /// Serves a call of a client. Cancelling its task stops it, and so does the end of the program.
    fileprivate func call(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ call: Call, _ arguments: JSONObject
    ) async throws(CallFailure) -> ToolResult {
        let listener = PluginListener(
            progress: { call.progress($0, of: $1, $2) }, log: { call.log($0, $1, logger: plugin.name) })
        guard let outcome = await runToTheEnd(plugin, command, arguments, listener) else { throw .cancelled }
        var result = outcome.result
        switch outcome.code {
        case .timeout: result.outcome = .timeout
        case .busy: result.outcome = .busy
        case .invalidArguments: result.outcome = .invalidArguments
        default: break
        }
        return result
    }
}

extension PluginRunner {
    private final class Ended {
        var outcome: PluginOutcome?
    }

    /// Runs a call in a task of its own, which the end of the program cancels, as the cancellation of this one does.
    /// - Returns: nil when this one was cancelled.
    package func runToTheEnd(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ arguments: JSONObject, _ listener: PluginListener
    ) async -> PluginOutcome? {
        let ended = Ended()
        let task = reactor.start { [self] in ended.outcome = await run(plugin, command, arguments, listener) }
        let number = runs.calls.began { task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        runs.calls.ended(number)
        if ended.outcome == nil, !Task.isCancelled {
            return .failure(.cancelled, "The gateway is shutting down and has stopped the call.")
        }
        return ended.outcome
    }
}
