public import Core
import Synchronization

/// A clock that moves only when a test says so, or by itself to the end of each sleep.
///
/// A sleeper resumes exactly when the clock reaches its deadline, those of the same instant in the order in which they
/// began to sleep. Cancelling its task resumes it with `CancellationError` at once.
public final class ManualClock: TimeSource, Sendable {
    private struct Sleeper {
        let id: UInt64
        let deadline: MonotonicTime
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = MonotonicTime(nanoseconds: 5_000_000_000)
        var sleepers: [Sleeper] = []
        var lastID: UInt64 = 0
        var cancelled: Set<UInt64> = []
        var slept: [Double] = []
        /// Sleepers that are on their way into a sleep or out of it, both of which pass through the global pool.
        var passing = 0
    }

    private let state = Mutex(State())
    private let isAutomatic: Bool
    private let epoch: Mutex<Timestamp>

    /// - Parameter isAutomatic: a sleep moves the clock to its deadline and returns, which suits a test with one task.
    public init(isAutomatic: Bool = false, wallClock: Timestamp = Timestamp(milliseconds: 1_780_000_000_000)) {
        self.isAutomatic = isAutomatic
        epoch = Mutex(Timestamp(milliseconds: wallClock.milliseconds - 5000))
    }

    public var now: MonotonicTime { state.withLock { $0.now } }
    public var wallClock: Timestamp {
        Timestamp(milliseconds: epoch.withLock { $0.milliseconds } + now.nanoseconds / 1_000_000)
    }
    /// Sets the wall clock anew, as its owner or a time server does.
    public func setWallClock(ahead seconds: Double) {
        epoch.withLock { $0 = $0.advanced(seconds: seconds) }
    }
    /// The spans of all sleeps so far, in seconds, in order.
    public var slept: [Double] { state.withLock { $0.slept } }
    /// Those who sleep now.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    public func sleep(until deadline: MonotonicTime) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.slept.append(deadline.seconds(since: state.now))
            state.lastID += 1
            state.passing += isAutomatic ? 0 : 1
            if isAutomatic { state.now = max(state.now, deadline) }
            return state.lastID
        }
        if isAutomatic { return }
        defer { state.withLock { $0.passing -= 1 } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    state.passing -= 1
                    return false
                }
                if isOver { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                state.passing += 1
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock without waking anybody, as a slow step of a program does.
    public func pass(seconds: Double) { state.withLock { $0.now = $0.now.advanced(seconds: seconds) } }

    /// Moves the clock on, from one deadline to the next, and lets those who wake run before it goes further.
    ///
    /// They must run on the executor of the caller, for which tests use the main actor.
    public func advance(seconds: Double) async {
        await settle()
        let end = now.advanced(seconds: seconds)
        while let next = state.withLock({ $0.sleepers.map(\.deadline).min() }), next <= end {
            let awake = state.withLock { state in
                state.now = max(state.now, next)
                let due = state.sleepers.filter { $0.deadline <= next }
                state.sleepers.removeAll { $0.deadline <= next }
                state.passing += due.count
                return due
            }
            for sleeper in awake { sleeper.continuation.resume() }
            await settle()
        }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Lets the other tasks of this executor run until each of them waits.
    ///
    /// The start and the end of a sleep pass through the global pool (the closure of `withTaskCancellationHandler` runs there):
    /// who is on the way is waited for, and that pool is given a turn for what else passes through it.
    private func settle() async {
        for _ in 0..<8 {
            repeat {
                for _ in 0..<8 { await Task.yield() }
                await Task.detached(priority: .background) {}.value
            } while state.withLock { $0.passing > 0 }
        }
    }
}
