public import Core

/// The system's clocks, with a sleep that waits on one loop's timers.
public final class LoopClock: TimeSource {
    private let reactor: Reactor

    public init(_ reactor: Reactor) { self.reactor = reactor }

    /// Read from the clock at each call: a handler that has computed for long must not see the batch's start.
    public var now: MonotonicTime { Reactor.readClock() }

    /// The same clock for code that is on no loop.
    public static var monotonicNow: MonotonicTime { Reactor.readClock() }

    public var wallClock: Timestamp { WallClock.now }

    public func sleep(until deadline: MonotonicTime) async throws {
        var timer: TimerQueue.Token?
        defer { if let timer { reactor.cancel(timer) } }
        try await reactor.suspend { suspension in
            timer = reactor.schedule(at: deadline) { suspension.resume(returning: ()) }
        }
    }
}
