import CLinux
import Core
import Dispatch
import Glibc
import Synchronization

/// A program that runs. Its descriptors belong to whoever has it, and are closed there.
struct StartedChild: Sendable {
    /// It leads a session and a group of this number, which is its own until `Spawner.finish`.
    let process: pid_t
    /// Readable once it has ended (pidfd).
    let descriptor: Int32
    /// The other ends of its standard streams; none of them waits.
    let input: Int32
    let output: Int32
    let errors: Int32
    /// Its own directory, for `Spawner.finish`; nil when it works in another.
    var directory: RunDirectory?
}

/// Whether somebody still waits for a start.
final class StartTicket: Sendable {
    private let isRevoked = Atomic(false)

    var isValid: Bool { !isRevoked.load(ordering: .acquiring) }

    func revoke() { isRevoked.store(true, ordering: .releasing) }
}

/// The one thread that starts programs, and ends those that are not over at once. A child dies with the thread that has made it, so
/// this one lives as long as the process. It waits for no end: a program that is slow to end delays nobody's start.
///
/// From its first use on the process ignores SIGPIPE, has descriptors 0, 1 and 2, and adopts the orphans of what it starts. Where
/// it is the first process of a container, orphans of others there end up with it as well, and are ended with them; but for the
/// children that it had before.
package final class Spawner: Sendable {
    /// What is known of programs. A child that was just made must not be taken for an orphan, so this is locked during a start.
    private struct State {
        var ends: ChildEnds
        var spares = SpareDirectories()
        /// Nil before the thread runs.
        var keeper: ChildGuard?
    }

    private enum Work {
        case start(ChildProcess, StartTicket, then: @Sendable (Result<StartedChild, ChildFailure>) -> Void)
        case finish(ChildEnds.Request)
    }

    /// Starts that wait at once; more are refused.
    private static let maxWaiting = 256

    /// That of this process.
    /// - Throws: `SystemError` when the system had no thread or descriptor for it.
    package static func shared() throws(SystemError) -> Spawner { try made.get() }

    private static let made = Result<Spawner, SystemError> { () throws(SystemError) in try Spawner() }

    private let state: Mutex<State>
    private let mailbox = Mutex<[Work]>([])
    /// An eventfd on which the thread waits.
    private let wakeDescriptor: Int32
    /// Removes what programs have left in folders of their own, which may be much; one does not wait for another's.
    private let removals = DispatchQueue(label: "luma-mcp.private-directories", attributes: .concurrent)

    private init() throws(SystemError) {
        // The descriptors of a child are put in the places 0, 1 and 2, so no other may be there.
        for place in Int32(0)...2 where fcntl(place, F_GETFD) == -1 { _ = open("/dev/null", O_RDWR) }
        signal(SIGPIPE, SIG_IGN)
        state = Mutex(State(ends: ChildEnds(SystemProcesses(Orphans()))))
        _ = lm_adopt_orphans()
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { throw SystemError("eventfd") }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Spawner>.fromOpaque(context).takeUnretainedValue().serve() }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            close(wakeDescriptor)
            context.release()
            throw SystemError("pthread_create", code: code)
        }
        pthread_detach(thread)
    }

    // MARK: From other threads

    /// Starts a program when its turn comes, unless the ticket is revoked before. `then` is called on another thread.
    func start(
        _ child: ChildProcess, _ ticket: StartTicket,
        then: @escaping @Sendable (Result<StartedChild, ChildFailure>) -> Void
    ) {
        if !post(.start(child, ticket, then: then), unlessMoreThan: Self.maxWaiting) { then(.failure(.busy)) }
    }

    /// Kills the group of a program that has ended, or that will not, reaps it, ends what it has left behind, removes its
    /// directory and closes its pidfd. `then` is called when nothing of it is left: at once, where that is so at once and the
    /// spawner has nothing else to do, and else on another thread.
    func finish(_ child: StartedChild, then: @escaping @Sendable (ChildResult.Ending) -> Void) {
        let request = ChildEnds.Request(child: child, then: then)
        let ended = state.withLockIfAvailable { state -> Ended? in
            guard state.ends.hasLeftNothing(child) else { return nil }
            state.keeper?.remove(child.process)
            guard let ending = state.ends.reapAtOnce(child) else {
                state.keeper?.add(child.process)
                return nil
            }
            return over(request, ending, &state)
        }
        if let ended = ended ?? nil { return tell([ended]) }
        _ = post(.finish(request), unlessMoreThan: .max)
    }

    private func post(_ work: Work, unlessMoreThan most: Int) -> Bool {
        let (isTaken, wasEmpty) = mailbox.withLock { mailbox in
            guard mailbox.count < most else { return (false, false) }
            defer { mailbox.append(work) }
            return (true, mailbox.isEmpty)
        }
        if wasEmpty {
            var one: UInt64 = 1
            _ = write(wakeDescriptor, &one, 8)
        }
        return isTaken
    }

    // MARK: Ends

    /// A program of which nothing is left but what is to be removed.
    private struct Ended {
        let request: ChildEnds.Request
        let ending: ChildResult.Ending
        let removal: PrivateDirectory?
    }

    /// Goes on with every end, also that of one more program, as far as it can without waiting for anybody or for a disk.
    private func advance(_ state: inout State, beginning request: ChildEnds.Request? = nil) -> [Ended] {
        if let request {
            state.ends.begin(request)
            state.keeper?.remove(request.child.process)
        }
        return state.ends.advance().map { over($0, $1, &state) }
    }

    /// Takes back what a program had.
    private func over(_ request: ChildEnds.Request, _ ending: ChildResult.Ending, _ state: inout State) -> Ended {
        var directory = request.child.directory
        // Its ruleset would let the next program look into a process that is still there.
        if state.ends.hasAbandoned { directory?.keep(nil) }
        return Ended(request: request, ending: ending, removal: directory.flatMap { takeBack($0, &state.spares) })
    }

    /// - Returns: what is to be removed before the program is over.
    private func takeBack(_ directory: RunDirectory, _ spares: inout SpareDirectories) -> PrivateDirectory? {
        switch spares.takeBack(directory) {
        case .kept: return nil
        case .keptInsteadOf(let other):
            removals.async { try? other.remove() }
            return nil
        case .used: return directory.place
        }
    }

    /// Not with the lock.
    private func tell(_ ended: [Ended]) {
        for ended in ended {
            let tell = { @Sendable in ended.request.then(ended.ending) }
            guard let removal = ended.removal else {
                tell()
                continue
            }
            removals.async {
                // What resists stays for the next start.
                try? removal.remove()
                tell()
            }
        }
    }

    // MARK: On its thread

    private func serve() {
        Self.ignoreEnds()
        // From this thread, with nothing running yet.
        state.withLock { $0.keeper = ChildGuard() }
        while true {
            wait()
            let works = mailbox.withLock { mailbox in
                defer { mailbox = [] }
                return mailbox
            }
            for work in works {
                switch work {
                case .start(let child, let ticket, let then): then(state.withLock { start(child, ticket, &$0) })
                case .finish(let request): tell(state.withLock { advance(&$0, beginning: request) })
                }
            }
            tell(state.withLock { advance(&$0) })
        }
    }

    /// The end of a child is signalled to the thread that has made it. If that blocked the signal, as threads of Dispatch and
    /// those that they make do, it would not be ignored and wake two other threads, for nothing.
    private static func ignoreEnds() {
        var ends = sigset_t()
        sigemptyset(&ends)
        sigaddset(&ends, SIGCHLD)
        pthread_sigmask(SIG_UNBLOCK, &ends, nil)
    }

    /// Until there is work, or something to do for an end.
    private func wait() {
        let (isIdle, descriptors, due) = state.withLock { ($0.ends.isIdle, $0.ends.descriptors, $0.ends.due) }
        var isWoken = true
        if !isIdle {
            var watched = ([wakeDescriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let milliseconds = due.map { $0.waitMilliseconds(from: Reactor.readClock()) }
            isWoken = poll(&watched, nfds_t(watched.count), milliseconds ?? -1) > 0 && watched[0].revents != 0
        }
        var count: UInt64 = 0
        if isWoken { _ = read(wakeDescriptor, &count, 8) }
    }

    private func start(
        _ child: ChildProcess, _ ticket: StartTicket, _ state: inout State
    ) -> Result<StartedChild, ChildFailure> {
        guard ticket.isValid else { return .failure(.cancelled) }
        let now = Reactor.readClock()
        if let deadline = child.deadline, now >= deadline { return .failure(.overdue) }
        var own: RunDirectory?
        do throws(SystemError) {
            if case .own(let folder) = child.directory { own = try state.spares.take(below: folder) }
        } catch {
            return .failure(.notStarted(SpawnFailure(stage: .directory, code: error.code)))
        }
        do throws(SpawnFailure) {
            let started = try child.start(in: &own, now: now)
            state.ends.started(started.process)
            state.keeper?.add(started.process)
            return .success(started)
        } catch {
            if let removal = own.flatMap({ takeBack($0, &state.spares) }) { removals.async { try? removal.remove() } }
            return .failure(.notStarted(error))
        }
    }
}

/// The children of this process.
private struct SystemProcesses: ProcessTable {
    private let orphans: Orphans

    init(_ orphans: Orphans) { self.orphans = orphans }

    var now: MonotonicTime { Reactor.readClock() }

    func killGroup(of child: StartedChild) { _ = Glibc.kill(-child.process, SIGKILL) }

    func reap(_ child: StartedChild) -> ChildResult.Ending? {
        var ended = lm_ended()
        let result = lm_wait(child.descriptor, &ended)
        if result == 0 { return nil }
        // What cannot be waited for is gone.
        if result < 0 { return .killed(signal: Int(SIGKILL)) }
        return ended.code == CLD_EXITED ? .exited(Int(ended.status)) : .killed(signal: Int(ended.status))
    }

    func kill(_ process: pid_t) { _ = Glibc.kill(process, SIGKILL) }
    func reap(_ process: pid_t) -> Bool { lm_reap(process) != 0 }
    func orphans(sparing running: Set<pid_t>) -> [pid_t] { orphans.found(sparing: running) }

    func open(_ process: pid_t) -> Int32? {
        let descriptor = lm_process_descriptor(process)
        return descriptor < 0 ? nil : descriptor
    }

    func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
