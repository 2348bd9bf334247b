/// The clock and the wait that effectful code is given: a loop's in the product, a hand-advanced one in tests.
///
/// Not `Sendable`: each loop has its own, and `sleep` resumes on that loop.
public protocol TimeSource: AnyObject {
    /// The monotonic instant now.
    var now: MonotonicTime { get }
    /// The wall-clock instant now.
    var wallClock: Timestamp { get }
    /// Milliseconds since the machine was started, also those in which it slept.
    var bootMilliseconds: Int64 { get }
    /// Returns at or after `deadline`.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: MonotonicTime) async throws
}

extension TimeSource {
    /// The same as `now`: right for a machine that never sleeps.
    public var bootMilliseconds: Int64 { now.nanoseconds / 1_000_000 }
}
