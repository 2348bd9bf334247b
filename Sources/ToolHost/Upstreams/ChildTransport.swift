package import Core
import Dispatch
package import IO
package import ToolSources

/// What the children of all upstreams share, on whichever loop they are.
package struct ChildUpstreams: Sendable {
    /// For the directories in which they work.
    let folder: CallFolder
    /// Seconds that a child has to end by itself once its input has ended, and again between SIGTERM and SIGKILL.
    let patience: Double
    /// The gateway's own environment.
    let environment: [String: String]
    let secrets: SecretSource
    let log: @Sendable (HostEvent) -> Void

    /// - Parameter folder: must be removed at the end, when no child runs any more.
    package init(
        in folder: CallFolder, patience: Double = 2, environment: [String: String],
        log: @escaping @Sendable (HostEvent) -> Void
    ) {
        self.folder = folder
        self.patience = patience
        self.environment = environment
        secrets = SecretSource(environment: environment)
        self.log = log
    }
}

/// The way to an upstream that the gateway starts: JSON-RPC messages, one a line, over its standard input and output (MCP,
/// "stdio"). A child that has ended is started by the next `open`.
package final class ChildTransport: UpstreamTransport {
    /// Where secrets are read from files, and the folder is made.
    private static let preparing = DispatchQueue(label: "luma-mcp.upstream-children")

    package var arrived: (UpstreamArrival) -> Void = { _ in }

    /// What a start needs that is not to be had on a loop.
    private struct Prepared: Sendable {
        let variables: GrantedVariables
        let spawner: Spawner
    }

    private let name: String
    private let entry: UpstreamEntry.Child
    private let limits: UpstreamEntry.Limits
    private let shared: ChildUpstreams
    private let reactor: Reactor
    private var conversation: ChildConversation?
    /// Counts calls of `open` and `close`, so that one that waits knows whether it is still meant.
    private var turns = 0

    /// - Parameter name: of the upstream, for the log.
    package init(
        _ name: String, _ entry: UpstreamEntry.Child, limits: UpstreamEntry.Limits, _ shared: ChildUpstreams,
        on reactor: Reactor
    ) {
        self.name = name
        self.entry = entry
        self.limits = limits
        self.shared = shared
        self.reactor = reactor
    }

    package func open() async throws(UpstreamFault) {
        turns += 1
        let turn = turns
        let (entry, shared) = (entry, shared)
        let prepared: Prepared
        do throws(SystemError) {
            prepared = try await reactor.ask {
                (then: @escaping @Sendable (Result<Prepared, SystemError>) -> Void) in
                Self.preparing.async {
                    do throws(SystemError) {
                        try shared.folder.open()
                        let granted = GrantedVariables(
                            entry.variables, environment: shared.environment, secrets: shared.secrets)
                        then(.success(Prepared(variables: granted, spawner: try Spawner.shared())))
                    } catch {
                        then(.failure(error))
                    }
                }
            }
        } catch {
            throw UpstreamFault(.unreachable, mayHaveRun: false, "its program cannot be started here: \(error)")
        }
        let variables = prepared.variables
        if let missing = variables.missing.first {
            throw UpstreamFault(.unreachable, mayHaveRun: false, missing)
        }
        await conversation?.end(by: reactor.now)
        guard turn == turns else { throw UpstreamFault(.ended, mayHaveRun: false, "it is not wanted any more") }
        conversation = ChildConversation(
            name, child(variables), by: prepared.spawner, lineBytes: limits.resultBytes, shared, variables.redactor,
            on: reactor
        ) { [weak self] in self?.arrived($0) }
    }

    private func child(_ variables: GrantedVariables) -> ChildProcess {
        var granted = variables.values
        if entry.hasNetwork { granted.merge(PluginEnvironment.proxies(of: shared.environment)) { own, _ in own } }
        var child = ChildProcess(
            entry.command[0], Array(entry.command.dropFirst()),
            environment: PluginEnvironment.common.merging(granted) { $1 }, in: shared.folder.directory(),
            deadline: nil)
        child.directoryVariables = PluginEnvironment.directory
        child.patience = shared.patience
        child.sandbox.level = SandboxLevel(rawValue: entry.sandbox.rawValue) ?? .strict
        child.sandbox.hasNetwork = entry.hasNetwork
        child.sandbox.readable = entry.paths.filter { !$0.isWritable }.map(\.path)
        child.sandbox.writable = entry.paths.filter(\.isWritable).map(\.path)
        return child
    }

    package func send(_ message: UpstreamMessage, deadline: MonotonicTime) {
        let fault: UpstreamFault?
        if let conversation {
            fault = conversation.send(message)
        } else {
            fault = UpstreamFault(.lost, mayHaveRun: false, "its program does not run")
        }
        guard let fault, let request = message.id else { return }
        // Never from within the call.
        reactor.schedule(at: reactor.now) { [weak self] in self?.arrived(.failed(request: request, fault)) }
    }

    package func cancel(_ request: Int) { conversation?.forget(request) }

    /// It says all on the one channel that there is.
    package func listen() {
        reactor.schedule(at: reactor.now) { [weak self] in self?.arrived(.listening(true)) }
    }

    package func close(by deadline: MonotonicTime) async {
        turns += 1
        let conversation = conversation
        self.conversation = nil
        await conversation?.end(by: deadline)
    }
}

