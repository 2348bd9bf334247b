import Core
import GatewayAPI
import IO
import MCP
import Settings
import ToolHost

/// The plugins of this gateway: found, watched, offered on every loop, and told of.
struct PluginService: Sendable {
    /// Whose tools they are, in the audit log.
    static let source = "plugins"
    /// What is left of the end for whoever does not heed SIGTERM, beyond the time for running requests.
    private static let secondsToKill = 0.75

    let host: PluginHost

    /// Makes them ready; nil when the settings name no directory. Nothing is looked at before `begin`.
    /// - Parameters:
    ///   - environment: the gateway's own, for what `plugins.json` passes on of it.
    ///   - folder: the directory for state; nil when nothing is kept.
    static func make(
        _ configuration: Configuration, environment: [String: String], folder: String?, log: LogSink
    ) async throws(StartFailure) -> PluginService? {
        guard let plugins = configuration.plugins else { return nil }
        do throws(SystemError) {
            let host = try await PluginHost.make(
                PluginHost.Settings(plugins, environment), in: CallFolder(below: folder),
                patience: min(2, configuration.shutdownSeconds + secondsToKill)
            ) { log.log(LogEvent($0)) }
            return PluginService(host: host)
        } catch {
            throw StartFailure(.unavailable, "Plugins cannot be run: \(error)")
        }
    }

    /// Offers what they offer from now on. Returns at once.
    func begin(to sources: ToolSourceFeed) {
        let host = host
        host.begin { snapshot in
            sources.replace(source: Self.source) { reactor in snapshot.tools(PluginRunner(host.runs, on: reactor)) }
        }
    }
}

extension PluginHost.Settings {
    /// - Parameter environment: the gateway's own.
    init(_ plugins: Configuration.Plugins, _ environment: [String: String]) {
        self.init(
            directory: plugins.directory, file: plugins.file, python: plugins.python, isStrict: plugins.isStrict,
            environment: environment)
        gatewayTools = Surfaces.all.compactMap(\.tool)
    }
}

extension LogEvent {
    /// What a host of tools has to say.
    init(_ event: HostEvent) {
        let level: LogLevel =
            switch event.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        self.init(time: WallClock.now, level, event.message)
        fields = event.fields.map { (name: $0.name, value: .text($0.value)) }
    }
}
