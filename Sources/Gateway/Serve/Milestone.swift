import Core
import Store
import Synchronization

/// What ends once in the life of a process, such as the first check of Luma, and who waits for that, on any loop.
///
///     try await reactor.ask(by: deadline) { shared.firstCheck.wait(by: deadline, now: now, then: $0) }
final class Milestone: Sendable {
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

    /// It is over; once is enough.
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
