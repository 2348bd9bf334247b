import Core
package import IO
package import MCP
import Synchronization
import ToolSources

/// The services of one gateway whose operations are tools: reads their documents, and makes their calls on each loop. Safe to use
/// from any thread.
package final class ForwarderHost: Sendable {
    package let runs: ForwarderRuns
    private let documents: ForwarderDocuments
    private let newest = Mutex(ForwarderSnapshot())
    private let loops = Mutex<[ObjectIdentifier: LoopBound<LoopForwarders>]>([:])

    /// - Parameter log: told of what operators should know; never of arguments, answers or secrets.
    package init(_ settings: ForwarderDocuments.Settings, log: @escaping @Sendable (HostEvent) -> Void) {
        documents = ForwarderDocuments(settings)
        runs = ForwarderRuns(log: log)
    }

    /// What is offered now.
    package var snapshot: ForwarderSnapshot { newest.withLock { $0 } }

    /// Reads the documents anew. Blocks: never on a loop, and one at a time.
    /// - Parameter publish: called for each service that is offered otherwise than before, and for each that is no longer, with
    ///   its name and what makes its tools on a loop.
    package func read(publish: (String, @escaping @Sendable (Reactor) -> [Tool]) -> Void) {
        let last = snapshot
        let next = ForwarderSnapshot(documents.read(), after: last)
        newest.withLock { $0 = next }
        for service in next.services where !last.services.contains(where: { $0 === service }) {
            publish(service.name) { [self] reactor in
                service.tools { self.runner(of: service, on: reactor) }
            }
        }
        for service in last.services where !next.services.contains(where: { $0.name == service.name }) {
            publish(service.name) { [self] reactor in
                loop(reactor).retire(service.name)
                return []
            }
        }
        tell(next, after: last)
    }

    /// The end of a loop: what is under way there is ended, and its connections are closed. On that loop.
    package func end(on reactor: Reactor) {
        let own = loops.withLock { $0.removeValue(forKey: ObjectIdentifier(reactor.executor)) }
        own?.value.shutdown()
    }

    /// What makes the calls of a service on a loop; on that loop.
    func runner(of service: HostedService, on reactor: Reactor) -> ForwarderRunner {
        loop(reactor).runner(of: service)
    }

    /// What one loop has, on that loop.
    private func loop(_ reactor: Reactor) -> LoopForwarders {
        let key = ObjectIdentifier(reactor.executor)
        if let own = loops.withLock({ $0[key] }) { return own.value }
        let made = LoopBound(LoopForwarders(runs, on: reactor), on: reactor.executor)
        loops.withLock { $0[key] = made }
        return made.value
    }

    /// Says what is wrong, once for each document and reading.
    private func tell(_ snapshot: ForwarderSnapshot, after last: ForwarderSnapshot) {
        for problem in snapshot.problems where !last.problems.contains(problem) {
            runs.log(HostEvent(.warning, "A service document cannot be used", ["cause": problem]))
        }
        for document in snapshot.documents where !last.documents.contains(where: { $0.octets == document.octets }) {
            guard case .file(let file) = document.origin else { continue }
            let reading = document.reading
            if let conflict = document.conflict ?? reading.problems.first?.line {
                let more = reading.problems.count + reading.moreProblems
                runs.log(
                    HostEvent(
                        .warning, "A service document has problems",
                        ["document": file, "cause": conflict, "problems": String(more)]))
            }
        }
    }
}

/// What one loop has of all services.
final class LoopForwarders {
    private let runs: ForwarderRuns
    private let reactor: Reactor
    private var runners: [String: ForwarderRunner] = [:]
    /// Those whose calls are not over yet.
    private var retired: [ForwarderRunner] = []

    init(_ runs: ForwarderRuns, on reactor: Reactor) {
        self.runs = runs
        self.reactor = reactor
    }

    /// Makes the calls of a service from now on.
    func runner(of service: HostedService) -> ForwarderRunner {
        if let runner = runners[service.name] {
            if runner.service === service { return runner }
            retire(service.name)
        }
        let made = ForwarderRunner(service, runs, on: reactor)
        runners[service.name] = made
        return made
    }

    func retire(_ name: String) {
        retired.removeAll(where: \.isIdle)
        guard let runner = runners.removeValue(forKey: name) else { return }
        runner.retire()
        if !runner.isIdle { retired.append(runner) }
    }

    func shutdown() {
        for runner in Array(runners.values) + retired { runner.shutdown() }
        (runners, retired) = ([:], [])
    }
}
