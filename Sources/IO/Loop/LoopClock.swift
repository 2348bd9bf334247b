public import Core
import Glibc

/// The system's clocks, with a sleep that waits on one loop's timers.
public final class LoopClock: TimeSource {
    private let reactor: Reactor

    public init(_ reactor: Reactor) { self.reactor = reactor }

    /// Read from the clock at each call: a handler that has computed for long must not see the batch's start.
    public var now: MonotonicTime { Reactor.readClock() }

    public var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func sleep(until deadline: MonotonicTime) async throws {
        let sleeper = Sleeper()
        let bound = LoopBound(sleeper, on: reactor.executor)
        let executor = reactor.executor
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                sleeper.continuation = continuation
                sleeper.timer = reactor.schedule(at: deadline) { sleeper.finish(nil) }
            }
        } onCancel: {
            executor.execute { bound.value.finish(CancellationError()) }
        }
        if let timer = sleeper.timer { reactor.cancel(timer) }
    }
}

/// One sleep: whoever comes first, the timer or the cancellation, resumes it.
private final class Sleeper {
    var continuation: CheckedContinuation<Void, any Error>?
    var timer: TimerQueue.Token?

    func finish(_ error: (any Error)?) {
        guard let continuation else { return }
        self.continuation = nil
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
    }
}
