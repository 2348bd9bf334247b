import Core
import IO
import LumaSandbox

/// The emulator as a server: inside the gateway on a free loopback port, or as a program of its own.
struct SandboxServer: Sendable {
    let addresses: [ListenAddress]
    private let node: ServerNode<SandboxHandler>

    /// - Throws: `StartFailure` when the port is taken or the saved state cannot be used or kept.
    static func start(_ options: SandboxOptions) async throws -> SandboxServer {
        var configuration = SandboxConfiguration(rateLimit: options.requestsPerMinute) {
            (try? SystemTimeZones.database.rules(for: $0)) != nil
        }
        configuration.seed = options.seed ?? .random(in: .min ... .max)
        configuration.maxBodyBytes = ServerLimits().maxBodyBytes
        let stateFile = options.stateFile.map { SandboxStateFile(path: $0) }
        let sandbox = try stateFile?.load(configuration) ?? Sandbox(configuration)
        let sockets = try Listening.open(host: options.host, port: options.port, loops: 1)[0]
        try stateFile?.begin(sandbox.snapshot().encoded)
        let node = try await ServerNode.start(
            label: "luma-mcp.sandbox", sockets: sockets, limits: ServerLimits(), counter: ConnectionCounter()
        ) { SandboxHandler(sandbox, reactor: $0, stateFile: stateFile) }
        return SandboxServer(addresses: sockets.map(\.address), node: node)
    }

    /// Starts the emulator of a gateway: in memory, on a free loopback port.
    static func startInProcess() async throws -> SandboxServer {
        try await start(try SandboxOptions.resolve(flags: [.sandboxHost: "127.0.0.1", .sandboxPort: "0"]))
    }

    /// Drains, and saves the state.
    func stop(seconds: Double) async {
        await node.end(seconds: seconds)
        await node.stop()
    }
}
