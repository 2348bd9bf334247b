import Core
import Glibc
import IO
import LumaClient
package import MCP
import SandboxServer
package import Settings
import Store

/// `luma-mcp mcp`: speaks MCP with the program that has started it, on standard input and output.
package struct StdioCommand {
    private let configuration: Configuration

    package init(configuration: Configuration) { self.configuration = configuration }

    /// Runs until the input ends.
    /// - Returns: the exit code.
    package func run() async throws -> Int32 {
        let patience = configuration.shutdownSeconds + ServeCommand.secondsToClose
        let signals = Signals([SIGTERM, SIGINT], patience: patience)
        let parts = ServeCommand(configuration: configuration, environment: [:])
        let templates = try parts.templates()
        try TLSFile.checkAuthorities(configuration)
        let log = try parts.openLog()
        signals.allow(patience) { _ = ServeCommand.leave(log) }
        var sandbox: Emulator?
        if configuration.usesSandbox {
            sandbox = try await Emulator.startInProcess(faults: configuration.sandboxFaults)
        }
        let shared = Shared(
            configuration, upstream: sandbox?.origin ?? configuration.baseURL.text,
            templates: templates, log: log, store: configuration.openStore(log, byDefault: nil),
            touches: configuration.openTouches(log, byDefault: nil))
        let loop = try Loop(label: "luma-mcp.loop.0")
        loop.start()
        let output = LineOutput()
        let emulator = sandbox
        let (conversation, monitor, settler) = try await loop.perform { loop in
            let transport = try CurlTransport(reactor: loop.reactor, settings: shared.transportSettings)
            let way = emulator?.transport(over: transport) ?? transport
            let worker = LoopContext(shared, reactor: loop.reactor, transport: way)
            let conversation = StdioConversation(
                ToolBox.dispatcher(worker, shared), shared.mcp, worker.gate.local, reactor: loop.reactor,
                output: output, writes: worker.operations.writes)
            return (LoopBound(conversation, on: loop.executor), worker.startMonitor(), worker.startSettler())
        }
        let (ends, ending) = AsyncStream<Void>.makeStream()
        let executor = loop.executor
        LineInput(maxBytes: configuration.limits.maxBodyBytes).start { item in
            executor.execute {
                conversation.value.take(item)
                if item == .end || output.isBroken { conversation.value.whenIdle { ending.finish() } }
            }
        }
        await Self.wait(ends, signals)
        monitor.cancel()
        settler.cancel()
        await loop.end(conversation, seconds: configuration.shutdownSeconds)
        output.flush(seconds: 2)
        await sandbox?.stop(seconds: 1)
        guard shared.store.close(within: max(ServeCommand.secondsToClose, configuration.shutdownSeconds)) else {
            return ServeCommand.leave(log)
        }
        log.flush()
        return 0
    }

    /// Returns at the end of the input, when what is under way is answered, or at a signal.
    private static func wait(_ ends: AsyncStream<Void>, _ signals: Signals) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in ends {} }
            group.addTask { for await _ in signals.stream { break } }
            await group.next()
            group.cancelAll()
        }
    }
}

extension Loop {
    fileprivate func end(_ conversation: LoopBound<StdioConversation>, seconds: Double) async {
        await conversation.value.end(by: reactor.now.advanced(seconds: seconds))
    }
}

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
