import Core
import IO
import MCP
import ToolSources

/// All upstreams of a gateway, in the order of the file. On the upstreams' loop.
final class Keepers {
    private static let startsAtOnce = 4

    private let reactor: Reactor
    private var keepers: [String: UpstreamKeeper] = [:]
    /// What was told of each last, so that nothing is told twice.
    private var published: [String: HostedUpstream] = [:]
    private var file = UpstreamFile()
    private var problems: [String] = []
    private var publish: (String, UpstreamHost.Offer) -> Void = { _, _ in }
    private var updated: (String) -> Void = { _ in }
    /// The resources that somebody has subscribed to, of whichever upstream or of none.
    private var wanted: Set<String> = []
    private var onChange: (UpstreamSnapshot) -> Void = { _ in }
    private var last = UpstreamSnapshot()
    private var runs: UpstreamRuns?
    private var settled: [() -> Void] = []
    private var leaving: [Int: Task<Void, Never>?] = [:]
    private var lastLeaving = 0

    init(on reactor: Reactor) { self.reactor = reactor }

    /// Has those of a file from now on. One whose entry is the same stays as it is.
    func take(
        _ file: UpstreamFile, _ problems: [String], _ settings: UpstreamHost.Settings, _ runs: UpstreamRuns,
        publish: @escaping (String, UpstreamHost.Offer) -> Void, updated: @escaping (String) -> Void,
        onChange: @escaping (UpstreamSnapshot) -> Void
    ) {
        (self.publish, self.updated, self.onChange, self.runs) = (publish, updated, onChange, runs)
        // A file that cannot be read leaves what there was.
        self.problems = problems
        guard problems.isEmpty || last.generation == 0 else { return tell() }
        self.file = file
        let entries = Dictionary(file.entries.map { ($0.name, $0) }) { first, _ in first }
        for (name, keeper) in keepers where entries[name] != keeper.entry {
            keepers[name] = nil
            if published.removeValue(forKey: name) != nil {
                publish(name, UpstreamHost.Offer(tools: { _ in [] }, others: nil))
            }
            if entries[name] == nil { settings.memory?.save(name, nil) }
            leave(keeper)
        }
        let children = ChildUpstreams(
            in: settings.folder, patience: settings.patience, environment: settings.environment, log: runs.log)
        // What stays is looked at again, also one that was left alone.
        for keeper in keepers.values { keeper.look() }
        for entry in file.entries where keepers[entry.name] == nil {
            let keeper = UpstreamKeeper(
                entry, settings, runs, on: reactor,
                makeTransport: { [reactor] in Self.transport($0, children, on: reactor) },
                changed: { [weak self] keeper in
                    guard let self, keepers[keeper.entry.name] === keeper else { return }
                    offer(keeper)
                    assign()
                    startMore()
                    tell()
                },
                updated: { [weak self] in self?.updated($0) })
            keepers[entry.name] = keeper
            keeper.recall()
        }
        startMore()
        tell()
    }

    private static func transport(
        _ entry: UpstreamEntry, _ children: ChildUpstreams, on reactor: Reactor
    ) -> any UpstreamTransport {
        switch entry.way {
        case .http(let endpoint): UpstreamHTTPTransport(endpoint, of: entry, on: reactor)
        case .stdio(let child): ChildTransport(entry.name, child, limits: entry.limits, children, on: reactor)
        }
    }

    /// Connects to those that were never connected to, few at once: many programs that start together all start late.
    private func startMore() {
        let all = file.entries.compactMap { keepers[$0.name] }
        let running = all.count(where: \.isStarting)
        for keeper in all.filter({ !$0.hasStarted }).prefix(max(0, Self.startsAtOnce - running)) { keeper.connect() }
    }

    private func offer(_ keeper: UpstreamKeeper) {
        let name = keeper.entry.name
        guard let runs, published[name] !== keeper.hosted else { return }
        published[name] = keeper.hosted
        guard let hosted = keeper.hosted else {
            return publish(name, UpstreamHost.Offer(tools: { _ in [] }, others: nil))
        }
        let order = file.readings.firstIndex { $0.entry?.name == name } ?? 0
        publish(
            name,
            UpstreamHost.Offer(
                tools: { reactor in hosted.tools(runs, on: reactor) },
                others: { reactor in hosted.others(runs, on: reactor, order: order) }))
    }

    // MARK: Subscriptions

    /// Whether somebody wants these resources now.
    func subscribe(_ changes: [String: Bool]) {
        for (uri, isWanted) in changes {
            if isWanted { wanted.insert(uri) } else { wanted.remove(uri) }
        }
        assign()
    }

    /// Has each upstream tell of those resources that are read of it: by its list, before any template, and in the order of the file.
    private func assign() {
        let all = file.entries.compactMap { keepers[$0.name] }
        guard !wanted.isEmpty || all.contains(where: { !$0.subscriptions.wanted.isEmpty }) else { return }
        var left = wanted
        var owned: [String: Set<String>] = [:]
        for keeper in all {
            let own = left.intersection(keeper.hosted?.offered.resources.map(\.uri) ?? [])
            owned[keeper.entry.name] = own
            left.subtract(own)
        }
        for keeper in all where !left.isEmpty {
            let forms = keeper.hosted?.offered.templates.compactMap { URITemplate(outside: $0.uri) } ?? []
            let own = left.filter { uri in forms.contains { $0.match(uri) != nil } }
            owned[keeper.entry.name]?.formUnion(own)
            left.subtract(own)
        }
        for keeper in all { keeper.want(owned[keeper.entry.name] ?? []) }
    }

    private func tell() {
        var next = UpstreamSnapshot()
        next.problems = problems
        var owners: [String: String] = [:]
        next.upstreams = file.readings.map { reading in
            if let name = reading.entry?.name, let keeper = keepers[name] {
                var state = keeper.state
                for uri in state.offered.resources.map(\.uri) {
                    if let other = owners[uri] {
                        state.offered.note(
                            "the resource \(uri) is that of \(other), which stands before it in the file")
                    } else {
                        owners[uri] = name
                    }
                }
                return state
            }
            return UpstreamState(
                name: reading.shownName, phase: reading.isRefused ? .refused : .off, reason: reading.reason)
        }
        next.generation = last.generation
        if next != last || last.generation == 0 {
            next.generation += 1
            last = next
            onChange(next)
        }
        guard !last.isSettling else { return }
        let waiting = settled
        settled = []
        for then in waiting { then() }
    }

    /// Calls `then` once each has answered, or has not; after so many seconds in any case.
    func whenSettled(seconds: Double, then: @escaping () -> Void) {
        guard last.generation == 0 || last.isSettling else { return then() }
        var isOver = false
        let once = {
            if isOver { return }
            isOver = true
            then()
        }
        settled.append(once)
        reactor.schedule(at: reactor.now.advanced(seconds: seconds)) { once() }
    }

    private func leave(_ keeper: UpstreamKeeper) {
        lastLeaving += 1
        let number = lastLeaving
        leaving[number] = .some(nil)
        let task = reactor.start { [self] in
            await keeper.end()
            leaving[number] = nil
        }
        if leaving.keys.contains(number) { leaving[number] = .some(task) }
    }

    func end() async {
        (publish, updated, onChange) = ({ _, _ in }, { _ in }, { _ in })
        let all = Array(keepers.values)
        keepers = [:]
        for keeper in all { leave(keeper) }
        for task in Array(leaving.values) { await task?.value }
    }
}
