import Core
import Dispatch
import IO
import ToolSources

/// Keeps what is known of the plugins of a directory up to date. On the plugins' own loop.
final class PluginKeeper {
    /// From a change on until it is looked at, in seconds: a copy is rarely one change.
    private static let settleSeconds = 0.25
    /// Without any news, for what no watch tells.
    private static let pollSeconds = 30.0
    /// What several plugins say at about the same time is published once.
    private static let gatherSeconds = 0.05

    /// What is known of one plugin.
    enum State {
        case described(DescribedPlugin)
        case refused(String, isPassing: Bool)
    }

    struct Entry {
        var found: FoundPlugin
        var state: State?
        /// The number of its asking, while it is asked.
        var asking: Int?
        /// What it was asked under, and what it has by now.
        var level: SandboxLevel
        var hosted: HostedPlugin?
        /// Why it is not offered although it has said what it does.
        var held: String?
        /// The number of what these two follow from: of what it has said, and of what it is granted.
        var edition: Int
    }

    let settings: PluginHost.Settings
    private let runs: PluginRuns
    let reactor: Reactor
    let describer: PluginDescriber
    /// Files are looked at there.
    private let queue = DispatchQueue(label: "luma-mcp.plugins.files")
    /// Secrets are read there: one that hangs holds up no look.
    let secretQueue = DispatchQueue(label: "luma-mcp.plugins.secrets")
    private var watch: DirectoryWatch?
    private var publish: (PluginSnapshot) -> Void = { _ in }
    private var work: Task<Void, Never>?
    private var pause: Suspension<Void>?
    private var isDue = false
    private var timer: TimerQueue.Token?
    private var publishing: TimerQueue.Token?

    var entries: [String: Entry] = [:]
    /// What is asked, by its number; also of plugins that are gone, until it has ended. Nil before it has come back from its
    /// first step.
    var asks: [Int: Task<Void, Never>?] = [:]
    var lastAsk = 0
    var lastEdition = 0
    private var scan = PluginScan()
    var grants = PluginGrants()
    /// Why the operator's file cannot be used.
    private var grantProblem: String?
    private var grantOctets: [UInt8]?
    /// Nothing is offered before it is known what is granted.
    private var hasGrants = false
    private var hasLooked = false
    private var last = PluginSnapshot()

    init(_ settings: PluginHost.Settings, _ runs: PluginRuns, on reactor: Reactor) {
        self.settings = settings
        self.runs = runs
        self.reactor = reactor
        describer = PluginDescriber(
            runs.spawner, in: runs.folder, on: reactor, seconds: settings.describeSeconds, patience: runs.patience)
    }

    // MARK: The watch

    func begin(publish: @escaping (PluginSnapshot) -> Void) {
        guard work == nil else { return }
        self.publish = publish
        do throws(SystemError) {
            watch = try DirectoryWatch(on: reactor) { [weak self] in self?.changeSeen() }
        } catch {
            runs.log(
                HostEvent(
                    .warning, "Changes to plugins are noticed with a delay", ["cause": error.description]))
        }
        work = reactor.start { [self] in await keep() }
    }

    /// Looks again as soon as it can.
    func look() {
        isDue = true
        pause?.resume(returning: ())
    }

    /// A change was seen; more of it may follow.
    private func changeSeen() {
        if let timer { reactor.cancel(timer) }
        timer = reactor.schedule(at: reactor.now.advanced(seconds: Self.settleSeconds)) { [weak self] in
            self?.timer = nil
            self?.look()
        }
    }

    func end() async {
        watch?.end()
        work?.cancel()
        await work?.value
        for task in asks.values { task?.cancel() }
        for task in asks.values { await task?.value }
        for token in [timer, publishing].compactMap(\.self) { reactor.cancel(token) }
        publish = { _ in }
    }

    private func keep() async {
        while !Task.isCancelled {
            isDue = false
            await lookOnce()
            // What has happened in a new directory before it was watched is not told.
            if watch?.watch(scan.watched) == true { continue }
            if isDue { continue }
            let poll = reactor.schedule(at: reactor.now.advanced(seconds: Self.pollSeconds)) { [weak self] in
                self?.look()
            }
            try? await reactor.suspend { suspension in
                if isDue { suspension.resume(returning: ()) } else { pause = suspension }
            }
            pause = nil
            reactor.cancel(poll)
        }
    }

    // MARK: A look

