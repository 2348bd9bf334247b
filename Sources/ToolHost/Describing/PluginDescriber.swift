import Core
import IO
import ToolSources

/// Asks plugins what they do: by `--describe`, else by their help texts. On one loop.
final class PluginDescriber {
    /// Plugins, or help texts of their commands, that are asked at once.
    static let maxAtOnce = 4

    private let spawner: Spawner
    private let folder: CallFolder
    private let reactor: Reactor
    private let seconds: Double
    private let patience: Double
    private let gate: LoopGate

    /// - Parameters:
    ///   - seconds: what a plugin may take to answer.
    ///   - patience: seconds between SIGTERM and SIGKILL for one that is stopped.
    init(_ spawner: Spawner, in folder: CallFolder, on reactor: Reactor, seconds: Double, patience: Double) {
        self.spawner = spawner
        self.folder = folder
        self.reactor = reactor
        self.seconds = seconds
        self.patience = patience
        gate = LoopGate(Self.maxAtOnce, on: reactor)
    }

    /// What a plugin does.
    /// - Parameter level: how closely it is held; it gets no secret, no network and no directory.
    /// - Throws: why it is not known, or `cancelled`.
    func describe(_ plugin: FoundPlugin, _ level: SandboxLevel) async throws(DescribeFault) -> DescribedPlugin {
        if let document = plugin.document { return try read(document) }
        let answer = try await ask(plugin, level, ["--describe"])
        if case .text(let octets) = answer {
            do throws(PluginDescriptionFault) {
                return DescribedPlugin(try PluginDescription.read(octets), isByHelp: false, text: octets)
            } catch .notDescribed {
                // Its help may say what it does.
            } catch {
                throw fault(error)
            }
        }
        guard case .text(let octets) = try await ask(plugin, level, ["--help"]) else {
            throw .refused("it does not support --describe, and its --help fails")
        }
        let main = String(decoding: octets, as: UTF8.self)
        let texts = try await helpTexts(of: HelpText.commands(in: main).offered, plugin, level)
        let description = HelpText.description(of: main) { texts[$0.name] }
        guard !description.commands.isEmpty || !description.refused.isEmpty else {
            throw .refused("it does not support --describe, and its --help lists no commands")
        }
        let said = [main] + texts.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        return DescribedPlugin(description, isByHelp: true, text: Array(said.joined(separator: "\0").utf8))
    }

    private func read(_ octets: [UInt8]) throws(DescribeFault) -> DescribedPlugin {
        do throws(PluginDescriptionFault) {
            return DescribedPlugin(try PluginDescription.read(octets), isByHelp: false, text: octets)
        } catch { throw fault(error) }
    }

    private func fault(_ fault: PluginDescriptionFault) -> DescribeFault {
        switch fault {
        case .notDescribed: .refused("its description has no commands")
        case .invalid(let words): .refused("its description is invalid: \(words)")
        }
    }

    /// The help of each command, asked for side by side; without those that end badly.
    private func helpTexts(
        of commands: [HelpText.Command], _ plugin: FoundPlugin, _ level: SandboxLevel
    ) async throws(DescribeFault) -> [String: String] {
        let found = Found()
        let tasks = commands.map { command in
            reactor.start { [self] in
                do throws(DescribeFault) {
                    if case .text(let octets) = try await ask(plugin, level, [command.name, "--help"]) {
                        found.texts[command.name] = String(decoding: octets, as: UTF8.self)
                    }
                } catch { found.fault = error }
            }
        }
        await withTaskCancellationHandler {
            for task in tasks { await task.value }
        } onCancel: {
            for task in tasks { task.cancel() }
        }
        if let fault = found.fault { throw fault }
        return found.texts
    }

    private final class Found {
        var texts: [String: String] = [:]
        var fault: DescribeFault?
    }

    private enum Answer {
        case text([UInt8])
        /// It ended with another status than 0.
        case none
    }

    private func ask(
        _ plugin: FoundPlugin, _ level: SandboxLevel, _ words: [String]
    ) async throws(DescribeFault) -> Answer {
        guard await gate.enter() else { throw .cancelled }
        defer { gate.leave() }
        var child = ChildProcess(
            plugin.program, plugin.words + words,
            environment: PluginEnvironment.describing(plugin), in: folder.directory(),
            deadline: LoopClock.monotonicNow.advanced(seconds: seconds))
        child.directoryVariables = PluginEnvironment.directory
        child.outputLimit = PluginDescription.maxBytes
        child.errorLimit = 0
        child.patience = patience
        child.sandbox.level = level
        child.sandbox.readable = plugin.readable
        let result: ChildResult
        do throws(ChildFailure) {
            result = try await spawner.run(child, on: reactor)
        } catch {
            switch error {
            case .cancelled: throw .cancelled
            case .overdue, .busy: throw .passing("the machine is too busy to ask it")
            case .notStarted(let failure): throw .passing("it could not be started (\(failure))")
            }
        }
        let question = words.joined(separator: " ")
        switch result.stopped {
        case .cancelled: throw .cancelled
        case .deadline:
            throw .refused("it did not answer \(question) within \(JSONNumber(seconds)?.text ?? "") seconds")
        case .overflow: throw .refused("it answers \(question) with more than \(PluginDescription.maxBytes) bytes")
        case nil: return result.ending == .exited(0) ? .text(result.output.bytes) : .none
        }
    }
}

/// Why it is not known what a plugin does.
enum DescribeFault: Error, Equatable {
    /// In words for the operator.
    case refused(String)
    /// The same, for a reason that may be gone soon.
    case passing(String)
    case cancelled
}

/// Lets so many in at once, and the others wait in the order in which they came. On one loop.
final class LoopGate {
    private let reactor: Reactor
    private var free: Int
    private var waiting: [Suspension<Void>] = []

    init(_ most: Int, on reactor: Reactor) {
        free = most
        self.reactor = reactor
    }

    /// - Returns: false when the task was cancelled before its turn.
    func enter() async -> Bool {
        if Task.isCancelled { return false }
        guard free == 0 else {
            free -= 1
            return true
        }
        do {
            try await reactor.suspend { waiting.append($0) }
            return true
        } catch {
            return false
        }
    }

    func leave() {
        while !waiting.isEmpty {
            let next = waiting.removeFirst()
            // One that was cancelled has gone by itself.
            if next.isWaiting { return next.resume(returning: ()) }
        }
        free += 1
    }
}
