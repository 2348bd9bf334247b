import Core
import IO

/// Where a read waits for somebody else's call.
protocol Parking: AnyObject {
    /// Calls `enter` with a waiter, and returns what that is told, at the latest at `deadline`.
    ///
    /// - Parameters:
    ///   - enter: false when there is nothing to wait for.
    ///   - missed: given the news that came when nobody waited any more.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func park(
        until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void,
        _ enter: (ReadWaiter) -> Void
    ) async throws -> ReadWaiter.News
}

/// Parks on one loop. News from other loops come to it through its executor.
final class LoopParking: Parking {
    private let reactor: Reactor

    init(_ reactor: Reactor) { self.reactor = reactor }

    func park(
        until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void, _ enter: (ReadWaiter) -> Void
    ) async throws -> ReadWaiter.News {
        var timer: TimerQueue.Token?
        defer { if let timer { reactor.cancel(timer) } }
        return try await reactor.suspend { suspension in
            let executor = reactor.executor
            let bound = LoopBound((suspension, missed), on: executor)
            let waiter = ReadWaiter { news in
                executor.execute {
                    let (suspension, missed) = bound.value
                    if suspension.isWaiting { suspension.resume(returning: news) } else { missed(news) }
                }
            }
            timer = reactor.schedule(at: deadline) { suspension.resume(returning: .overdue) }
            enter(waiter)
        }
    }
}