    private func lookOnce() async {
        let settings = settings
        let queue = queue
        let calls = runs.folder
        let (scan, file) = await reactor.ask {
            (then: @escaping @Sendable (Result<(PluginScan, GrantFile), Never>) -> Void) in
            queue.async {
                let file = settings.file ?? settings.directory + "/plugins.json"
                let folder = PluginFolder(python: settings.python, isStrict: settings.isStrict)
                var scan = folder.scan(settings.directory, leavingOut: "plugins.json", only: settings.only)
                do throws(SystemError) { try calls.open() } catch {
                    scan = PluginScan()
                    scan.problem = "the directory for their runs cannot be created: \(error)"
                }
                then(.success((scan, GrantFile(file, isStrict: settings.isStrict, isNamed: settings.file != nil))))
            }
        }
        guard !Task.isCancelled else { return }
        self.scan = scan
        if let folder = file.folder { self.scan.watched.append(folder) }
        let isOther = take(file)
        hasLooked = true
        let found = Dictionary(uniqueKeysWithValues: scan.found.map { ($0.name, $0) })
        for name in Array(entries.keys) where found[name] == nil {
            forget(name)
        }
        for plugin in scan.found {
            let policy = PluginPolicy(plugin.name, grants: grants, requests: PluginRequests())
            let level = SandboxLevel(rawValue: policy.sandbox.rawValue) ?? .strict
            if !hasGrants || policy.refusal != nil {
                forget(plugin.name)
                continue
            }
            var entry = entries[plugin.name] ?? Entry(found: plugin, level: level, edition: nextEdition())
            let isKnown =
                entry.found == plugin && entry.level == level
                && (entry.asking != nil || entry.state.map { !$0.isPassing } ?? false)
            entry.found = plugin
            entry.level = level
            // One that is pinned is not offered as what it was.
            if !isKnown, policy.pin != nil { entry.state = nil }
            entries[plugin.name] = entry
            if isOther || entry.state == nil { outdate(plugin.name) }
            if !isKnown { ask(plugin, level) }
        }
        await build()
        publishSoon()
    }

    /// Takes the operator's file as it is now. One that cannot be used leaves what was granted before.
    /// - Returns: whether something else is granted.
    private func take(_ file: GrantFile) -> Bool {
        grantProblem = file.problem
        guard file.problem == nil, !hasGrants || file.octets != grantOctets else { return false }
        do throws(DocumentProblems) {
            grants =
                try file.octets.map { octets throws(DocumentProblems) in try PluginGrants.read(octets) }
                ?? PluginGrants()
            grantOctets = file.octets
            hasGrants = true
            return true
        } catch {
            grantProblem = error.problems.map(\.line).joined(separator: "; ")
            return false
        }
    }

    // MARK: Publishing

    func publishSoon() {
        guard publishing == nil else { return }
        publishing = reactor.schedule(at: reactor.now.advanced(seconds: Self.gatherSeconds)) { [weak self] in
            self?.publishing = nil
            self?.publishNow()
        }
    }

    private func publishNow() {
        var snapshot = PluginSnapshot()
        snapshot.isSettling = !hasLooked
        snapshot.refused = scan.refused
        if let problem = scan.problem { snapshot.problems.append("LUMA_PLUGINS_DIR: \(problem)") }
        if let grantProblem { snapshot.problems.append("plugins.json: \(grantProblem)") }
        for plugin in scan.found {
            guard let entry = entries[plugin.name] else {
                let policy = PluginPolicy(plugin.name, grants: grants, requests: PluginRequests())
                let reason = hasGrants ? policy.refusal : "plugins.json cannot be used"
                snapshot.refused.append(RefusedPlugin(plugin.name, reason ?? ""))
                continue
            }
            if entry.asking != nil { snapshot.isSettling = true }
            if let hosted = entry.hosted {
                snapshot.plugins.append(hosted)
            } else if let held = entry.held {
                snapshot.refused.append(RefusedPlugin(plugin.name, held))
            } else if case .refused(let reason, _)? = entry.state {
                snapshot.refused.append(RefusedPlugin(plugin.name, reason))
            } else {
                snapshot.isSettling = true
            }
        }
        let known = Set(scan.found.map(\.name))
        for name in grants.plugins.keys.sorted()
        where !known.contains(name) && scan.problem == nil && settings.only == nil {
            snapshot.problems.append("plugins.json names \(name), which does not exist")
        }
        guard !snapshot.isSame(as: last) || last.generation == 0 else { return }
        snapshot.generation = last.generation + 1
        for event in snapshot.news(since: last) { runs.log(event) }
        last = snapshot
        publish(snapshot)
    }
}

extension PluginKeeper.State {
    fileprivate var isPassing: Bool { if case .refused(_, true) = self { true } else { false } }
}

extension PluginPolicy {
    /// Why the operator's file keeps a plugin from being offered; nil when it does not.
    fileprivate var refusal: String? { isEnabled ? nil : "switched off (enabled)" }
}
