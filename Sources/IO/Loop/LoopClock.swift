public import Core

/// The system's clocks, with a sleep that waits on one loop's timers.
public final class LoopClock: TimeSource {
    private let reactor: Reactor
    /// What lies between the two clocks, in nanoseconds, and until when that is believed.
    @exclusivity(unchecked) private var wallOffset: Int64 = 0
    @exclusivity(unchecked) private var wallUntil = Int64.min

    public init(_ reactor: Reactor) { self.reactor = reactor }

    /// Read from the clock at each call: a handler that has computed for long must not see the batch's start.
    public var now: MonotonicTime { Reactor.readClock() }

    /// The same clock for code that is on no loop.
    public static var monotonicNow: MonotonicTime { Reactor.readClock() }

    public var wallClock: Timestamp { WallClock.now }

    public var bootMilliseconds: Int64 { BootClock.nanoseconds / 1_000_000 }

    /// The wall-clock instant of a recent monotonic one, for log lines: a sum, and once a second a look at the clocks. A
    /// wall clock that is set anew shows within that second.
    public func wallClock(at instant: MonotonicTime) -> Timestamp {
        if instant.nanoseconds >= wallUntil {
            let now = self.now.nanoseconds
            wallOffset = WallClock.now.milliseconds * 1_000_000 - now
            wallUntil = now + 1_000_000_000
        }
        return Timestamp(milliseconds: (instant.nanoseconds + wallOffset) / 1_000_000)
    }

    public func sleep(until deadline: MonotonicTime) async throws {
        var timer: TimerQueue.Token?
        defer { if let timer { reactor.cancel(timer) } }
        try await reactor.suspend { suspension in
            timer = reactor.schedule(at: deadline) { suspension.resume(returning: ()) }
        }
    }
}
