import Core
import IO
import MCP
import Settings
import ToolHost

/// The MCP servers behind this gateway: connected to, offered on every loop, and told of.
struct UpstreamService: Sendable {
    let host: UpstreamHost

    /// Whose tools they are, in the audit log.
    static func source(of upstream: String) -> String { "upstream:" + upstream }

    /// Makes them ready; nil when the settings name no file. Nothing is read before `read`.
    /// - Parameters:
    ///   - environment: the gateway's own, for what the file names of it.
    ///   - remembers: what they offer is compared with what they have offered, and noted; else all of it counts.
    ///   - folder: the directory for state; nil when nothing is kept.
    ///   - log: nil to say nothing.
    static func make(
        _ configuration: Configuration, environment: [String: String], remembers: Bool = true, folder: String?,
        log: LogSink?
    ) throws(StartFailure) -> UpstreamService? {
        guard let file = configuration.upstreamsFile else { return nil }
        do throws(SystemError) {
            let settings = UpstreamHost.Settings(
                file: file, environment: environment, pins: remembers ? UpstreamPinFiles(below: folder) : nil)
            return UpstreamService(host: try UpstreamHost(settings) { log?.log(LogEvent($0)) })
        } catch {
            throw StartFailure(.unavailable, "Upstream MCP servers cannot be reached: \(error)")
        }
    }

    /// Reads the file, and offers what its servers offer from now on. Blocks for the file alone: never on a loop, and one at a time.
    func read(to sources: ToolSourceFeed) {
        host.read { upstream, make in sources.replace(source: Self.source(of: upstream), with: make) }
    }
}
