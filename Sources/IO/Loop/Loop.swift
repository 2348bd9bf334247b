internal import CLinux
public import Dispatch
import Glibc
import Synchronization

/// One event loop: a serial Dispatch queue that is also a Swift executor, and the reactor that it drives.
///
/// Everything that belongs to a loop (sockets, timers, libcurl's multi handle) is reached through `reactor` from
/// code that runs on it. The design is "c2": one Dispatch source watches the reactor's epoll descriptor, and its
/// handler stays in `epoll_wait` while there is traffic.
public actor Loop {
    public nonisolated let executor: LoopExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    /// The loop's sockets and timers; on the loop only.
    public let reactor: Reactor
    private var source: (any DispatchSourceRead)?

    /// - Throws: `SystemError` when the kernel gives no descriptor.
    public init(label: String) throws(SystemError) {
        executor = try LoopExecutor(label: label)
        reactor = try Reactor(executor: executor)
    }

    /// Starts to watch; before it, work that is given to the loop waits.
    public nonisolated func start() {
        executor.queue.sync {
            executor.entering { assumeIsolated { $0.install() } }
        }
    }

    /// Runs `body` on the loop.
    public func perform<T: Sendable>(_ body: @Sendable (isolated Loop) throws -> T) rethrows -> T {
        try body(self)
    }

    private func install() {
        guard source == nil else { return }
        reactor.loop = self
        let source = DispatchSource.makeReadSource(fileDescriptor: reactor.descriptor, queue: executor.queue)
        // The handler keeps the loop alive on purpose: a source's handler must never outlive what it uses.
        // `@Sendable` keeps the compiler from giving it this actor's isolation, whose check would come before `entering`.
        let turn: @Sendable () -> Void = { [self] in
            executor.entering { assumeIsolated { $0.reactor.turn() } }
        }
        source.setEventHandler(handler: turn)
        self.source = source
        source.activate()
    }

    /// Stops watching. The loop's own work must have ended; after it nothing runs here any more.
    public func stop() {
        source?.cancel()
        source = nil
        reactor.loop = nil
    }
}

/// A value that belongs to one loop but must cross a `Sendable` border on its way back to that loop.
///
/// `@unchecked` is guarded by `value`, which traps on any other thread than the loop's.
public struct LoopBound<Value>: @unchecked Sendable {
    private let bound: Value
    private let executor: LoopExecutor

    public init(_ value: Value, on executor: LoopExecutor) {
        executor.checkIsolated()
        bound = value
        self.executor = executor
    }

    /// The value. On the loop only: elsewhere the program ends.
    public var value: Value {
        executor.checkIsolated()
        return bound
    }
}

/// The executor of one loop: jobs run on the loop's own serial queue, between batches of readiness events.
///
/// The loop lingers in `epoll_wait` while there is traffic, so a block put on the queue would wait for it. Jobs
/// therefore stand in a list of their own, and an eventfd in the epoll set wakes the loop for those that come
/// from another thread.
public final class LoopExecutor: SerialExecutor {
    /// The serial queue that is the loop.
    public let queue: DispatchQueue
    let wakeDescriptor: Int32
    /// Places of the list of jobs that are kept after a burst.
    private static let maxKept = 1024
    private enum Item {
        /// Isolated to the loop.
        case job(UnownedJob)
        /// Without isolation, of a task that prefers the loop.
        case preferring(UnownedJob, LoopTaskExecutor)
        case work(@Sendable () -> Void)
    }
    /// Work from other threads.
    private let pending = Mutex<[Item]>([])
    /// Work from the loop itself: touched only where `isCurrent` holds, so that a task that goes on costs no lock.
    @exclusivity(unchecked) private nonisolated(unsafe) var own: [Item] = []
    /// Guarded in the same way.
    @exclusivity(unchecked) private nonisolated(unsafe) var taken: [Item] = []
    /// What C libraries that work on this loop use; touched by the thread that runs it.
    private nonisolated(unsafe) let memory: UnsafeMutablePointer<LoopMemory>
    /// The thread that runs the loop now, 0 when none does. Written by that thread only.
    private let runningThread = Atomic<UInt>(0)

    init(label: String) throws(SystemError) {
        queue = DispatchQueue(label: label)
        memory = .allocate(capacity: 1)
        memory.initialize(to: LoopMemory())
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { throw SystemError("eventfd") }
    }

    deinit {
        close(wakeDescriptor)
        memory.pointee.release()
        memory.deallocate()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        append(.job(UnownedJob(job)))
    }

    fileprivate func enqueue(_ job: consuming ExecutorJob, for executor: LoopTaskExecutor) {
        append(.preferring(UnownedJob(job), executor))
    }

    /// Runs `work` on the loop: at once when called there, else after the loop's current batch. Any thread.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        if isCurrent { work() } else { append(.work(work)) }
    }

    private func append(_ item: Item) {
        if isCurrent { return own.append(item) }
        let wasEmpty = pending.withLock { items in
            defer { items.append(item) }
            return items.isEmpty
        }
        if wasEmpty { wake() }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public func checkIsolated() { precondition(isCurrent, "not on the loop's queue") }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// True while the calling thread is the one that runs this loop.
    public var isCurrent: Bool { runningThread.load(ordering: .relaxed) == UInt(lm_thread_mark()) }

    /// Marks the calling thread as the loop's while `body` runs. Called on the queue only.
    func entering(_ body: () -> Void) {
        runningThread.store(UInt(lm_thread_mark()), ordering: .relaxed)
        lm_set_thread_value(memory)
        body()
        lm_set_thread_value(nil)
        runningThread.store(0, ordering: .relaxed)
    }

    /// Runs the jobs that stand in the lists until they are empty, at most `rounds` times. Returns true when some are left.
    func runJobs(rounds: Int = 8) -> Bool {
        for _ in 0..<rounds {
            pending.withLock { items in
                guard !items.isEmpty else { return }
                own.append(contentsOf: items)
                items.removeAll(keepingCapacity: false)
            }
            if own.isEmpty { return false }
            // What these jobs add comes in the next round.
            swap(&own, &taken)
            for item in taken {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .preferring(let job, let executor): job.runSynchronously(on: executor.asUnownedTaskExecutor())
                case .work(let work): work()
                }
            }
            taken.removeAll(keepingCapacity: taken.capacity <= Self.maxKept)
        }
        return !own.isEmpty || pending.withLock { !$0.isEmpty }
    }

    /// Makes the loop's `epoll_wait` return. Any thread.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }
}

/// The loop as the preferred executor of tasks: their code that has no isolation runs there too.
///
/// An object of its own, so that the runtime knows which jobs are without isolation. Told that such a job were isolated to
/// the loop, it would see another executor at each return to code without isolation, and hop through the list for each.
final class LoopTaskExecutor: TaskExecutor {
    private let executor: LoopExecutor

    init(_ executor: LoopExecutor) { self.executor = executor }

    func enqueue(_ job: consuming ExecutorJob) { executor.enqueue(job, for: self) }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }
}
