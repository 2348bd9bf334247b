import GatewayAPI
import HTTP
import IO
import Keys
import Settings
import Store
import TestKit

@testable import Gateway

/// The loops of a gateway over sockets, with a scripted Luma.
enum GatewayNode {
    /// What its loops share, with these settings and a key, unless they ask for the emulator's.
    static func shared(
        _ settings: [Setting: String] = [:], log: LogSink, store: any StateStore = SQLiteStateStore(.memory)
    ) throws -> Shared {
        let key: [Setting: String] = settings[.sandbox] == nil ? [.apiKey: "secret-key"] : [:]
        let resolution = try Configuration.resolve(
            flags: settings.merging(key) { given, _ in given }, environment: [:], dotEnv: nil,
            surroundings: Surroundings(cores: 1, isTerminal: false))
        let forwarders = ForwarderService(resolution.configuration, environment: [:], log: log)
        let upstreams = try UpstreamService.make(
            resolution.configuration, environment: [:], folder: nil, store: store, log: log)
        let shared = Shared(
            resolution.configuration, upstream: "https://luma.test", templates: TemplateCatalog(), log: log,
            store: store, tokens: try resolution.configuration.tokens(),
            keyHashing: try resolution.configuration.access.keys?.hashing() ?? .plain, forwarders: forwarders,
            upstreams: upstreams)
        forwarders?.read(to: shared.mcp.sources)
        upstreams?.read(to: shared.mcp)
        return shared
    }

    /// One loop, and the port where it is served.
    /// - Parameters:
    ///   - ended: is told when the loop needs Luma no more.
    ///   - answer: Luma's.
    static func start(
        _ shared: Shared, connections: ConnectionCounter = ConnectionCounter(),
        ended: @escaping @Sendable () -> Void = {},
        answer: @escaping @Sendable (OutboundRequest) async -> ScriptedTransport.Answer
    ) async throws -> (node: ServerNode<Application>, port: Int) {
        let sockets = try ListenSocket.open(host: "127.0.0.1", port: 0)[0]
        let node = try await ServerNode.start(
            label: "test", sockets: sockets, limits: ServerLimits(), counter: connections
        ) { reactor in
            let transport = ScriptedTransport { request, _ in await answer(request) }
            return Application(
                LoopContext(shared, reactor: reactor, transport: transport), shared, shutDownTransport: ended)
        }
        return (node, sockets[0].address.port)
    }
}
