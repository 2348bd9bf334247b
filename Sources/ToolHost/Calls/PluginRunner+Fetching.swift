import Core
import Dispatch
import HTTP
import IO
import MCP
import ToolSources

/// A file that was fetched for one call, in a directory that is the call's own.
struct CallFile {
    let directory: PrivateDirectory
    let path: String
    /// The host that was named.
    let host: String
}

extension PluginRunner {
    private static let fileName = "fetched"
    /// Directories are removed there.
    private static let removing = DispatchQueue(label: "luma-mcp.fetched-files")

    /// Fetches the file that a call names, by the one rule for it.
    /// - Returns: nil when there is none to fetch.
    func fetch(
        for command: HostedPlugin.Command, _ arguments: JSONObject
    ) async throws(FetchFailure) -> CallFile? {
        guard let wish = command.command.fetch, let rule = command.policy.fetch,
            let given = arguments[wish.argument], !given.isNull
        else { return nil }
        // Whatever is no text is no address either.
        guard let address = given.stringValue else { throw FetchFailure(.malformed(.scheme)) }
        let directory = runs.folder.privateDirectory()
        let file = try await runs.fetcher.fetch(address, by: rule, into: directory, as: Self.fileName)
        return CallFile(
            directory: directory, path: directory.path + "/" + Self.fileName, host: file.host.text)
    }

    /// What becomes of a call without its file, in which the plugin has not run.
    /// - Returns: nil when it was cancelled.
    func unfetched(
        _ failure: FetchFailure, _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ id: String
    ) -> PluginOutcome? {
        if failure.reason == .cancelled { return nil }
        let code: PluginErrorCode = failure.isRefusal ? .fetchRefused : .fetchFailed
        let argument = command.command.fetch.map { $0.argument + ": " } ?? ""
        var outcome = PluginOutcome.failure(code, argument + failure.text)
        outcome.result.host = failure.host?.text
        runs.slots.ended(plugin.name, failed: true)
        runs.log(
            HostEvent(
                .debug, "A file was not fetched for a plugin",
                [
                    "plugin": plugin.name, "command": command.command.name, "call": id, "code": code.rawValue,
                    "host": failure.host?.text ?? "-",
                ]))
        return outcome
    }

    /// Takes a call's directory away, once nothing of the call runs.
    func remove(_ file: CallFile) async {
        let directory = file.directory
        await reactor.ask { (then: @escaping @Sendable (Result<Void, Never>) -> Void) in
            Self.removing.async {
                // What resists stays for the next start.
                try? directory.remove()
                then(.success(()))
            }
        }
    }
}
