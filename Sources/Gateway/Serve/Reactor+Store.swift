import IO
import Store

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
}
