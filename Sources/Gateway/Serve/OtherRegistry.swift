import Core
import IO
package import MCP
import Settings

/// Serves another registry than the gateway's own over its transports, with its checks, its log and its end: the way in
/// for servers that only tests of the protocol need.
package enum OtherRegistry {
    /// What a registry's handlers may use of the server around them. On one loop.
    package struct Host {
        /// Signs what clients hand back.
        package let seal: any StateSeal
        /// Remembers which calls of several rounds are over.
        package let rounds: OpenRounds
        /// Tells whoever listens of a change.
        package let publish: (Change) -> Void
        /// Lets the loop go on with other work for so many seconds.
        /// - Throws: `CallFailure.cancelled` when the call is given up in the meantime.
        package let pause: (Double) async throws(CallFailure) -> Void
    }

    /// Serves on a port of the loopback with one loop, until a signal.
    /// - Parameter makeDispatcher: called once, on the loop.
    /// - Returns: the exit code.
    package static func serve(
        port: String, _ makeDispatcher: @escaping @Sendable (Host) -> Dispatcher
    ) async -> Int32 {
        do {
            let configuration = try Configuration.resolve(
                flags: [.port: port, .sandbox: "true", .workers: "1", .logFormat: "json"], environment: [:],
                dotEnv: nil,
                surroundings: Surroundings(cores: 1, isTerminal: false)
            ).configuration
            var command = ServeCommand(configuration: configuration, environment: [:])
            command.makeDispatcher = { worker, shared in
                makeDispatcher(
                    Host(
                        seal: shared.mcp.seal, rounds: shared.mcp.rounds, publish: { shared.mcp.changes.publish($0) },
                        pause: { seconds throws(CallFailure) in try await pause(worker.clock, seconds) }))
            }
            return try await command.run()
        } catch {
            StandardError.write("the start failed: \(error)")
            return 70
        }
    }

    private static func pause(_ clock: LoopClock, _ seconds: Double) async throws(CallFailure) {
        do { try await clock.sleep(until: clock.now.advanced(seconds: seconds)) } catch { throw .cancelled }
    }
}
