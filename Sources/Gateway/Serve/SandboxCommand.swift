import Glibc
import IO
import Settings

/// `luma-mcp sandbox`: the emulator on its own, until a signal.
struct SandboxCommand {
    let options: SandboxOptions

    func run() async throws -> Int32 {
        let signals = Signals([SIGTERM, SIGINT], patience: 7)
        DescriptorLimit.raise()
        let server = try await SandboxServer.start(options)
        StandardOutput.write(Banner.sandbox(options, addresses: server.addresses))
        for await _ in signals.stream { break }
        await server.stop(seconds: 5)
        return 0
    }
}
