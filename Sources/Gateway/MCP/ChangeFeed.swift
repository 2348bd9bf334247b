import MCP
import Synchronization

/// Carries changes from whoever makes one to every open stream, on whatever loop.
final class ChangeFeed: Sendable {
    /// One listener of the feed.
    struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

    private struct State {
        var last: UInt64 = 0
        var listeners: [UInt64: @Sendable (Change) -> Void] = [:]
    }
    private let state = Mutex(State())

    /// Calls `deliver` with each change, on the thread of who publishes, until `remove`.
    func add(_ deliver: @escaping @Sendable (Change) -> Void) -> Token {
        state.withLock { state in
            state.last += 1
            state.listeners[state.last] = deliver
            return Token(number: state.last)
        }
    }

    func remove(_ token: Token) { _ = state.withLock { $0.listeners.removeValue(forKey: token.number) } }

    func publish(_ change: Change) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for deliver in listeners { deliver(change) }
    }

    /// An event is another one now: its own resource and the calendar's list read otherwise.
    func publish(event id: String) {
        if state.withLock({ $0.listeners.isEmpty }) { return }
        publish(.resourceUpdated(uri: "luma://events/\(id)"))
        publish(.resourceUpdated(uri: "luma://calendar"))
    }
}
