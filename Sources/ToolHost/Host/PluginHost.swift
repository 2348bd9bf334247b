package import Core
package import IO
import Synchronization
package import ToolSources

/// The plugins of one gateway: looks at their directory, asks them what they do, and says so whenever that has changed. Has a loop
/// of its own, so that nobody waits for it. Safe to use from any thread.
package final class PluginHost: Sendable {
    /// Where plugins are, and under which rules.
    package struct Settings: Sendable {
        /// Where the plugins are.
        package var directory: String
        /// What the operator grants; nil for `plugins.json` in the directory.
        package var file: String?
        /// Runs a `cli.py` that is not executable.
        package var python: String
        /// Those that other users of the machine could change are refused.
        package var isStrict: Bool
        /// The gateway's own environment, for what the operator passes on of it.
        package var environment: [String: String]
        /// Where the secrets are that it grants.
        package var secrets: SecretSource
        /// The one entry of the directory that is looked at; nil for all.
        package var only: String?
        /// Names of the gateway's own tools, of which the texts of a plugin have no reason to speak.
        package var gatewayTools: [String] = []
        /// What pins a plugin is told of those that are not pinned, too.
        package var showsPins = false
        /// What a plugin may take to say what it does.
        package var describeSeconds = 10.0

        package init(
            directory: String, file: String?, python: String, isStrict: Bool, environment: [String: String]
        ) {
            self.directory = directory
            self.file = file
            self.python = python
            self.isStrict = isStrict
            self.environment = environment
            secrets = SecretSource(environment: environment)
        }
    }

    /// For the calls.
    package let runs: PluginRuns
    private let loop: Loop
    private let keeper: LoopBound<PluginKeeper>
    private let newest = Mutex(PluginSnapshot())

    /// What is offered now.
    package var snapshot: PluginSnapshot { newest.withLock { $0 } }

    /// Makes it ready; nothing is looked at before `begin`.
    /// - Parameters:
    ///   - folder: for the runs; removed by `end`.
    ///   - patience: seconds between SIGTERM and SIGKILL for a run that is stopped.
    package static func make(
        _ settings: Settings, in folder: CallFolder, patience: Double = 2,
        log: @escaping @Sendable (HostEvent) -> Void
    ) async throws(SystemError) -> PluginHost {
        let runs = PluginRuns(
            spawner: try Spawner.shared(), folder: folder, slots: CallSlots(), calls: PluginCalls(),
            fetcher: try await FileFetcher.make(), patience: patience, environment: settings.environment, log: log)
        let loop = try Loop(label: "luma-mcp.plugins")
        loop.start()
        let executor = loop.executor
        let keeper = await loop.perform { loop in
            LoopBound(PluginKeeper(settings, runs, on: loop.reactor), on: executor)
        }
        return PluginHost(runs, loop, keeper)
    }

    private init(_ runs: PluginRuns, _ loop: Loop, _ keeper: LoopBound<PluginKeeper>) {
        self.runs = runs
        self.loop = loop
        self.keeper = keeper
    }

    /// Looks from now on. Returns at once.
    /// - Parameter publish: called whenever something is offered, or said, that was not; on the plugins' own loop.
    package func begin(publish: @escaping @Sendable (PluginSnapshot) -> Void) {
        let keeper = keeper
        loop.executor.execute { [self] in
            keeper.value.begin { [self] snapshot in
                newest.withLock { $0 = snapshot }
                publish(snapshot)
            }
        }
    }

    /// Looks once, and returns when every plugin has said what it does, or has not.
    package func survey() async -> PluginSnapshot {
        let (stream, continuation) = AsyncStream<PluginSnapshot>.makeStream()
        begin { snapshot in
            guard !snapshot.isSettling else { return }
            continuation.yield(snapshot)
            continuation.finish()
        }
        for await snapshot in stream { return snapshot }
        return snapshot
    }

    /// Runs one call to its end, on the plugins' own loop.
    /// - Returns: nil when the task was cancelled.
    package func run(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ arguments: JSONObject,
        _ listener: @Sendable () -> PluginListener
    ) async -> PluginOutcome? {
        await loop.run(plugin, command, arguments, runs, listener)
    }

    /// Stops all calls that run, and refuses those to come.
    package func stopCalls() { runs.calls.stop() }

    /// Looks again soon, as after a signal.
    package func look() {
        let keeper = keeper
        loop.executor.execute { keeper.value.look() }
    }

    /// Stops all calls, and looks no more. Nothing of any plugin runs when it returns. The loops on which calls are made must
    /// still run, or all calls have ended.
    package func end() async {
        runs.calls.stop()
        await runs.fetcher.end()
        await loop.end(keeper)
        await loop.stop()
        await runs.folder.remove()
    }
}

extension Loop {
    fileprivate func end(_ keeper: LoopBound<PluginKeeper>) async { await keeper.value.end() }

    fileprivate func run(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ arguments: JSONObject, _ runs: PluginRuns,
        _ listener: @Sendable () -> PluginListener
    ) async -> PluginOutcome? {
        await PluginRunner(runs, on: reactor).runToTheEnd(plugin, command, arguments, listener())
    }
}
