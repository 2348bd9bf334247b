import Dispatch

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

    public var value: Value {
        executor.checkIsolated()
        return bound
    }
}
