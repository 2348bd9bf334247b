import Core
import IO
import MCP
import Settings
import Store
import ToolHost
import ToolSources

/// The MCP servers behind this gateway: connected to, offered on every loop, and told of.
struct UpstreamService: Sendable {
    /// What is left of the end for a program that does not heed SIGTERM, beyond the time for running requests.
    private static let secondsToKill = 0.75

    let host: UpstreamHost
    /// Who has subscribed to resources, some of which may be theirs.
    var subscribers: ResourceSubscribers { host.subscribers }

    /// Whose tools they are, in the audit log.
    static func source(of upstream: String) -> String { "upstream:" + upstream }

    /// Makes them ready; nil when the settings name no file. Nothing is read before `read`.
    /// - Parameters:
    ///   - environment: the gateway's own, for what the file names of it.
    ///   - remembers: what they offer first is noted; else it is only compared with what was noted.
    ///   - folder: the directory for state; nil when nothing is kept.
    ///   - store: where their definitions are kept over a restart; nil for nowhere.
    ///   - log: nil to say nothing.
    static func make(
        _ configuration: Configuration, environment: [String: String], remembers: Bool = true, folder: String?,
        store: (any StateStore)? = nil, log: LogSink?
    ) throws(StartFailure) -> UpstreamService? {
        guard let file = configuration.upstreamsFile else { return nil }
        do throws(SystemError) {
            let files = UpstreamPinFiles(below: folder)
            let pins: any UpstreamPins = remembers ? files : UpstreamProbe(files)
            var settings = UpstreamHost.Settings(
                file: file, environment: environment, pins: pins, in: CallFolder(below: remembers ? folder : nil))
            settings.memory = store.map { UpstreamStore(store: $0) }
            settings.patience = min(2, configuration.shutdownSeconds + secondsToKill)
            return UpstreamService(host: try UpstreamHost(settings) { log?.log(LogEvent($0)) })
        } catch {
            throw StartFailure(.unavailable, "Upstream MCP servers cannot be reached: \(error)")
        }
    }

    /// Reads the file, and offers what its servers offer from now on. Blocks for the file alone: never on a loop, and one at a time.
    func read(to shared: MCPShared) {
        let (sources, changes) = (shared.sources, shared.changes)
        host.read(
            updated: { changes.publish(.resourceUpdated(uri: $0)) },
            publish: { upstream, offer in
                sources.replace(source: Self.source(of: upstream), with: offer.tools, others: offer.others)
            })
    }
}
