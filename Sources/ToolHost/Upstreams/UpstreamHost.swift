import Core
package import IO
package import MCP
import Synchronization
package import ToolSources

/// The MCP servers behind one gateway: reads the operator's file, keeps a conversation with each, and says what they offer. Has a
/// loop of its own, so that nobody waits for one of them. Safe to use from any thread.
package final class UpstreamHost: Sendable {
    /// Where they are told of, and with which values.
    package struct Settings: Sendable {
        package var file: String
        /// The gateway's own environment, for what the file names of it.
        package var environment: [String: String]
        /// What is remembered of their definitions; nil for nothing.
        package var pins: (any UpstreamPins)?
        /// Where their definitions are kept over a restart; nil for nowhere.
        package var memory: (any UpstreamMemory)?
        /// Where the programs of upstreams work; removed by `end`.
        package var folder: CallFolder
        /// Seconds that a program has to end by itself, and again between SIGTERM and SIGKILL.
        package var patience = 2.0
        /// The one upstream that is asked; nil for all.
        package var only: String?

        package init(
            file: String, environment: [String: String], pins: (any UpstreamPins)? = nil,
            in folder: CallFolder = CallFolder(below: nil)
        ) {
            self.file = file
            self.environment = environment
            self.pins = pins
            self.folder = folder
        }
    }

    /// Makes on a loop what one upstream offers.
    package struct Offer: Sendable {
        package let tools: @Sendable (Reactor) -> [Tool]
        /// Nil for nothing.
        package let others: (@Sendable (Reactor) -> SourceOthers)?
    }

    /// For the calls.
    package let runs: UpstreamRuns
    /// Who has subscribed to resources: the upstreams are asked to tell of those that are theirs.
    package let subscribers = ResourceSubscribers()
    private let settings: Settings
    private let loop: Loop
    /// Made on the loop, when it is first needed there.
    private let keepers = Mutex<LoopBound<Keepers>?>(nil)
    private let newest = Mutex(UpstreamSnapshot())

    /// What is offered now.
    package var snapshot: UpstreamSnapshot { newest.withLock { $0 } }

    /// Makes it ready; nothing is read before `read`.
    /// - Parameter log: told of what operators should know; never of arguments, answers or secrets.
    package init(_ settings: Settings, log: @escaping @Sendable (HostEvent) -> Void) throws(SystemError) {
        self.settings = settings
        runs = UpstreamRuns(log: log)
        loop = try Loop(label: "luma-mcp.upstreams")
        loop.start()
    }

    /// Does something with the upstreams, on their loop.
    private func perform(_ work: @escaping @Sendable (Keepers) -> Void) {
        let loop = loop
        loop.executor.execute { [self] in
            let known = keepers.withLock { $0 }
            let own = known ?? loop.assumeIsolated { LoopBound(Keepers(on: $0.reactor), on: loop.executor) }
            if known == nil { keepers.withLock { $0 = own } }
            work(own.value)
        }
    }

    /// Reads the file anew, and connects to what is in it, in the background. Blocks for the file alone: never on a loop.
    /// - Parameter publish: called on the upstreams' loop, now and later, for each upstream that offers something else than before,
    ///   with its name.
    /// - Parameter updated: called there with the URI of a resource of theirs that reads otherwise now, if somebody has subscribed to it.
    package func read(
        updated: @escaping @Sendable (String) -> Void = { _ in },
        publish: @escaping @Sendable (String, Offer) -> Void
    ) {
        let (file, problems) = Self.file(settings)
        for problem in problems {
            runs.log(HostEvent(.warning, "The file of upstreams cannot be used", ["cause": problem]))
        }
        for reading in file.readings where reading.isRefused {
            runs.log(
                HostEvent(
                    .warning, "An entry of the file of upstreams cannot be used",
                    ["upstream": reading.shownName, "cause": reading.reason ?? ""]))
        }
        let (settings, runs) = (settings, runs)
        perform { [self] keepers in
            keepers.take(file, problems, settings, runs, publish: publish, updated: updated) { [self] snapshot in
                newest.withLock { $0 = snapshot }
            }
        }
        subscribers.onChange { [weak self] in
            self?.perform { [weak self] keepers in keepers.subscribe(self?.subscribers.changes() ?? [:]) }
        }
    }

    /// Reads the file, as `read` does.
    static func file(_ settings: Settings) -> (UpstreamFile, problems: [String]) {
        do throws(SmallFile.Failure) {
            guard let octets = try SmallFile.bytes(settings.file, limit: UpstreamFile.longest) else {
                return (UpstreamFile(), ["LUMA_UPSTREAMS_FILE: there is no such file"])
            }
            let secrets = SecretSource(environment: settings.environment)
            let lookup = ForwarderLookup(
                environment: { settings.environment[$0] }, secret: { secrets.secret($0) })
            var file = UpstreamFile.read(octets, lookup: lookup)
            if let only = settings.only { file.readings.removeAll { $0.name != only } }
            return (file, file.problems.map { "LUMA_UPSTREAMS_FILE: \($0.line)" })
        } catch {
            return (UpstreamFile(), ["LUMA_UPSTREAMS_FILE cannot be read: \(error)"])
        }
    }

    /// The names of all entries of the file as far as it can be read, and what is wrong around them. Blocks its thread: never on a
    /// loop.
    package static func names(_ settings: Settings) -> (names: [String], problems: [String]) {
        let (file, problems) = file(settings)
        return (file.readings.compactMap(\.name), problems)
    }

    /// Waits until each has answered, or has not.
    package func survey(seconds: Double) async -> UpstreamSnapshot {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        perform { keepers in keepers.whenSettled(seconds: seconds) { continuation.finish() } }
        for await _ in stream {}
        return snapshot
    }

    /// Ends all conversations. Nothing of any upstream runs when it returns. The loops on which calls are made must still run, or all
    /// calls have ended.
    package func end() async {
        subscribers.onChange {}
        await loop.end(keepers.withLock { $0 })
        await loop.stop()
        await settings.folder.remove()
    }
}

extension Loop {
    fileprivate func end(_ keepers: LoopBound<Keepers>?) async { await keepers?.value.end() }
}
