package import Core
import Dispatch
import HTTP
package import IO
package import MCP
import ToolSources

/// What the calls of plugins share, on whichever loop they are made.
package struct PluginRuns: Sendable {
    let spawner: Spawner
    let folder: CallFolder
    package let slots: CallSlots
    package let calls: PluginCalls
    let fetcher: FileFetcher
    /// Seconds between SIGTERM and SIGKILL.
    let patience: Double
    /// The gateway's own environment.
    let environment: [String: String]
    let log: @Sendable (HostEvent) -> Void
}

/// Whoever hears of a call while it runs; on its loop.
package struct PluginListener {
    /// How far it is, of how much, and where.
    var progress: (Double, Double?, String?) -> Void
    var log: (LoggingLevel, JSON) -> Void

    package init(
        progress: @escaping (Double, Double?, String?) -> Void = { _, _, _ in },
        log: @escaping (LoggingLevel, JSON) -> Void = { _, _ in }
    ) {
        self.progress = progress
        self.log = log
    }
}

/// Runs calls of plugins on one loop: a slot, a process, and what it has written as a result.
package final class PluginRunner {
    /// Larger output is read on another queue than the loop's.
    private static let maxReadHere = 128 << 10
    /// Seconds between two signs of life to a client that wants them.
    private static let beat = 5.0

    let runs: PluginRuns
    let reactor: Reactor
    /// What is read elsewhere, one after another.
    private static let reading = DispatchQueue(label: "luma-mcp.plugin-output")

    package init(_ runs: PluginRuns, on reactor: Reactor) {
        self.runs = runs
        self.reactor = reactor
    }

    /// Runs one call to its end. Cancelling the task stops it: then there is nothing to be told.
    /// - Returns: nil when it was cancelled.
    func run(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ arguments: JSONObject, _ listener: PluginListener
    ) async -> PluginOutcome? {
        let id = Self.newID()
        let invocation: PluginInvocation
        do throws(PluginArgumentFault) {
            invocation = try PluginArguments.invocation(
                of: command.command, arguments, requestID: id, deadlineSeconds: command.policy.timeoutSeconds)
        } catch {
            return .failure(.invalidArguments, error.text)
        }
        // It waits as long as it may itself take.
        let bounds = CallSlots.Bounds(running: plugin.policy.concurrency, waiting: plugin.policy.queue)
        switch await reactor.slot(of: plugin.name, in: runs.slots, bounds, seconds: command.policy.timeoutSeconds) {
        case .granted: break
        case .busy:
            return .failure(.busy, "The plugin is busy with other calls. It has not run: call again in a moment.")
        case .cancelled: return nil
        }
        defer { runs.slots.release(plugin.name) }
        let pulse = Pulse(reactor, every: Self.beat, listener)
        defer { pulse.end() }
        let lines =
            command.command.outputForm == .ndjson
            ? LineListener(listener, pulse, PluginLines(maxBytes: plugin.policy.outputBytes, redactor: plugin.redactor))
            : nil
        let file: CallFile?
        do throws(FetchFailure) { file = try await fetch(for: command, arguments) } catch {
            return unfetched(error, plugin, command, id)
        }
        let run = await process(plugin, command, invocation, id, file, lines)
        if let file { await remove(file) }
        lines?.finish()
        if run.end == .cancelled { return nil }
        var outcome = await read(run, of: plugin, command, lines?.lines)
        outcome.result.host = file?.host
        runs.slots.ended(plugin.name, failed: outcome.result.isError)
        if let code = outcome.code { note(code, run, plugin, command, id) }
        return outcome
    }

    private static func newID() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    // MARK: The process

    private func process(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ invocation: PluginInvocation, _ id: String,
        _ file: CallFile?, _ lines: LineListener?
    ) async -> PluginRun {
        var child = ChildProcess(
            plugin.found.program, plugin.found.words + invocation.words,
            environment: environment(plugin, command, id),
            in: file.map { .at($0.directory.path) } ?? runs.folder.directory(),
            deadline: LoopClock.monotonicNow.advanced(seconds: command.policy.timeoutSeconds))
        child.directoryVariables = PluginEnvironment.directory
        child.environment["LUMA_FETCHED"] = file?.path
        child.input = invocation.input ?? []
        child.patience = runs.patience
        child.outputLimit = plugin.policy.outputBytes
        switch command.command.overflow {
        case .error: child.overflow = .error
        case .head: child.overflow = .head
        case .tail: child.overflow = .tail
        }
        child.limits.memoryBytes = plugin.policy.memoryBytes
        child.sandbox.level = plugin.level
        child.sandbox.hasNetwork = plugin.policy.hasNetwork
        child.sandbox.readable = plugin.found.readable + plugin.policy.paths.filter { !$0.isWritable }.map(\.path)
        child.sandbox.writable = plugin.policy.paths.filter(\.isWritable).map(\.path)
        if let file { child.sandbox.writable.append(file.directory.path) }
        do throws(ChildFailure) {
            let hearing = lines.map { lines in { (octets: UnsafeRawBufferPointer) in lines.hear(octets) } }
            return PluginRun(try await runs.spawner.run(child, on: reactor, hearing: hearing))
        } catch {
            switch error {
            case .cancelled: return PluginRun(.cancelled)
            case .overdue: return PluginRun(.overdue)
            case .busy: return PluginRun(.busy)
            case .notStarted(let failure):
                runs.log(
                    HostEvent(
                        .error, "A plugin could not be started",
                        ["plugin": plugin.name, "call": id, "cause": failure.description]))
                return PluginRun(.unavailable)
            }
        }
    }

    private func environment(
        _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ id: String
    ) -> [String: String] {
        var variables = plugin.environment
        if plugin.policy.hasNetwork { variables.merge(PluginEnvironment.proxies(of: runs.environment)) { $1 } }
        variables["LUMA_REQUEST_ID"] = id
        variables["LUMA_DEADLINE_SECONDS"] = JSONNumber(command.policy.timeoutSeconds)?.text
        return variables
    }

    // MARK: The result

    private func read(
        _ run: PluginRun, of plugin: HostedPlugin, _ command: HostedPlugin.Command, _ lines: PluginLines?
    ) async -> PluginOutcome {
        let reader = PluginOutput(
            command.command, policy: command.policy, outputBytes: plugin.policy.outputBytes, redactor: plugin.redactor)
        guard run.output.count > Self.maxReadHere else { return reader.outcome(of: run, streamed: lines) }
        let queue = Self.reading
        return await reactor.ask { (then: @escaping @Sendable (Result<PluginOutcome, Never>) -> Void) in
            queue.async { then(.success(reader.outcome(of: run, streamed: lines))) }
        }
    }

    /// Says of a failure what its operator needs: not its arguments, and of what it wrote only to whoever debugs.
    private func note(
        _ code: PluginErrorCode, _ run: PluginRun, _ plugin: HostedPlugin, _ command: HostedPlugin.Command, _ id: String
    ) {
        let last = plugin.redactor.redacted(
            OutsideText.line(String(decoding: run.errorOutput, as: UTF8.self), max: 2000))
        runs.log(
            HostEvent(
                .debug, "A plugin's call failed",
                [
                    "plugin": plugin.name, "command": command.command.name, "call": id, "code": code.rawValue,
                    "standard_error": last,
                ]))
    }
}

