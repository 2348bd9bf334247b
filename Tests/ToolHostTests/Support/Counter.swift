import Synchronization

/// Counts what several threads do.
final class Counter: Sendable {
    private let count = Atomic(0)

    /// One more.
    /// - Returns: how many there are now.
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    func reset() { count.store(0, ordering: .relaxed) }
}