/// What is said with one child, from its start to its end.
private final class ChildConversation {
    /// A line holds the members of the message beside the result.
    private static let envelopeBytes = 64 << 10
    /// Between the end of what a program says and its own, in seconds.
    private static let endSeconds = 1.0
    /// Lines in a row that are no messages, before whoever writes them counts as no MCP server.
    private static let maxGarbage = 100

    private let reactor: Reactor
    private let lineBytes: Int
    private var channel: ChildChannel?
    private var notes: ChildNotes
    /// It may repeat what it was given.
    private let mask: Redactor
    /// Nil once it has told of its end.
    private var arrived: ((UpstreamArrival) -> Void)?
    private var requests: Set<Int> = []
    private var garbage = 0

    init(
        _ name: String, _ child: ChildProcess, by spawner: Spawner, lineBytes: Int, _ shared: ChildUpstreams,
        _ redactor: Redactor, on reactor: Reactor, arrived: @escaping (UpstreamArrival) -> Void
    ) {
        self.reactor = reactor
        self.lineBytes = lineBytes + Self.envelopeBytes
        self.arrived = arrived
        mask = redactor
        notes = ChildNotes(of: name, redactor, log: shared.log)
        var bounds = ChildChannel.Bounds()
        bounds.lineBytes = self.lineBytes
        bounds.seconds = shared.patience
        channel = ChildChannel(child, by: spawner, on: reactor, bounds: bounds) { [self] in hear($0) }
    }

    /// - Returns: why it is not sent; nil when it is.
    func send(_ message: UpstreamMessage) -> UpstreamFault? {
        switch channel?.send(message.octets) {
        case .taken:
            if let id = message.id { requests.insert(id) }
            return nil
        case .full: return UpstreamFault(.busy, mayHaveRun: false, "its program does not read what it is sent")
        case .closed, nil: return UpstreamFault(.lost, mayHaveRun: false, "its program has ended")
        }
    }

    func forget(_ request: Int) { requests.remove(request) }

    /// Nothing arrives after that.
    func end(by deadline: MonotonicTime) async {
        arrived = nil
        await channel?.end(by: deadline)
    }

    private func hear(_ event: ChildChannel.Event) {
        switch event {
        case .line(let line): read(line)
        case .lineTooLong(let beginning): overflowed(beginning)
        case .note(let line): notes.note(line, now: reactor.now)
        case .silent:
            // As a rule it ends, and how it did says more.
            reactor.schedule(at: reactor.now.advanced(seconds: Self.endSeconds)) { [weak self] in
                self?.close(UpstreamFault(.lost, mayHaveRun: true, "its program has closed its input or output"))
            }
        case .ended(let result):
            notes.tellOmitted()
            close(result.fault)
            channel = nil
        }
    }

    private func read(_ line: [UInt8]) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(line, limits: JSONLimits(maxBytes: lineBytes))
        } catch {
            let kind: UpstreamFault.Kind = error.kind == .tooLarge ? .tooLarge : .malformed
            if fails(line, kind, "its answer cannot be read: \(error.kind.words)") { return }
            return pass(line)
        }
        guard json.objectValue != nil || json.arrayValue != nil else { return pass(line) }
        garbage = 0
        // The revision of 2025-03-26 has batches.
        for message in json.arrayValue ?? [json] {
            if message["method"] == nil, let id = message["id"]?.intValue { requests.remove(id) }
            arrived?(.message(mask.redacted(message), request: nil))
        }
    }

    private func overflowed(_ beginning: [UInt8]) {
        if !fails(beginning, .tooLarge, "its answer is longer than \(lineBytes) bytes") { reject() }
    }

    /// An answer that is not read is the end of its request, which would wait for nothing.
    /// - Returns: false when it answers none.
    private func fails(_ answer: [UInt8], _ kind: UpstreamFault.Kind, _ text: String) -> Bool {
        guard let id = UnreadAnswer.request(answer), requests.remove(id) != nil else { return false }
        arrived?(.failed(request: id, UpstreamFault(kind, mayHaveRun: true, text)))
        return true
    }

    /// A line that is no message, such as a banner.
    private func pass(_ line: [UInt8]) {
        notes.note(line, now: reactor.now)
        reject()
    }

    private func reject() {
        garbage += 1
        arrived?(.garbage)
        guard garbage >= Self.maxGarbage else { return }
        close(UpstreamFault(.malformed, mayHaveRun: true, "its program writes what is no MCP to its standard output"))
    }

    /// The last that arrives.
    private func close(_ fault: UpstreamFault) {
        channel?.close()
        let arrived = arrived
        self.arrived = nil
        arrived?(.closed(fault))
    }
}

extension Result<ChildResult, ChildFailure> {
    /// What its end is to the conversation.
    fileprivate var fault: UpstreamFault {
        switch self {
        case .success(let result):
            switch result.ending {
            case .exited(let status):
                UpstreamFault(.lost, mayHaveRun: true, "its program has ended with the status \(status)")
            case .killed(let signal):
                UpstreamFault(.lost, mayHaveRun: true, "its program was ended by the signal \(signal)")
            }
        case .failure(.notStarted(let failure)):
            UpstreamFault(.unreachable, mayHaveRun: false, "its program cannot be started: \(failure)")
        case .failure(.busy):
            UpstreamFault(.busy, mayHaveRun: false, "too many programs are being started")
        case .failure(.cancelled), .failure(.overdue):
            UpstreamFault(.ended, mayHaveRun: false, "its program was stopped before it ran")
        }
    }
}
