import Synchronization

/// Counts who has subscribed to which resource, on all connections of either era together: whoever has a resource from elsewhere asks for
/// its changes once, as long as anybody wants to hear of them. Safe to use from any thread.
public final class ResourceSubscribers: Sendable {
    /// One subscriber of one resource. It counts as long as it is there.
    final class Hold: Sendable {
        private let uri: String
        private let subscribers: ResourceSubscribers

        fileprivate init(_ uri: String, _ subscribers: ResourceSubscribers) {
            (self.uri, self.subscribers) = (uri, subscribers)
            subscribers.count(uri, 1)
        }

        deinit { subscribers.count(uri, -1) }
    }

    private struct State {
        var counts: [String: Int] = [:]
        /// Resources that may have become wanted, or not wanted any more, since the last look.
        var changed: Set<String> = []
        var onChange: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Of nothing yet.
    public init() {}

    /// One more, until it is let go.
    func hold(_ uri: String) -> Hold { Hold(uri, self) }

    /// Calls `body` whenever there is something for `changes` that was not there at its last call; on any thread.
    public func onChange(_ body: @escaping @Sendable () -> Void) {
        let hasChanged = state.withLock { state in
            state.onChange = body
            return !state.changed.isEmpty
        }
        if hasChanged { body() }
    }

    /// Whether somebody wants them now, of the resources that have changed in that since the last call.
    public func changes() -> [String: Bool] {
        state.withLock { state in
            let changed = state.changed
            state.changed = []
            return Dictionary(uniqueKeysWithValues: changed.map { ($0, state.counts[$0] != nil) })
        }
    }

    private func count(_ uri: String, _ change: Int) {
        let tell = state.withLock { state -> (@Sendable () -> Void)? in
            let before = state.counts[uri, default: 0]
            state.counts[uri] = before + change > 0 ? before + change : nil
            guard (before == 0) != (before + change == 0) else { return nil }
            let isFirst = state.changed.isEmpty
            state.changed.insert(uri)
            return isFirst ? state.onChange : nil
        }
        tell?()
    }
}
