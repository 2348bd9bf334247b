import Dispatch
import Synchronization

/// Knows how the store is: by what its queue has found, and by a look from outside at whether that queue gets on at all, as
/// a disk that hangs tells nothing.
///
/// Any thread may ask; the store's queue tells. Who listens is told in order, on the store's queue or on this one's own.
final class ConditionKeeper: Sendable {
    /// How long things may take, and how long they are remembered, in seconds.
    struct Times: Sendable {
        /// Work that takes longer makes the store count as not responding; more than a wait for another program's lock.
        var untilStalled = 3.0
        /// A refused statement or key is told in `/health` for so long after it.
        var faultIsTold = 60.0
        /// The same words are not logged again before.
        var betweenSameWords = 60.0
        /// When nothing was written for so long the log is folded into the database.
        var untilIdle = 30.0
    }

    private struct State {
        /// What the queue has found.
        var found = StoreCondition.opening
        /// When the work under way began; nil when there is none.
        var began: UInt64?
        var isWatched = false
        var isStalled = false
        /// Until then a refused statement, or a refused key, is told.
        var faultEnds: UInt64 = 0
        var fullEnds: UInt64 = 0
        var lastWords = ""
        var saidAt: UInt64 = 0
    }

    private let times: Times
    private let listener: StoreListener
    private let state = Mutex(State())
    /// The condition's code: read for each probe of health, so without a lock.
    private let code = Atomic<UInt8>(StoreCondition.opening.code)
    private let queue = DispatchQueue(label: "luma-mcp.store.watch", qos: .utility)

    init(_ listener: StoreListener, times: Times = Times()) {
        self.listener = listener
        self.times = times
    }

    var condition: StoreCondition { StoreCondition(code: code.load(ordering: .relaxed)) }

    /// What the queue has found, whatever else is known.
    var found: StoreCondition { state.withLock(\.found) }

    func found(_ condition: StoreCondition) {
        state.withLock { state in
            state.found = condition
            publish(&state)
        }
    }

    /// A caller has as many keys as are kept for one.
    func refusedKey(_ words: String) {
        say(.keysFull, words)
        tell(\.fullEnds)
    }

    /// SQLite has refused a statement that should have worked.
    func fault(_ words: String?) {
        if let words { say(.failed, words) }
        tell(\.faultEnds)
    }

    /// Tells of something that passes for a while after it.
    private func tell(_ end: WritableKeyPath<State, UInt64>) {
        state.withLock { state in
            state[keyPath: end] = Self.now + Self.nanoseconds(times.faultIsTold)
            publish(&state)
        }
        queue.asyncAfter(deadline: .now() + times.faultIsTold + 0.001) { [weak self] in
            guard let self else { return }
            self.state.withLock { self.publish(&$0) }
        }
    }

    /// Tells the log why, unless it was told the same a moment ago.
    func say(_ cause: StoreFailure.Cause, _ words: String) {
        let isNew = state.withLock { state in
            let now = Self.now
            guard state.lastWords != words || now > state.saidAt + Self.nanoseconds(times.betweenSameWords) else {
                return false
            }
            (state.lastWords, state.saidAt) = (words, now)
            return true
        }
        if isNew { listener.failed(cause, words) }
    }

    // MARK: Whether it gets on

    func workBegins() {
        state.withLock { state in
            state.began = Self.now
            guard !state.isWatched else { return }
            state.isWatched = true
            look(in: times.untilStalled)
        }
    }

    func workEnds() {
        state.withLock { state in
            state.began = nil
            guard state.isStalled else { return }
            state.isStalled = false
            publish(&state)
        }
    }

    private func look(in seconds: Double) {
        queue.asyncAfter(deadline: .now() + seconds) { [weak self] in self?.look() }
    }

    private func look() {
        state.withLock { state in
            guard let began = state.began else {
                state.isWatched = false
                return
            }
            let left = times.untilStalled - Double(Self.now - began) / 1e9
            // The clocks of both may differ by a moment.
            if left > 0.001 { return look(in: left) }
            // Its end is told by whoever does it.
            state.isWatched = false
            state.isStalled = true
            publish(&state)
        }
    }

    // MARK: What it comes to

    /// Called with the lock held, so that whoever listens is told in order.
    private func publish(_ state: inout State) {
        let now: StoreCondition =
            if state.isStalled {
                .unusable(.notResponding)
            } else if case .unusable = state.found {
                state.found
            } else if state.faultEnds > Self.now {
                .unusable(.failed)
            } else if state.fullEnds > Self.now {
                .unusable(.keysFull)
            } else {
                state.found
            }
        let before = StoreCondition(code: code.exchange(now.code, ordering: .relaxed))
        if before != now { listener.changed(before, now) }
    }

    private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
    private static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(seconds * 1e9) }
}

/// Who wants to hear of the store. Called on queues of the store's, in order; must not wait nor call the store.
public struct StoreListener: Sendable {
    /// Its condition is another.
    public var changed: @Sendable (_ before: StoreCondition, _ now: StoreCondition) -> Void
    /// Why something was refused, in words for the log, which hold no data and no path.
    public var failed: @Sendable (_ cause: StoreFailure.Cause, _ words: String) -> Void
    /// A new database was made where there was one before.
    public var begunAnew: @Sendable () -> Void

    public init(
        changed: @escaping @Sendable (_ before: StoreCondition, _ now: StoreCondition) -> Void = { _, _ in },
        failed: @escaping @Sendable (_ cause: StoreFailure.Cause, _ words: String) -> Void = { _, _ in },
        begunAnew: @escaping @Sendable () -> Void = {}
    ) {
        self.changed = changed
        self.failed = failed
        self.begunAnew = begunAnew
    }
}
