import Core
import IO

/// The writes that a loop has begun. They are not tied to a connection: a write is brought to its end whether or not its
/// caller waits for the answer, also while the program ends.
final class WritesInProgress {
    private let reactor: Reactor
    /// Nil for one that has not come back from its first step yet.
    private var tasks: [UInt64: Task<Void, Never>?] = [:]
    private var last: UInt64 = 0
    private var waiting: Suspension<Void>?

    init(_ reactor: Reactor) { self.reactor = reactor }

    var count: Int { tasks.count }

    /// Starts a write.
    /// - Returns: its task, to cancel it.
    @discardableResult func start(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
        last += 1
        let number = last
        tasks[number] = .some(nil)
        let task = reactor.start { [self] in
            await operation()
            tasks[number] = nil
            if tasks.isEmpty { waiting?.resume(returning: ()) }
        }
        if tasks.keys.contains(number) { tasks[number] = .some(task) }
        return task
    }

    /// Cancels those that run: each says what is known of its outcome.
    func cancel() { for task in tasks.values { task?.cancel() } }

    /// Returns when all have ended. Those that have not by `deadline` are cancelled.
    func end(by deadline: MonotonicTime) async {
        guard !tasks.isEmpty else { return }
        let timer = reactor.schedule(at: deadline) { [self] in cancel() }
        // Whoever cancels this wait does not want it.
        try? await reactor.suspend { suspension in
            // The last one may have ended on the way here.
            if tasks.isEmpty { suspension.resume(returning: ()) } else { waiting = suspension }
        }
        waiting = nil
        reactor.cancel(timer)
    }
}
