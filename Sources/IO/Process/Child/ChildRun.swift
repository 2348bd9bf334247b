import CLinux
import Core
import Glibc

extension Spawner {
    /// Runs a program to its end, and returns when nothing of it is left: no process, no descriptor, no folder of its own.
    ///
    /// Cancelling the task stops it, as the deadline does: SIGTERM to its group, and SIGKILL when its patience is over. It is
    /// awaited all the same. On the loop of `reactor`.
    ///
    /// - Parameter hearing: given its output piece by piece as it comes, also what is not kept; on the loop.
    package func run(
        _ child: ChildProcess, on reactor: Reactor, isolation: isolated (any Actor)? = #isolation,
        hearing: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) async throws(ChildFailure) -> ChildResult {
        try await run(child, on: reactor, with: hearing.map(OneWay.init), isolation: isolation)
    }

    /// The same for whoever talks with it meanwhile; its input stays open until they end it.
    func run(
        _ child: ChildProcess, on reactor: Reactor, with peer: (any ChildPeer)?,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(ChildFailure) -> ChildResult {
        let executor = reactor.executor
        let run = ChildRun(child, by: self, on: reactor, peer)
        let bound = LoopBound(run, on: executor)
        let outcome = await withTaskCancellationHandler {
            _ = isolation
            return await withUnsafeContinuation { continuation in
                executor.checkIsolated()
                run.begin(continuation)
            }
        } onCancel: {
            executor.execute { bound.value.stop(.cancelled) }
        }
        return try outcome.get()
    }
}

/// Who hears a program while it runs. On its loop.
protocol ChildPeer: AnyObject {
    /// Whether its input stays open, and is given to `began`, once `ChildProcess.input` was written.
    var writes: Bool { get }
    /// Octets of its output, and of its standard error output, that are read in a second; nil for all that come.
    var pace: (output: Int, errors: Int)? { get }
    /// It runs.
    /// - Parameter kill: ends it by force; nothing once it has ended.
    func began(_ input: ChildInput, kill: @escaping () -> Void)
    /// The next octets of its output.
    func heard(_ octets: UnsafeRawBufferPointer)
    /// The next octets of its standard error output.
    func heardError(_ octets: UnsafeRawBufferPointer)
    /// It can write no more, or can be written to no more, and still runs.
    func fellSilent()
}

/// Who hears the output of a program and has nothing to say.
private final class OneWay: ChildPeer {
    private let hearing: (UnsafeRawBufferPointer) -> Void
    let writes = false
    let pace: (output: Int, errors: Int)? = nil

    init(_ hearing: @escaping (UnsafeRawBufferPointer) -> Void) { self.hearing = hearing }

    func began(_ input: ChildInput, kill: @escaping () -> Void) {}
    func heard(_ octets: UnsafeRawBufferPointer) { hearing(octets) }
    func heardError(_ octets: UnsafeRawBufferPointer) {}
    func fellSilent() {}
}

/// One run of a program, on one loop.
///
/// Its order: a start, by the spawner; the end of the child, by itself or stopped; a short wait for the end of its output, which
/// others may hold open; the spawner's finish, after which nothing writes any more; the rest of the output.
private final class ChildRun: ChildListener {
    typealias Outcome = Result<ChildResult, ChildFailure>

    /// From a SIGKILL on that does not help, before its end is no longer awaited here.
    private static let killSeconds = 5.0

    private let child: ChildProcess
    private let spawner: Spawner
    private let reactor: Reactor
    private let peer: (any ChildPeer)?
    private let ticket = StartTicket()
    private let began: MonotonicTime
    private var continuation: UnsafeContinuation<Outcome, Never>?
    private var started: StartedChild?
    private var input: ChildInput?
    private var output: ChildOutput?
    private var errors: ChildOutput?
    private var stopped: ChildResult.Stop?
    /// Why there will be no result although it was started.
    private var failure: ChildFailure?
    /// The child has ended, or its end is no longer awaited.
    private var hasEnded = false
    private var isFinishing = false
    /// The deadline, then the end of patience, then that of the drain.
    private var timer: TimerQueue.Token?

    init(_ child: ChildProcess, by spawner: Spawner, on reactor: Reactor, _ peer: (any ChildPeer)?) {
        self.child = child
        self.spawner = spawner
        self.reactor = reactor
        self.peer = peer
        began = Reactor.readClock()
    }

    // MARK: The start

    func begin(_ continuation: UnsafeContinuation<Outcome, Never>) {
        self.continuation = continuation
        if stopped != nil { return end(.failure(.cancelled)) }
        if let deadline = child.deadline {
            if began >= deadline { return end(.failure(.overdue)) }
            setTimer(deadline) { $0.stop(.deadline) }
        }
        let executor = reactor.executor
        let bound = LoopBound(self, on: executor)
        spawner.start(child, ticket) { outcome in executor.execute { bound.value.begun(outcome) } }
    }

