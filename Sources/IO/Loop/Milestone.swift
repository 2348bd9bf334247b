package import Core
import Synchronization

/// What ends once in the life of a process, such as the first check of Luma, and who waits for that, on any loop.
///
///     try await reactor.wait(for: shared.firstCheck, by: deadline, now: now)
package final class Milestone: Sendable {
    private struct Waiter {
        let deadline: MonotonicTime
        let then: @Sendable (Result<Void, Never>) -> Void
    }
    /// Of more than so many that wait at once the rest hear nothing, and go when their time is over.
    package static let mostWaiting = 1000

    private let hasEnded = Atomic(false)
    private let waiting = Mutex<[Waiter]>([])

    package init() {}

    /// Read for each request, so without a lock.
    package var isOver: Bool { hasEnded.load(ordering: .acquiring) }

    /// Tells when it is over, at once if it is. Whoever comes after `deadline` may hear nothing.
    package func wait(
        by deadline: MonotonicTime, now: MonotonicTime, then: @escaping @Sendable (Result<Void, Never>) -> Void
    ) {
        let tellsNow = waiting.withLock { waiting in
            if isOver { return true }
            if waiting.count >= Self.mostWaiting { waiting.removeAll { $0.deadline <= now } }
            if waiting.count < Self.mostWaiting { waiting.append(Waiter(deadline: deadline, then: then)) }
            return false
        }
        if tellsNow { then(.success(())) }
    }

    /// It is over; once is enough.
    package func end() {
        if isOver { return }
        let told = waiting.withLock { waiting in
            hasEnded.store(true, ordering: .releasing)
            defer { waiting = [] }
            return waiting
        }
        for waiter in told { waiter.then(.success(())) }
    }
}

extension Reactor {
    /// Waits on this loop until it is over.
    /// - Throws: `overdue` when it was not by `deadline`.
    package func wait(
        for milestone: Milestone, by deadline: MonotonicTime, now: MonotonicTime
    ) async throws(WaitError<Never>) {
        try await ask(by: deadline) { (then: @escaping @Sendable (Result<Void, Never>) -> Void) in
            milestone.wait(by: deadline, now: now, then: then)
        }
    }
}
