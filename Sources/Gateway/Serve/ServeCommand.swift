import Core
import Crypto
import GatewayAPI
import Glibc
import HTTP
package import IO
import Keys
import LumaClient
package import MCP
import SandboxServer
package import Settings
import Store
import ToolHost

/// `luma-mcp serve`: starts everything in order, serves until a signal, and stops it in reverse order.
package struct ServeCommand {
    private let configuration: Configuration
    private let environment: [String: String]
    /// What speaks MCP on each loop, in place of the gateway's own tools; called once, on the loop.
    private let makeDispatcher: (@Sendable (DispatcherHost) -> Dispatcher)?

    /// - Parameter makeDispatcher: nil for the gateway's own tools.
    package init(
        configuration: Configuration, environment: [String: String],
        makeDispatcher: (@Sendable (DispatcherHost) -> Dispatcher)? = nil
    ) {
        (self.configuration, self.environment, self.makeDispatcher) = (configuration, environment, makeDispatcher)
    }

    /// Where the state is kept when nothing else is said.
    static let dataDirectory = "data"
    /// After these the first check of Luma is made, and what the start has needed can go.
    private static let secondsToRest = 2.0
    /// A start that hangs is ended so many seconds after the signal.
    private static let secondsToStart = 2.0
    /// What has been served is closed so many seconds after the time for serving it, at most.
    static let secondsToClose = 1.5

    /// Runs to the end.
    /// - Returns: the exit code.
    /// - Throws: `StartFailure` when something that it needs is not there.
    package func run() async throws -> Int32 {
        let signals = Signals([SIGTERM, SIGINT, SIGHUP], patience: Self.secondsToStart)
        raiseDescriptorLimit()
        let templates = try self.templates()
        let tokens = try configuration.tokens()
        let toolsets = try tokens?.toolsets ?? configuration.toolsets()
        let keyHashing = try configuration.access.keys?.hashing() ?? .plain
        let tickets = try configuration.tls.map { _ in try TLSTicketKeys() }
        let tls = try configuration.tls.flatMap { files in try tickets.map { try TLSFile.context(files, $0) } }
        try TLSFile.checkAuthorities(configuration)
        let log = try openLog()
        let folder = configuration.storeDirectory(byDefault: Self.dataDirectory)
        for problem in FileExposure.problems(configuration, folder: folder) {
            StandardError.write("luma-mcp: warning: \(problem)")
        }
        let sockets = try Listening.open(configuration, environment)
        var sandbox: Emulator?
        if configuration.usesSandbox {
            sandbox = try await Emulator.startInProcess(faults: configuration.sandboxFaults)
        }
        let plugins = try await PluginService.make(
            configuration, environment: environment, folder: folder, log: log)
        let forwarders = ForwarderService(configuration, environment: environment, log: log)
        let store = configuration.openStore(log, byDefault: Self.dataDirectory)
        let upstreams = try UpstreamService.make(
            configuration, environment: environment, folder: folder, store: folder == nil ? nil : store, log: log)
        let shared = Shared(
            configuration, upstream: sandbox?.origin ?? configuration.baseURL.text,
            templates: templates, log: log, store: store,
            touches: configuration.openTouches(log, byDefault: Self.dataDirectory),
            members: configuration.openMembers(log, byDefault: Self.dataDirectory), tokens: tokens,
            toolsets: toolsets, keyHashing: keyHashing,
            sandboxKey: configuration.usesSandbox ? SandboxKey.kept(in: folder) : nil, plugins: plugins,
            forwarders: forwarders, upstreams: upstreams)
        forwarders?.read(to: shared.mcp.sources)
        let sessionReads = shared.readEndedSessions()
        let leasing = shared.leaseBudget()
        let budget = Task { await shared.resumeBudget() }
        await shared.readKeys()
        let keyReads = shared.followKeys()
        let nodes = try await startNodes(shared, sockets, tls, sandbox)
        plugins?.begin(to: shared.mcp.sources)
        upstreams?.read(to: shared.mcp)
        // What is checked in the background is to be counted where the last program ended.
        await budget.value
        let monitor = await nodes[0].startMonitor()
        let reconciler = await nodes[0].startReconciler()
        // What is needed sooner or later, but must not hold up the first answer: the list of zones takes some milliseconds.
        Task.detached(priority: .background) {
            try await Task.sleep(for: .seconds(0.05))
            _ = SystemTimeZones.database.names
            try await Task.sleep(for: .seconds(Self.secondsToRest))
            ResidentMemory.releaseStart()
        }
        let url = Banner.url(configuration, sockets[0])
        StandardOutput.write(Banner.gateway(configuration, url: url))
        let supervisor = Supervisor(environment, process: getpid())
        supervisor.ready("Serves on \(url)")
        let watchdog = supervisor.startWatchdog(nodes.map(\.loop))

        let reloads = Reloads {
            supervisor.reloading()
            log.reopen(at: WallClock.now)
            await renewCertificate(log, nodes, tickets)
            await Reloads.read {
                configuration.renew(shared.access, log)
                forwarders?.read(to: shared.mcp.sources)
                upstreams?.read(to: shared.mcp)
            }
            plugins?.host.look()
            for node in nodes { await node.perform { $0.tokensChanged() } }
            // Who stops is not ready any more.
            if !Task.isCancelled { supervisor.ready("Serves on \(url)") }
        }
        signals.allow(configuration.shutdownSeconds + Self.secondsToClose) { _ = Self.leave(log) }
        for await number in signals.stream {
            guard number == SIGHUP else { break }
            reloads.wish()
        }
        reloads.end()
        supervisor.stopping()
        monitor.cancel()
        reconciler.cancel()
        sessionReads.cancel()
        keyReads?.cancel()
        plugins?.host.stopCalls()
        await end(nodes)
        await plugins?.host.end()
        await upstreams?.host.end()
        watchdog?.cancel()
        for node in nodes { await node.stop() }
        await sandbox?.stop(seconds: 0)
        leasing?.cancel()
        shared.leasing?.end()
        shared.account.budget.keepNow(LoopClock.monotonicNow)
        shared.access.keys?.noteUses()
        // From the signal on no more than its patience in all.
        guard shared.store.close(within: max(Self.secondsToClose, configuration.shutdownSeconds)) else {
            return Self.leave(log)
        }
        log.flush()
        return 0
    }

    /// Says that the end took too long.
    /// - Returns: the exit code, `EX_IOERR` of sysexits.h.
    static func leave(_ log: LogSink) -> Int32 {
        log.log(
            LogEvent(
                time: WallClock.now, .error,
                "Shutdown took longer than LUMA_SHUTDOWN_SECONDS; exiting with work unfinished"))
        log.flush(seconds: 0.4)
        return 74
    }

    private func raiseDescriptorLimit() {
        guard let limit = DescriptorLimit.raise(),
            let warning = DescriptorLimit.warning(
                limit: limit, connections: configuration.limits.maxConnections,
                calls: configuration.workers * configuration.calls.connections)
        else { return }
        StandardError.write("luma-mcp: warning: \(warning)")
    }

    func templates() throws(StartFailure) -> TemplateCatalog {
        guard let directory = configuration.templatesDirectory else { return TemplateCatalog() }
        do throws(TemplateCatalogError) {
            return try TemplateCatalog.read(directory: directory, zones: SystemTimeZones.database)
        } catch {
            throw StartFailure(.configuration, "LUMA_TEMPLATES_DIR cannot be used:\n\(error)")
        }
    }

    func openLog() throws(StartFailure) -> LogSink {
        do throws(LogFileError) {
            return try LogSink(
                path: configuration.logFile, format: configuration.logFormat,
                threshold: configuration.debug ? .debug : .info)
        } catch {
            throw StartFailure(.configuration, "LUMA_LOG_FILE cannot be opened: \(error)")
        }
    }

    private func startNodes(
        _ shared: Shared, _ sockets: [[BoundSocket]], _ tls: TLSServerContext?, _ sandbox: Emulator?
    ) async throws -> [ServerNode<Application>] {
        let limits = ServerLimits(configuration.limits)
        let makeDispatcher = makeDispatcher
        let counter = ConnectionCounter()
        shared.metrics.add(ConnectionMetrics(counter: counter, limit: configuration.limits.maxConnections))
        var nodes: [ServerNode<Application>] = []
        for (index, own) in sockets.enumerated() {
            nodes.append(
                try await ServerNode.start(
                    label: "luma-mcp.loop.\(index)", sockets: own, limits: limits, counter: counter, tls: tls
                ) {
                    let transport = try CurlTransport(reactor: $0, settings: shared.transportSettings)
                    let way = sandbox?.transport(over: transport) ?? transport
                    let loopContext = LoopContext(shared, reactor: $0, transport: way)
                    let dispatcher =
                        makeDispatcher?(DispatcherHost(loopContext, shared)) ?? ToolBox.dispatcher(loopContext, shared)
                    return Application(loopContext, shared, dispatcher: dispatcher) { transport.shutdown() }
                })
        }
        return nodes
    }

    /// Gives the loops the certificate as it is now; one that cannot be used is told, and the old one stays.
    private func renewCertificate(
        _ log: LogSink, _ nodes: [ServerNode<Application>], _ tickets: TLSTicketKeys?
    ) async {
        guard let files = configuration.tls, let tickets else { return }
        do throws(StartFailure) {
            let read = await Reloads.read { () -> Result<TLSServerContext, StartFailure> in
                do throws(StartFailure) { return .success(try TLSFile.context(files, tickets)) } catch {
                    return .failure(error)
                }
            }
            let context = try read.get()
            for node in nodes { await node.renew(context) }
            log.log(LogEvent(time: WallClock.now, .info, "Certificate reloaded"))
        } catch {
            log.log(
                LogEvent(
                    time: WallClock.now, .error, "Cannot reload the certificate; the old one stays in use",
                    ["cause": .text(error.description)]))
        }
    }

    private func end(_ nodes: [ServerNode<Application>]) async {
        let seconds = configuration.shutdownSeconds
        await withTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { await node.end(seconds: seconds) } }
        }
    }
}

