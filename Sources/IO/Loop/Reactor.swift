import CLinux
public import Core
import Dispatch
import Glibc

/// What a descriptor's owner is told: the `LM_EPOLL*` bits that are ready.
public protocol ReadinessHandler: AnyObject {
    /// Runs on the loop. May watch and forget descriptors, this one included.
    func ready(_ events: UInt32)
}

/// A closure that waits for its instant.
private final class TimerAction: TimerHandler {
    private let action: () -> Void

    init(_ action: @escaping () -> Void) { self.action = action }

    func timerFired() { action() }
}

/// What has something left to do at the end of a batch.
protocol BatchFollower: AnyObject {
    /// Runs on the loop.
    func batchEnded()
}

/// The heart of a loop: an epoll set, the handlers by descriptor, timers, and work for the end of a batch.
///
/// Not `Sendable`: every call is made on the loop that owns it.
public final class Reactor {
    /// How long the loop stays in `epoll_wait` after traffic before it goes back to Dispatch. Below 5 ms the
    /// re-programming of the clock costs more than it saves; measured.
    static let lingerMilliseconds: Int32 = 10
    /// Batches in one turn before Dispatch gets the thread back, which costs some ten system calls. Nothing of the loop
    /// waits for that: jobs, timers and deferred work have their turn in each batch.
    static let batchesPerTurn = 1024
    private static let eventsPerBatch = 512

    /// The executor of its loop.
    public let executor: LoopExecutor
    private let taskExecutor: LoopTaskExecutor
    /// The epoll descriptor.
    let descriptor: Int32
    /// The loop that it belongs to; nil once that is gone.
    public internal(set) weak var loop: Loop?
    /// The monotonic instant at the start of this batch; read from the clock once a batch.
    @exclusivity(unchecked) public private(set) var now: MonotonicTime

    private struct Slot {
        var handler: (any ReadinessHandler)?
        /// Goes up at each `watch`, so that a report for an earlier owner of the same number is told apart.
        var generation: UInt32 = 0
    }
    @exclusivity(unchecked) private var slots: [Slot] = []
    private let events: UnsafeMutablePointer<epoll_event>
    private let timerDescriptor: Int32
    @exclusivity(unchecked) private var armedUntil = MonotonicTime(nanoseconds: .max)
    @exclusivity(unchecked) var timers = TimerQueue()
    @exclusivity(unchecked) private var endOfBatch: [any BatchFollower] = []
    /// Those whose turn it is; empty between two turns.
    @exclusivity(unchecked) private var called: [any BatchFollower] = []

