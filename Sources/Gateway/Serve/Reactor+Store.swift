import Core
import IO
import Store

/// Why whoever had so much time and no more has nothing from the store.
enum StoreWaitError: Error {
    /// The time was over first, which says nothing about the store.
    case overdue
    case failed(StoreFailure)
}

extension Reactor {
    /// Asks the store and comes back to this loop with its answer.
    ///
    ///     let saved = try await reactor.ask { store.load("budget", then: $0) }
    ///
    /// Not cut short by a cancellation: the store answers or fails by itself, and what it has done must be known.
    func ask<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws(StoreFailure) -> Value {
        let executor = executor
        let result: Result<Value, StoreFailure> = await withUnsafeContinuation { continuation in
            call { result in executor.execute { continuation.resume(returning: result) } }
        }
        return try result.get()
    }

    /// The same for whoever has no more time than until `deadline`: then it fails as `overdue`.
    ///
    /// - Parameter late: given what the store has done all the same, after that; on this loop.
    func ask<Value: Sendable>(
        by deadline: MonotonicTime, late: @escaping (Value) -> Void = { _ in },
        _ call: (@escaping Then<Value>) -> Void
    ) async throws(StoreWaitError) -> Value {
        let executor = executor
        let wait = StoreWait<Value>()
        let bound = LoopBound((wait, late), on: executor)
        var timer: TimerQueue.Token?
        let result: Result<Value, StoreWaitError> = await withUnsafeContinuation { continuation in
            wait.continuation = continuation
            timer = schedule(at: deadline) { _ = wait.end(.failure(.overdue)) }
            call { result in
                executor.execute {
                    let (wait, late) = bound.value
                    if !wait.end(result.mapError(StoreWaitError.failed)), case .success(let value) = result {
                        late(value)
                    }
                }
            }
        }
        if let timer { cancel(timer) }
        return try result.get()
    }
}

/// One wait for the store, ended by whoever comes first. On one loop.
private final class StoreWait<Value: Sendable> {
    var continuation: UnsafeContinuation<Result<Value, StoreWaitError>, Never>?

    /// False when it has ended before.
    func end(_ result: Result<Value, StoreWaitError>) -> Bool {
        guard let continuation else { return false }
        self.continuation = nil
        continuation.resume(returning: result)
        return true
    }
}