/// What another dispatcher than the gateway's own may use of the server around it. On one loop.
package struct DispatcherHost {
    /// Signs what clients hand back.
    package let seal: any StateSeal
    /// Remembers which calls of several rounds are over.
    package let rounds: OpenRounds
    /// Tells whoever listens of a change.
    package let publish: (Change) -> Void
    package let clock: LoopClock

    init(_ loopContext: LoopContext, _ shared: Shared) {
        (seal, rounds, clock) = (shared.mcp.seal, shared.mcp.rounds, loopContext.clock)
        publish = { shared.mcp.changes.publish($0) }
    }
}

extension ServerNode<Application> {
    /// Starts the background check on this node's loop.
    func startMonitor() async -> Task<Void, Never> {
        let handler = handler
        return await loop.perform { _ in handler.value.loopContext.startMonitor() }
    }
}

extension ServerNode<Application> {
    /// Starts to look for the effects of lost writes, on this node's loop.
    func startReconciler() async -> Task<Void, Never> {
        let handler = handler
        return await loop.perform { _ in handler.value.loopContext.startReconciler() }
    }
}

extension ServerLimits {
    init(_ limits: Configuration.Limits) {
        self.init(
            maxBodyBytes: limits.maxBodyBytes, maxConnections: limits.maxConnections,
            headerTimeout: limits.headerTimeoutSeconds, bodyTimeout: limits.bodyTimeoutSeconds,
            idleTimeout: limits.idleTimeoutSeconds, writeTimeout: limits.writeTimeoutSeconds)
    }
}
