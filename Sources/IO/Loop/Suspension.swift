package import Core
import Synchronization

/// One wait of a task on a loop. Whoever comes first ends it: who was waited for, or the task's cancellation.
///
/// The continuation needs no check of its own: `take` gives it away once, and whoever forgets to resume a suspension
/// leaves a task that its cancellation still ends.
public final class Suspension<Value: Sendable> {
    @exclusivity(unchecked) private var continuation: UnsafeContinuation<Value, any Error>?
    @exclusivity(unchecked) private var isOver = false

    /// False once the task goes on.
    public var isWaiting: Bool { continuation != nil }

    /// Lets the task go on with a value; later calls do nothing. On the loop only.
    public func resume(returning value: Value) { take()?.resume(returning: value) }

    /// Lets the task go on with an error; later calls do nothing. On the loop only.
    public func resume(throwing error: any Error) { take()?.resume(throwing: error) }

    fileprivate func begin(_ continuation: UnsafeContinuation<Value, any Error>) {
        if isOver { continuation.resume(throwing: CancellationError()) } else { self.continuation = continuation }
    }

    private func take() -> UnsafeContinuation<Value, any Error>? {
        defer { continuation = nil }
        isOver = true
        return continuation
    }
}

extension Reactor {
    /// Suspends the calling task, which must run on this loop, until its suspension is resumed.
    ///
    /// It exists because the closure of `withTaskCancellationHandler` leaves the loop for the global pool when the
    /// function around it is merely nonisolated; with the isolation as a parameter that it captures, it stays.
    ///
    /// - Parameter body: called on the loop once the task waits; hands the suspension to whoever is to resume it.
    /// - Throws: `CancellationError` as soon as the task is cancelled, and what the suspension is resumed with.
    public func suspend<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (Suspension<Value>) -> Void
    ) async throws -> Value {
        executor.checkIsolated()
        let suspension = Suspension<Value>()
        let bound = LoopBound(suspension, on: executor)
        let executor = executor
        return try await withTaskCancellationHandler {
            _ = isolation
            return try await withUnsafeThrowingContinuation { continuation in
                executor.checkIsolated()
                suspension.begin(continuation)
                if Task.isCancelled { suspension.resume(throwing: CancellationError()) }
                if suspension.isWaiting { body(suspension) }
            }
        } onCancel: {
            executor.execute { bound.value.resume(throwing: CancellationError()) }
        }
    }
}

/// Why whoever had so much time and no more has no answer.
package enum WaitError<Failure: Error>: Error {
    /// The time was over first, which says nothing about who was asked.
    case overdue
    case failed(Failure)
}

extension Reactor {
    /// Asks what answers on a queue of its own, and comes back to this loop with its answer.
    ///
    ///     let saved = try await reactor.ask { store.load("budget", then: $0) }
    ///
    /// Not cut short by a cancellation: who is asked answers or fails by itself, and what it has done must be known.
    package func ask<Value: Sendable, Failure: Error>(
        _ call: (@escaping @Sendable (Result<Value, Failure>) -> Void) -> Void
    ) async throws(Failure) -> Value {
        let executor = executor
        let result: Result<Value, Failure> = await withUnsafeContinuation { continuation in
            call { result in executor.execute { continuation.resume(returning: result) } }
        }
        return try result.get()
    }

    /// The same for whoever has no more time than until `deadline`: then it fails as `overdue`.
    ///
    /// - Parameter late: given what has been done all the same, after that; on this loop.
    package func ask<Value: Sendable, Failure: Error>(
        by deadline: MonotonicTime, late: @escaping (Value) -> Void = { _ in },
        _ call: (@escaping @Sendable (Result<Value, Failure>) -> Void) -> Void
    ) async throws(WaitError<Failure>) -> Value {
        let executor = executor
        let wait = BoundedWait<Value, Failure>()
        let bound = LoopBound((wait, late), on: executor)
        var timer: TimerQueue.Token?
        let result: Result<Value, WaitError<Failure>> = await withUnsafeContinuation { continuation in
            wait.continuation = continuation
            timer = schedule(at: deadline) { _ = wait.end(.failure(.overdue)) }
            call { result in
                executor.execute {
                    let (wait, late) = bound.value
                    if !wait.end(result.mapError(WaitError.failed)), case .success(let value) = result {
                        late(value)
                    }
                }
            }
        }
        if let timer { cancel(timer) }
        return try result.get()
    }
}

/// One wait with an end, ended by whoever comes first. On one loop.
private final class BoundedWait<Value: Sendable, Failure: Error> {
    var continuation: UnsafeContinuation<Result<Value, WaitError<Failure>>, Never>?

    /// False when it has ended before.
    func end(_ result: Result<Value, WaitError<Failure>>) -> Bool {
        guard let continuation else { return false }
        self.continuation = nil
        continuation.resume(returning: result)
        return true
    }
}

/// What ends once in the life of a process, such as the first check of Luma, and who waits for that, on any loop.
///
///     try await reactor.wait(for: shared.firstCheck, by: deadline, now: now)
package final class Milestone: Sendable {
    private struct Waiter {
        let deadline: MonotonicTime
        let then: @Sendable (Result<Void, Never>) -> Void
    }
    /// Of more than so many that wait at once the rest hear nothing, and go when their time is over.
    package static let maxWaiting = 1000

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
            if waiting.count >= Self.maxWaiting { waiting.removeAll { $0.deadline <= now } }
            if waiting.count < Self.maxWaiting { waiting.append(Waiter(deadline: deadline, then: then)) }
            return false
        }
        if tellsNow { then(.success(())) }
    }

    /// It is over; once is enough.
    package func end() {
        if isOver { return }
        let waiters = waiting.withLock { waiting in
            hasEnded.store(true, ordering: .releasing)
            defer { waiting = [] }
            return waiting
        }
        for waiter in waiters { waiter.then(.success(())) }
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
