/// The clock and the wait that effectful code is given: a loop's in the product, a hand-advanced one in tests.
///
/// Not `Sendable`: each loop has its own, and `sleep` resumes on that loop.
public protocol TimeSource: AnyObject {
    /// The monotonic instant now.
    var now: MonotonicTime { get }
    /// The wall-clock instant now.
    var wallClock: Timestamp { get }
    /// Returns at or after `deadline`.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: MonotonicTime) async throws
}