    private func begun(_ outcome: Result<StartedChild, ChildFailure>) {
        switch outcome {
        // Its ticket was revoked, and by the deadline.
        case .failure(.cancelled) where stopped == .deadline: end(.failure(.overdue))
        case .failure(let failure): end(.failure(failure))
        case .success(let started):
            self.started = started
            do throws(SystemError) {
                try watch(started)
            } catch {
                abandon(error)
                return
            }
            if stopped != nil { terminate(started) }
        }
    }

    private func watch(_ started: StartedChild) throws(SystemError) {
        let output = ChildOutput(
            started.output, CappedOutput(child.overflow == .tail ? .last : .first, limit: child.outputLimit),
            isLimitFatal: child.overflow == .error, pace: peer?.pace?.output,
            hearing: peer.map { peer in { peer.heard($0) } }, self, reactor)
        let errors = ChildOutput(
            started.errors, CappedOutput(.last, limit: child.errorLimit), isLimitFatal: false,
            pace: peer?.pace?.errors, hearing: peer.map { peer in { peer.heardError($0) } }, self, reactor)
        let input = ChildInput(started.input, child.input, staysOpen: peer?.writes == true, self, reactor)
        (self.output, self.errors, self.input) = (output, errors, input)
        try output.watch()
        try errors.watch()
        try reactor.watch(started.descriptor, UInt32(LM_EPOLLIN), ChildEnd(self))
        try input.begin()
        peer?.began(input) { [weak self] in self?.stopByForce() }
    }

    /// Ends a child that cannot be watched.
    private func abandon(_ error: SystemError) {
        failure = .notStarted(SpawnFailure(stage: .watch, code: error.code))
        hasEnded = true
        finish()
    }

    // MARK: The end

    /// Lets it end. Once is enough, and what has ended is left alone.
    func stop(_ reason: ChildResult.Stop) {
        guard stopped == nil, !hasEnded else { return }
        stopped = reason
        guard let started else { return ticket.revoke() }
        terminate(started)
    }

    /// The group is this child's until the spawner has reaped it, which is after this loop has asked for that.
    private func terminate(_ started: StartedChild) {
        kill(-started.process, SIGTERM)
        // Whoever was halted would not hear of it.
        kill(-started.process, SIGCONT)
        setTimer(Reactor.readClock().advanced(seconds: child.patience)) { $0.stopByForce() }
    }

    private func stopByForce() {
        guard let started, !hasEnded else { return }
        stopped = stopped ?? .cancelled
        kill(-started.process, SIGKILL)
        setTimer(Reactor.readClock().advanced(seconds: Self.killSeconds)) { $0.childEnded() }
    }

    func childEnded() {
        guard let started, !hasEnded else { return }
        hasEnded = true
        reactor.forget(started.descriptor)
        if stopped != nil || isSilent { return finish() }
        setTimer(Reactor.readClock().advanced(seconds: child.drain)) { $0.finish() }
    }

    func streamEnded() {
        if hasEnded {
            if isSilent { finish() }
        } else if output?.isOver == true {
            peer?.fellSilent()
        }
    }

    func inputRefused() {
        if !hasEnded { peer?.fellSilent() }
    }

    func streamOverflowed() {
        if !hasEnded { return stop(.overflow) }
        if stopped == nil { stopped = .overflow }
    }

    private var isSilent: Bool { output?.isOver != false && errors?.isOver != false }

    private func finish() {
        guard let started, !isFinishing else { return }
        isFinishing = true
        setTimer(nil)
        reactor.forget(started.descriptor)
        let executor = reactor.executor
        let bound = LoopBound(self, on: executor)
        spawner.finish(started) { ending in executor.execute { bound.value.finished(ending) } }
    }

    private func finished(_ ending: ChildResult.Ending) {
        input?.shut()
        output?.finish()
        errors?.finish()
        if let failure { return end(.failure(failure)) }
        guard let output, let errors else { return }
        let seconds = Reactor.readClock().seconds(since: began)
        end(
            .success(
                ChildResult(
                    ending: ending, stopped: stopped, output: output.collected, errors: errors.collected,
                    seconds: seconds)))
    }

    private func end(_ outcome: Outcome) {
        setTimer(nil)
        hasEnded = true
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    /// One at a time: each stands for what comes next.
    private func setTimer(_ due: MonotonicTime?, _ action: @escaping (ChildRun) -> Void = { _ in }) {
        if let timer { reactor.cancel(timer) }
        timer = due.map { due in reactor.schedule(at: due) { [self] in action(self) } }
    }
}
