import Core
import Store
import Synchronization

/// The first look for what was ended before this process: until it is over no id brings a session back, and whoever comes
/// with one waits.
final class FirstLook: Sendable {
    private struct Waiter {
        let deadline: MonotonicTime
        let then: Then<Void>
    }
    /// Of more than so many that wait at once the rest hear nothing, and go when their time is over.
    static let mostWaiting = 1000

    private let hasEnded = Atomic(false)
    private let waiting = Mutex<[Waiter]>([])

    /// Read for each request, so without a lock.
    var isOver: Bool { hasEnded.load(ordering: .acquiring) }

    /// Tells when it is over, at once if it is. Whoever comes after `deadline` may hear nothing.
    func wait(by deadline: MonotonicTime, now: MonotonicTime, then: @escaping Then<Void>) {
        let tellsNow = waiting.withLock { waiting in
            if isOver { return true }
            if waiting.count >= Self.mostWaiting { waiting.removeAll { $0.deadline <= now } }
            if waiting.count < Self.mostWaiting { waiting.append(Waiter(deadline: deadline, then: then)) }
            return false
        }
        if tellsNow { then(.success(())) }
    }

    /// The store was heard to the end.
    func end() {
        if isOver { return }
        let told = waiting.withLock { waiting in
            hasEnded.store(true, ordering: .releasing)
            defer { waiting = [] }
            return waiting
        }
        for waiter in told { waiter.then(.success(())) }
    }
}
