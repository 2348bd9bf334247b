import CAssets
import Core
import IO
import MCP
import Settings
import ToolHost

/// The forwarded services of this gateway: described by documents, offered on every loop, and told of.
struct ForwarderService: Sendable {
    let host: ForwarderHost

    /// Whose tools they are, in the audit log.
    static func source(of service: String) -> String { "forwarder:" + service }

    /// Makes them ready; nil when the settings name none. Nothing is offered before `read`.
    /// - Parameter log: nil to say nothing.
    init?(_ configuration: Configuration, environment: [String: String], log: LogSink?) {
        guard let settings = ForwarderDocuments.Settings(configuration.forwarders, environment) else { return nil }
        host = ForwarderHost(settings) { log?.log(LogEvent($0)) }
    }

    /// Reads the documents, and offers what they describe from now on. Blocks: never on a loop, and one at a time.
    func read(to sources: ToolSourceFeed) {
        host.read { service, make in sources.replace(source: Self.source(of: service), with: make) }
    }
}

extension ForwarderDocuments.Settings {
    /// Where the value of a setting may lie that is in no variable.
    private static let elsewhere = [
        Setting.gitHubToken, .lunaURL, .lumenoreURL, .lumenoreClient, .lumenoreSecret,
    ].map { $0.rawValue + "_FILE" }

    /// Those of a configuration; nil when there is nothing that a document could describe.
    /// - Parameter environment: the gateway's own.
    init?(_ forwarders: Configuration.Forwarders, _ environment: [String: String]) {
        guard
            forwarders.directory != nil || !forwarders.values.isEmpty
                || environment["CREDENTIALS_DIRECTORY"] != nil
                || Self.elsewhere.contains(where: { environment[$0] != nil })
        else { return nil }
        self.init(forwarders: forwarders, environment: environment)
    }

    /// The same, whether there is anything or not.
    init(forwarders: Configuration.Forwarders, environment: [String: String]) {
        self.init(
            directory: forwarders.directory, builtIn: Self.partsOfTheProgram, values: forwarders.values,
            environment: environment)
    }

    /// The documents that are compiled into the program.
    private static let partsOfTheProgram: [(name: String, octets: [UInt8])] = {
        var documents: [(name: String, octets: [UInt8])] = []
        var next = lm_forwarders
        while let asset = next?.pointee, let path = asset.path {
            let octets = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            documents.append((String(cString: path), octets))
            next = next?.successor()
        }
        return documents
    }()
}
