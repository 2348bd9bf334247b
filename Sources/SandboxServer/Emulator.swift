package import Core
import Crypto
import Glibc
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

extension Emulator {
    /// Checks the rules that a setting gives.
    package static let settingChecks: SettingChecks = { kind, text in
        guard case .faults = kind else { return nil }
        do throws(FaultError) { _ = try FaultSet(text: text) } catch { return error.problem }
        return nil
    }
}

/// `luma-mcp sandbox`: the emulator on its own, until a signal.
package struct SandboxCommand {
    private let options: SandboxOptions

    package init(_ options: SandboxOptions) { self.options = options }

    /// Serves until SIGTERM or SIGINT, then saves its state.
    /// - Returns: the exit code.
    /// - Throws: when it cannot start.
    package func run() async throws -> Int32 {
        let signals = Signals([SIGTERM, SIGINT], patience: 7)
        DescriptorLimit.raise()
        let server = try await Emulator.start(options)
        StandardOutput.write(Self.banner(options, server.addresses))
        for await _ in signals.stream { break }
        await server.stop(seconds: 5)
        return 0
    }

    /// Where it serves, and a command to try.
    package static func banner(_ options: SandboxOptions, _ addresses: [ListenAddress]) -> String {
        let url = Listening.url(isSecure: options.tls != nil, host: options.host, addresses)
        return """
            luma-mcp sandbox \(Version.number), an emulator of Luma's API, listening on \(url)
            Any API key is good, except one that starts with "invalid". Try:
              curl -H 'x-luma-api-key: anything' \(url)/v1/users/get-self
            """
    }
}

/// The key that a gateway shows to its own emulator, which takes any.
///
/// Sessions and confirmations are sealed by it, so it is drawn, and nobody can know it. Beside a state that is kept it is
/// kept, too, so that sessions outlive a restart.
package enum SandboxKey {
    /// Its file in the folder of the state.
    package static let fileName = "sandbox.key"
    /// Where it comes from, for who looks at the emulator's traffic.
    private static let prefix = "sandbox-in-process-"
    private static let randomBytes = 32

    /// A new key, drawn at random.
    package static func drawn() -> Secret {
        var random = SystemRandomNumberGenerator()
        return Secret(
            prefix + Hex.encode((0..<randomBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
    }

    /// The one that is kept in the folder, made when there is none. Blocks: start-up only.
    /// - Parameter folder: of the state; nil when it is in memory.
    package static func kept(in folder: String?) -> Secret {
        guard let folder else { return drawn() }
        let path = folder + "/" + fileName
        if let text = try? SmallFile.read(path, limit: 1024), isKey(text) { return Secret(text) }
        let key = drawn()
        mkdir(folder, 0o700)
        // Where it cannot be kept, sessions end with the program.
        try? WholeFile.replace(path, Array(key.reveal().utf8), mode: 0o600)
        return key
    }

    private static func isKey(_ text: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 2 * randomBytes
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { $0.hexDigitValue != nil }
    }
}
