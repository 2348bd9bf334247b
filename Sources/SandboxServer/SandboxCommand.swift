import Core
import Glibc
package import IO
package import Settings

/// `luma-mcp sandbox`: the emulator on its own, until a signal.
package struct SandboxCommand {
    private let options: SandboxOptions

    package init(_ options: SandboxOptions) { self.options = options }

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
            luma-mcp sandbox \(Version.number), an emulator of Luma's API, serves on \(url)
            Any API key is good, except one that starts with "invalid". Try:
              curl -H 'x-luma-api-key: anything' \(url)/v1/users/get-self
            """
    }
}
