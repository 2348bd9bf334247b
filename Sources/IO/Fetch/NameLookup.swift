import Core
import Dispatch
import HTTP

/// Looks up the addresses of names on other threads than its loop's: the system's resolver blocks. On one loop.
final class NameLookup {
    /// What asks the resolver. Any thread.
    typealias Resolver = @Sendable (_ name: String) -> [HostAddress]
    private typealias Outcome = Result<[HostAddress], TransportError>

    /// Names that are asked for at once, those included that nobody waits for any longer.
    private static let maxUnderWay = 64
    private static let queue = DispatchQueue(label: "luma-mcp.names", attributes: .concurrent)

    private let reactor: Reactor
    private let resolver: Resolver
    private var underWay = 0
    private var waiting: [Suspension<Outcome>] = []

    init(on reactor: Reactor, _ resolver: @escaping Resolver) { (self.reactor, self.resolver) = (reactor, resolver) }

    /// All addresses of a name. Cancelling the task ends the wait.
    /// - Throws: `nameNotResolved` when it has none.
    func addresses(of name: String, by deadline: MonotonicTime) async throws(TransportError) -> [HostAddress] {
        guard underWay < Self.maxUnderWay else { throw TransportError(.overloaded, neverSent: true) }
        var timer: TimerQueue.Token?
        var own: Suspension<Outcome>?
        defer {
            if let timer { reactor.cancel(timer) }
            waiting.removeAll { $0 === own }
        }
        let outcome: Outcome
        do {
            outcome = try await reactor.suspend { suspension in
                own = suspension
                waiting.append(suspension)
                timer = reactor.schedule(at: deadline) {
                    suspension.resume(returning: .failure(TransportError(.timeout, neverSent: true)))
                }
                ask(for: name, suspension)
            }
        } catch {
            throw TransportError(.cancelled, neverSent: true)
        }
        let addresses = try outcome.get()
        guard !addresses.isEmpty else { throw TransportError(.nameNotResolved, neverSent: true) }
        return addresses
    }

    /// Ends all that is waited for. What the resolver has begun it ends by itself.
    func end() {
        for suspension in waiting {
            suspension.resume(returning: .failure(TransportError(.shuttingDown, neverSent: true)))
        }
    }

    private func ask(for name: String, _ suspension: Suspension<Outcome>) {
        underWay += 1
        let (resolver, executor) = (resolver, reactor.executor)
        let bound = LoopBound((lookup: self, suspension: suspension), on: executor)
        Self.queue.async {
            let addresses = resolver(name)
            executor.execute {
                bound.value.lookup.underWay -= 1
                bound.value.suspension.resume(returning: .success(addresses))
            }
        }
    }
}
