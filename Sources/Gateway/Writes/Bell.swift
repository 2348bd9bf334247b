import Synchronization

/// Wakes, from any loop, the one that looks for the effects of lost writes.
final class Bell: Sendable {
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameter listener: called on whatever thread rings; nil when nobody listens any more.
    func setListener(_ listener: (@Sendable () -> Void)?) { self.listener.withLock { $0 = listener } }

    func ring() { listener.withLock { $0 }?() }
}
