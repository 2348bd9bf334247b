import Core
import Glibc
import IO
import LumaClient
import MCP
import SandboxServer
package import Settings
import Store
import ToolHost

/// `luma-mcp mcp`: speaks MCP with the program that has started it, on standard input and output.
package struct StdioCommand {
    private let configuration: Configuration
    private let environment: [String: String]
    private let toolsets: [String]

    /// - Parameter toolsets: the names of those that bound what the client sees; empty for all tools.
    package init(configuration: Configuration, environment: [String: String], toolsets: [String]) {
        (self.configuration, self.environment, self.toolsets) = (configuration, environment, toolsets)
    }

    /// Runs until the input ends.
    /// - Returns: the exit code.
    package func run() async throws -> Int32 {
        let patience = configuration.shutdownSeconds + ServeCommand.secondsToClose
        let signals = Signals([SIGTERM, SIGINT], patience: patience)
        let parts = ServeCommand(configuration: configuration, environment: environment)
        let templates = try parts.templates()
        try TLSFile.checkAuthorities(configuration)
        let known = try configuration.toolsets()
        let toolset = try known.choice(option: toolsets)
        let log = try parts.openLog()
        signals.allow(patience) { _ = ServeCommand.leave(log) }
        var sandbox: Emulator?
        if configuration.usesSandbox {
            sandbox = try await Emulator.startInProcess(faults: configuration.sandboxFaults)
        }
        let folder = configuration.storeDirectory(byDefault: nil)
        let plugins = try await PluginService.make(
            configuration, environment: environment, folder: folder, log: log)
        let forwarders = ForwarderService(configuration, environment: environment, log: log)
        let store = configuration.openStore(log, byDefault: nil)
        let upstreams = try UpstreamService.make(
            configuration, environment: environment, folder: folder, store: folder == nil ? nil : store, log: log)
        let shared = Shared(
            configuration, upstream: sandbox?.origin ?? configuration.baseURL.text,
            templates: templates, log: log, store: store,
            touches: configuration.openTouches(log, byDefault: nil),
            members: configuration.openMembers(log, byDefault: nil), toolsets: known, plugins: plugins,
            forwarders: forwarders, upstreams: upstreams)
        forwarders?.read(to: shared.mcp.sources)
        let leasing = shared.leaseBudget()
        let loop = try Loop(label: "luma-mcp.loop.0")
        loop.start()
        let output = LineOutput()
        let emulator = sandbox
        let (conversation, monitor, reconciler) = try await loop.perform { loop in
            let transport = try CurlTransport(reactor: loop.reactor, settings: shared.transportSettings)
            let way = emulator?.transport(over: transport) ?? transport
            let loopContext = LoopContext(shared, reactor: loop.reactor, transport: way)
            let conversation = StdioConversation(
                ToolBox.dispatcher(loopContext, shared), shared.mcp, loopContext.gate.local, toolset,
                reactor: loop.reactor, output: output, writes: loopContext.operations.writes)
            return (
                LoopBound(conversation, on: loop.executor), loopContext.startMonitor(), loopContext.startReconciler()
            )
        }
        plugins?.begin(to: shared.mcp.sources)
        upstreams?.read(to: shared.mcp)
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
        reconciler.cancel()
        plugins?.host.stopCalls()
        await loop.end(conversation, seconds: configuration.shutdownSeconds)
        await plugins?.host.end()
        await upstreams?.host.end()
        output.flush(seconds: 2)
        leasing?.cancel()
        shared.leasing?.end()
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
