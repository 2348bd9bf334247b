package import Core

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
