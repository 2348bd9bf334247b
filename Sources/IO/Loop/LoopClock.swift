import CLinux
public import Core
import Glibc

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

/// The system's wall clock; any thread.
public enum WallClock {
    /// The current instant, as far as the machine's time is right.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// The time since the machine was started, also that in which it slept. No setting of the clock changes it; any thread.
public enum BootClock {
    public static var nanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// What this clock is counted by: another text after each start of the machine, empty when the kernel does not tell.
    public static let identity: String = {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count].prefix { $0 > 0x20 }, as: UTF8.self) : ""
    }()
}
