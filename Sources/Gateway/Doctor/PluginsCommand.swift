import Core
import Glibc
import IO
import MCP
package import Settings
import ToolHost
import ToolSources

/// What `luma-mcp plugins` is asked for.
public enum PluginsCall: Sendable, Equatable {
    /// What a gateway with these settings offers.
    case list(json: Bool)
    /// What one plugin offers, and what is wrong with it.
    case check(path: String)
    /// One call of one plugin.
    case run(path: String, command: String, arguments: String?)
}

/// `luma-mcp plugins`: for those who write plugins and those who run them. Asks no gateway and changes nothing.
package struct PluginsCommand {
    private let call: PluginsCall
    private let environment: [String: String]

    package init(_ call: PluginsCall, environment: [String: String]) {
        self.call = call
        self.environment = environment
    }

    /// - Parameter resolve: finds the settings; given the directory of the plugin, when it is about one.
    /// - Returns: the exit code: 0 when all is well, 1 when a plugin is not offered or a call fails.
    package func run(_ resolve: (_ directory: String?) throws -> Configuration.Plugins?) async throws -> Int32 {
        switch call {
        case .list(let asJSON):
            guard let plugins = try resolve(nil) else {
                throw StartFailure(
                    .configuration, "LUMA_PLUGINS_DIR is not set: set it to the directory of your plugins.")
            }
            return try await list(PluginHost.Settings(plugins, environment), asJSON: asJSON)
        case .check(let path):
            var settings = try settings(of: path, resolve)
            settings.showsPins = true
            return try await Self.with(settings) { host, snapshot in
                let report = PluginReport(snapshot)
                StandardOutput.write(report.text(withCommands: true))
                return report.isComplete ? 0 : 1
            }
        case .run(let path, let command, let arguments):
            let settings = try settings(of: path, resolve)
            return try await Self.with(settings) { host, snapshot in
                await run(command, arguments, host, snapshot)
            }
        }
    }

    private func list(_ settings: PluginHost.Settings, asJSON: Bool) async throws -> Int32 {
        try await Self.with(settings) { host, snapshot in
            let report = PluginReport(snapshot)
            StandardOutput.write(
                asJSON ? String(decoding: report.json.encoded, as: UTF8.self) : report.text(withCommands: false))
            return report.isComplete ? 0 : 1
        }
    }

    /// Lets `body` use the plugins once they have said what they do.
    private static func with(
        _ settings: PluginHost.Settings, _ body: (PluginHost, PluginSnapshot) async -> Int32
    ) async throws -> Int32 {
        let host: PluginHost
        do throws(SystemError) {
            host = try await PluginHost.make(settings, in: CallFolder(below: nil)) { _ in }
        } catch {
            throw StartFailure(.unavailable, "Plugins cannot be run: \(error)")
        }
        let code = await body(host, await host.survey())
        await host.end()
        return code
    }

    /// The settings for one plugin, which is looked at where it lies.
    private func settings(
        of path: String, _ resolve: (String?) throws -> Configuration.Plugins?
    ) throws -> PluginHost.Settings {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let last = path.split(separator: "/").last ?? ""
        // Such a path has no name of its own.
        if last.isEmpty || last == "." || last == ".." {
            guard let resolved = realpath(path, nil) else { throw Self.absent }
            path = String(cString: resolved)
            free(resolved)
        }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let folder = path.contains("/") ? String(path.dropLast(name.count)) : "."
        guard access(path, F_OK) == 0, let plugins = try resolve(folder) else { throw Self.absent }
        var settings = PluginHost.Settings(plugins, environment)
        settings.only = name
        return settings
    }

    private static let absent = StartFailure(
        .configuration, "There is no such plugin. Name a directory or an executable file, such as ./plugins/hello.")

    // MARK: One call

    private func run(
        _ name: String, _ arguments: String?, _ host: PluginHost, _ snapshot: PluginSnapshot
    ) async -> Int32 {
        guard let plugin = snapshot.plugins.first else {
            StandardError.write(PluginReport(snapshot).text(withCommands: false))
            return 1
        }
        guard let command = plugin.commands.first(where: { $0.command.name == name }) else {
            let known = plugin.commands.map(\.command.name)
            StandardError.write(
                "\(plugin.name) has no command \(Neutral.quoted(name))"
                    + NearestName.hint(for: name, among: known, or: "; it has: \(known.joined(separator: ", "))"))
            return 1
        }
        guard let given = (try? JSON.parse(arguments ?? "{}"))?.objectValue else {
            StandardError.write("The arguments must be a JSON object, such as {\"name\": \"Ada\"}.")
            return 1
        }
        let spelled = PluginArguments.spelled(given, for: command.command)
        switch ArgumentSchema.read(spelled, schema: command.definition.input, takesEmptyTexts: true) {
        case .failure(let problems):
            StandardError.write(problems.text)
            return 1
        case .success(let read):
            guard let outcome = await host.run(plugin, command, read, { Self.listener }) else { return 1 }
            let text = outcome.result.content.map(Self.shown).joined(separator: "\n")
            if outcome.result.isError { StandardError.write(text) } else { StandardOutput.write(text) }
            return outcome.result.isError ? 1 : 0
        }
    }

    private static var listener: PluginListener {
        PluginListener(
            progress: { done, total, words in
                let total = total.flatMap(JSONNumber.init).map { " of \($0.text)" } ?? ""
                let words = words.map { ": \($0)" } ?? ""
                StandardError.write("progress \(JSONNumber(done)?.text ?? "")\(total)\(words)")
            },
            log: { level, data in
                let text = data.stringValue ?? String(decoding: data.encoded, as: UTF8.self)
                StandardError.write("\(level.rawValue): \(text)")
            })
    }

    private static func shown(_ content: Content) -> String {
        switch content {
        case .text(let text): text
        case .image(let base64, let type): "[\(type), \(base64.utf8.count / 4 * 3) bytes]"
        case .audio(let base64, let type): "[\(type), \(base64.utf8.count / 4 * 3) bytes]"
        case .link(let uri, let name, _): "\(name): \(uri)"
        case .resource(let contents): "[\(contents.uri)]"
        case .outside(let piece): String(decoding: JSON.object(piece).encoded, as: UTF8.self)
        }
    }
}
