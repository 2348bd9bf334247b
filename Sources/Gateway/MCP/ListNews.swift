import Core
import IO
import MCP

/// Tells clients that their list of tools, of prompts or of resources is another one: those alone for whom it is, and at most once a
/// second. What comes and goes within that time is no news. On one loop.
final class ListNews {
    static let secondsBetween = 1.0

    private struct Listener {
        let visibility: () -> Visibility
        let tell: (Change) -> Void
        /// Of the lists as they were when this listener was last told of them.
        var fingerprints: [Change: Int]
    }

    private let dispatcher: Dispatcher
    private let reactor: Reactor
    private let now: () -> MonotonicTime
    private var listeners: [Int: Listener] = [:]
    private var lastListener = 0
    private var lastTold: MonotonicTime?
    private var timer: TimerQueue.Token?

    /// - Parameter now: the time; the loop's, unless a test has one.
    init(_ dispatcher: Dispatcher, _ reactor: Reactor, now: (() -> MonotonicTime)? = nil) {
        self.dispatcher = dispatcher
        self.reactor = reactor
        self.now = now ?? { reactor.now }
    }

    /// Calls `tell` with a list whenever what is visible has become otherwise, until `remove`.
    /// - Parameter visibility: asked for each look, as it may change by itself.
    /// - Returns: the listener's number.
    func add(_ visibility: @escaping () -> Visibility, tell: @escaping (Change) -> Void) -> Int {
        lastListener += 1
        listeners[lastListener] = Listener(
            visibility: visibility, tell: tell, fingerprints: dispatcher.registry.fingerprints(for: visibility()))
        return lastListener
    }

    func remove(_ number: Int) { listeners[number] = nil }

    /// Something may be visible otherwise.
    func look() {
        guard timer == nil else { return }
        guard let due = lastTold?.advanced(seconds: Self.secondsBetween), due > now() else { return tell() }
        timer = reactor.schedule(at: due) { [weak self] in
            self?.timer = nil
            self?.tell()
        }
    }

    private func tell() {
        var known: [Visibility: [Change: Int]] = [:]
        for (number, listener) in listeners {
            let visibility = listener.visibility()
            let fingerprints = known[visibility] ?? dispatcher.registry.fingerprints(for: visibility)
            known[visibility] = fingerprints
            guard fingerprints != listener.fingerprints else { continue }
            listeners[number]?.fingerprints = fingerprints
            lastTold = now()
            for change in [Change.toolsListed, .promptsListed, .resourcesListed]
            where fingerprints[change] != listener.fingerprints[change] { listener.tell(change) }
        }
    }
}