extension HostedPlugin {
    var redactor: Redactor { variables.redactor }
}

extension PluginRun {
    fileprivate init(_ result: ChildResult) {
        let end: End =
            switch (result.stopped, result.ending) {
            case (.deadline?, _): .deadline
            case (.cancelled?, _): .cancelled
            case (.overflow?, _): .outputTooLarge
            case (nil, .exited(let status)): .exited(Int32(truncatingIfNeeded: status))
            case (nil, .killed(let signal)): .signalled(Int32(truncatingIfNeeded: signal))
            }
        let output = result.output.bytes
        self.init(
            end, output: output, omitted: result.output.total - output.count, errorOutput: result.errors.bytes)
    }
}

/// Tells a client now and then that a call still runs. On one loop.
private final class Pulse {
    private let reactor: Reactor
    private let seconds: Double
    private let listener: PluginListener
    private let began: MonotonicTime
    private var timer: TimerQueue.Token?
    private var isOver = false

    init(_ reactor: Reactor, every seconds: Double, _ listener: PluginListener) {
        self.reactor = reactor
        self.seconds = seconds
        self.listener = listener
        began = reactor.now
        schedule()
    }

    /// It has ended, or says by itself how far it is.
    func end() {
        isOver = true
        if let timer { reactor.cancel(timer) }
        timer = nil
    }

    private func schedule() {
        guard !isOver else { return }
        timer = reactor.schedule(at: reactor.now.advanced(seconds: seconds)) { [weak self] in self?.fire() }
    }

    private func fire() {
        let passed = reactor.now.seconds(since: began).rounded()
        listener.progress(passed, nil, "Still running after \(Int(passed)) seconds")
        schedule()
    }
}

/// Passes on what a plugin says while it runs. On one loop.
private final class LineListener {
    private(set) var lines: PluginLines
    private let listener: PluginListener
    private let pulse: Pulse

    init(_ listener: PluginListener, _ pulse: Pulse, _ lines: PluginLines) {
        self.listener = listener
        self.pulse = pulse
        self.lines = lines
    }

    func hear(_ octets: UnsafeRawBufferPointer) { tell(lines.read(octets)) }
    func finish() { tell(lines.finish()) }

    private func tell(_ events: [PluginLines.Event]) {
        for event in events {
            switch event {
            case .progress(let done, let total, let message):
                // Two that count differently would contradict each other.
                pulse.end()
                listener.progress(done, total, message)
            case .log(let level, let data): listener.log(level, data)
            }
        }
    }
}
