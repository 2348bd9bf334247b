import Core
import Crypto
package import HTTP
package import IO
import LumaSandbox
package import Settings

/// The emulator as a server: inside the gateway on a free loopback port, or as a program of its own.
package struct Emulator: Sendable {
    package let addresses: [ListenAddress]
    private let faults: FaultControl
    private let node: ServerNode<SandboxHandler>

    /// - Throws: `StartFailure` when the port is taken or the saved state cannot be used or kept.
    package static func start(_ options: SandboxOptions) async throws -> Emulator {
        try await start(options, options.tls == nil ? .none : .handshakes)
    }

    private static func start(
        _ options: SandboxOptions, _ connections: FaultControl.Connections
    ) async throws -> Emulator {
        var configuration = SandboxConfiguration(rateLimit: options.requestsPerMinute) {
            (try? SystemTimeZones.database.rules(for: $0)) != nil
        }
        configuration.seed = options.seed ?? .random(in: .min ... .max)
        configuration.maxBodyBytes = ServerLimits().maxBodyBytes
        let faults = try FaultControl(options.faults, seed: configuration.seed & UInt64(Int.max), connections)
        let tls = try options.tls.map {
            try TLSFile.context(
                certificate: NamedFile(Setting.sandboxCertificate.rawValue, $0.certificate),
                key: NamedFile(Setting.sandboxKey.rawValue, $0.key), tickets: try TLSTicketKeys())
        }
        let stateFile = options.stateFile.map { SandboxStateFile(path: $0) }
        let sandbox = try stateFile?.load(configuration) ?? Sandbox(configuration)
        let sockets = try Listening.open(host: options.host, port: options.port, loops: 1)[0]
        try stateFile?.begin(sandbox.snapshot().encoded)
        // Who serves other machines has given it names there that are not known here.
        let hosts = AllowedHosts(options.host.isLoopback ? [] : ["*"])
        let cutsHandshake: @Sendable () -> Bool = { faults.connectionFault(for: nil) != nil }
        let node = try await ServerNode.start(
            label: "luma-mcp.sandbox", sockets: sockets, limits: ServerLimits(), counter: ConnectionCounter(), tls: tls,
            cutsHandshake: cutsHandshake
        ) { SandboxHandler(sandbox, faults, reactor: $0, stateFile: stateFile, hosts: hosts) }
        return Emulator(addresses: sockets.map(\.address), faults: faults, node: node)
    }

    /// Starts the emulator of a gateway: in memory, on a free loopback port.
    ///
    /// - Parameter faults: rules in the compact syntax.
    package static func startInProcess(faults: String?) async throws -> Emulator {
        var options = try SandboxOptions.resolve(flags: [.sandboxHost: "127.0.0.1", .sandboxPort: "0"])
        options.faults = faults
        return try await start(options, .all)
    }

    /// Where the API is, for a gateway in this process.
    package var origin: String { "http://\(addresses[0])" }

    /// The way of a gateway in this process to here, with the faults that strike before a call arrives.
    package func transport(over transport: any Transport) -> any Transport {
        FaultyTransport(transport, faults, origin: origin)
    }

    /// Drains, and saves the state.
    package func stop(seconds: Double) async {
        await node.end(seconds: seconds)
        await node.stop()
    }
}