    init(executor: LoopExecutor) throws(SystemError) {
        self.executor = executor
        taskExecutor = LoopTaskExecutor(executor)
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("epoll_create1") }
        timerDescriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        guard timerDescriptor >= 0 else {
            let error = SystemError("timerfd_create")
            close(descriptor)
            throw error
        }
        events = .allocate(capacity: Self.eventsPerBatch)
        now = Self.readClock()
        for own in [executor.wakeDescriptor, timerDescriptor] {
            _ = lm_epoll_ctl(descriptor, EPOLL_CTL_ADD, own, UInt32(LM_EPOLLIN), UInt64(UInt32(own)))
        }
    }

    deinit {
        events.deallocate()
        close(timerDescriptor)
        close(descriptor)
    }

    static func readClock() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    // MARK: Descriptors

    /// Reports `interest` of `fd` (level-triggered) to `handler` until `forget`. The reactor keeps the handler alive.
    public func watch(_ fd: Int32, _ interest: UInt32, _ handler: any ReadinessHandler) throws(SystemError) {
        assert(executor.isCurrent)
        let index = Int(fd)
        while slots.count <= index { slots.append(Slot()) }
        slots[index].generation &+= 1
        let data = UInt64(slots[index].generation) << 32 | UInt64(UInt32(fd))
        guard lm_epoll_ctl(descriptor, EPOLL_CTL_ADD, fd, interest, data) == 0 else { throw SystemError("epoll_ctl") }
        slots[index].handler = handler
    }

    /// Changes the interest of a watched descriptor.
    public func rewatch(_ fd: Int32, _ interest: UInt32) throws(SystemError) {
        let data = UInt64(slots[Int(fd)].generation) << 32 | UInt64(UInt32(fd))
        guard lm_epoll_ctl(descriptor, EPOLL_CTL_MOD, fd, interest, data) == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Stops reports at once, also those of the running batch. Must come before the descriptor is closed.
    public func forget(_ fd: Int32) {
        guard Int(fd) < slots.count, slots[Int(fd)].handler != nil else { return }
        slots[Int(fd)].handler = nil
        _ = lm_epoll_ctl(descriptor, EPOLL_CTL_DEL, fd, 0, 0)
    }

    // MARK: Timers and deferred work

    /// Calls `action` on the loop at or soon after `deadline`; once.
    @discardableResult
    public func schedule(at deadline: MonotonicTime, _ action: @escaping () -> Void) -> TimerQueue.Token {
        schedule(at: deadline, TimerAction(action))
    }

    /// The same for an object, without the allocations that a closure costs.
    func schedule(at deadline: MonotonicTime, _ handler: any TimerHandler) -> TimerQueue.Token {
        assert(executor.isCurrent)
        return timers.insert(deadline, handler)
    }

    /// Cancels a timer; nothing happens when it has fired already.
    public func cancel(_ token: TimerQueue.Token) { timers.remove(token) }

    /// Calls `follower` once after the readiness reports of this batch, before the loop waits again. Also the way to break a
    /// recursion: libcurl's timer callback must not call back into libcurl, an answer must not parse the next request.
    func afterBatch(_ follower: any BatchFollower) {
        assert(executor.isCurrent)
        endOfBatch.append(follower)
    }

    /// Starts `operation` as a task on this loop. Cancel the task to abandon it.
    ///
    /// As a rule it runs up to its first suspension before this returns; but the runtime may also put it into the loop's list
    /// of jobs, so nothing may rely on that.
    ///
    /// The loop is also the task's preferred executor: code of it that has no isolation stays here, without a hop.
    public func start(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
        guard let loop else { preconditionFailure("the loop has not been started, or has stopped") }
        let bound = LoopBound(operation, on: executor)
        _ = loop
        return Task.immediate(executorPreference: taskExecutor) { await bound.value() }
    }

    // MARK: The turn

    /// Serves batches until it has been quiet for the linger, or Dispatch's turn has come. Called on the queue by
    /// the source that watches `descriptor`, which fires again by itself while something is ready.
    func turn() {
        // The loop may have slept for long, and the jobs that woke it reckon their deadlines from now.
        now = Self.readClock()
        for _ in 0..<Self.batchesPerTurn {
            let busy = runDeferred()
            now = Self.readClock()
            let count = epoll_wait(descriptor, events, Int32(Self.eventsPerBatch), busy ? 0 : waitMilliseconds())
            now = Self.readClock()
            if count > 0 { for index in 0..<Int(count) { deliver(events[index]) } }
            let fired = runTimers()
            if count <= 0, !fired, !busy { break }
        }
        if runDeferred() { executor.wake() }
        armTimer()
    }

    private func deliver(_ event: epoll_event) {
        let (data, bits) = withUnsafePointer(to: event) { (lm_epoll_data($0), lm_epoll_events($0)) }
        let fd = Int32(truncatingIfNeeded: data & 0xffff_ffff)
        if fd == executor.wakeDescriptor || fd == timerDescriptor {
            var count: UInt64 = 0
            _ = read(fd, &count, 8)
            if fd == timerDescriptor { armedUntil = MonotonicTime(nanoseconds: .max) }
            return
        }
        guard Int(fd) < slots.count, slots[Int(fd)].generation == UInt32(data >> 32),
            let handler = slots[Int(fd)].handler
        else { return }
        handler.ready(bits)
    }

    /// Runs jobs and end-of-batch work until there is none. True when some is left for the next batch.
    private func runDeferred() -> Bool {
        for _ in 0..<8 {
            let jobsLeft = executor.runJobs()
            if endOfBatch.isEmpty, !jobsLeft { return false }
            // What these leave for later comes in the next round.
            swap(&endOfBatch, &called)
            for follower in called { follower.batchEnded() }
            called.removeAll(keepingCapacity: true)
        }
        return true
    }

    private func runTimers() -> Bool {
        var fired = false
        while let handler = timers.popDue(now) {
            fired = true
            handler.timerFired()
        }
        return fired
    }

    /// The linger, or less when a timer is due earlier.
    private func waitMilliseconds() -> Int32 {
        guard let due = timers.earliest else { return Self.lingerMilliseconds }
        return min(Self.lingerMilliseconds, due.waitMilliseconds(from: now))
    }

    /// While Dispatch has the thread, a timerfd in the epoll set stands for the earliest timer. It is set only when
    /// that is earlier than what it stands at: one system call per quiet spell at most.
    private func armTimer() {
        guard let due = timers.earliest, due < armedUntil else { return }
        armedUntil = due
        let nanoseconds = max(due.nanoseconds, 1)
        var spec = itimerspec()
        spec.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        spec.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        timerfd_settime(timerDescriptor, Int32(TFD_TIMER_ABSTIME), &spec, nil)
    }
}
