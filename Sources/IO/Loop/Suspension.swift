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
