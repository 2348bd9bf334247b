import Core
import IO

/// The wall clock as it was at the start, and what has passed since: what the time of a key is measured with.
///
/// The wall clock itself may be set anew, by hours, or by decades on a machine that has no clock while it is off. Every key
/// would be forgotten in that moment, and a repeated request would be made again.
struct SteadyClock: Sendable {
    private let wall: Timestamp
    private let start: Int64
    /// What tells this start of the machine from others.
    let boot = BootClock.identity

    /// - Parameters:
    ///   - wall: what the wall clock shows.
    ///   - start: nanoseconds since the machine was started, at the same instant.
    init(wall: Timestamp = WallClock.now, start: Int64 = BootClock.nanoseconds) {
        self.wall = wall
        self.start = start
    }

    var now: Timestamp { wall.advanced(milliseconds: (BootClock.nanoseconds - start) / 1_000_000) }
}
