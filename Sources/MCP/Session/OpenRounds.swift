import Core
import Synchronization

/// Which calls of several rounds (2026-07-28) are at their end, so that what a user has declined cannot be accepted later
/// with a state of an earlier round.
///
/// Safe to use from any thread. In this process only, and bounded: a state expires by itself, and what a call does beyond
/// that is judged by what it finds.
public final class OpenRounds: Sendable {
    /// Ended calls that are remembered; one more forgets the oldest.
    static let capacity = 10_000

    private struct State {
        var running: Set<String> = []
        var ended: Set<String> = []
        var inOrder: [(call: String, until: Timestamp)] = []
    }
    private let state = Mutex(State())

    /// Remembers nothing yet.
    public init() {}

    /// Takes a call for one round; it must be given back. False when it is at its end, or another round of it is served.
    func begin(_ call: String) -> Bool {
        state.withLock { !$0.ended.contains(call) && $0.running.insert(call).inserted }
    }

    /// The round has asked again: another one may follow.
    func goOn(_ call: String) { _ = state.withLock { $0.running.remove(call) } }

    /// The call is at its end; all its states are void, and have expired at `until`.
    func end(_ call: String, until: Timestamp, now: Timestamp) {
        state.withLock { state in
            state.running.remove(call)
            guard state.ended.insert(call).inserted else { return }
            state.inOrder.append((call, until))
            let expired = state.inOrder.prefix { $0.until <= now }.count
            let gone = max(expired, state.inOrder.count - Self.capacity)
            for old in state.inOrder.prefix(gone) { state.ended.remove(old.call) }
            state.inOrder.removeFirst(gone)
        }
    }
}
