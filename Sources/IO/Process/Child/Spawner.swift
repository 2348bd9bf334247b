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
}

/// Whether somebody still waits for a start.
final class StartTicket: Sendable {
    private let isRevoked = Atomic(false)

    var isValid: Bool { !isRevoked.load(ordering: .acquiring) }

    func revoke() { isRevoked.store(true, ordering: .releasing) }
}

/// The one thread that starts programs. A child dies with the thread that has made it, so this one lives as long as the process.
///
/// From its first use on the process ignores SIGPIPE, has descriptors 0, 1 and 2, and adopts the orphans of what it starts. Where
/// it is the first process of a container, orphans of others there end up with it as well, and are ended with them; but for the
/// children that it had before.
package final class Spawner: Sendable {
    private enum Work {
        case start(ChildProcess, StartTicket, then: @Sendable (Result<StartedChild, ChildFailure>) -> Void)
        case finish(StartedChild, ChildProcess.Directory, then: @Sendable (ChildResult.Ending) -> Void)
    }

    /// Starts that wait at once; more are refused.
    private static let maxWaiting = 256
    /// How long a killed group may take to end before it is left to a later sweep.
    private static let killMilliseconds: Int32 = 1000

    /// That of this process.
    /// - Throws: `SystemError` when the system had no thread or descriptor for it.
    package static func shared() throws(SystemError) -> Spawner { try made.get() }

    private static let made = Result<Spawner, SystemError> { () throws(SystemError) in try Spawner() }

    private let mailbox = Mutex<[Work]>([])
    /// An eventfd on which the thread waits.
    private let bell: Int32
    private let orphans: Orphans
    /// Removes what programs have left in folders of their own, which may be much.
    private let removals = DispatchQueue(label: "luma-mcp.private-directories")

    private init() throws(SystemError) {
        // The descriptors of a child are put in the places 0, 1 and 2, so no other may be there.
        for place in Int32(0)...2 where fcntl(place, F_GETFD) == -1 { _ = open("/dev/null", O_RDWR) }
        signal(SIGPIPE, SIG_IGN)
        orphans = Orphans()
        _ = lm_adopt_orphans()
        bell = eventfd(0, Int32(EFD_CLOEXEC))
        guard bell >= 0 else { throw SystemError("eventfd") }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Spawner>.fromOpaque(context).takeUnretainedValue().serve() }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            close(bell)
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
    /// folder and closes its pidfd. `then` is called on another thread when nothing of it is left.
    func finish(
        _ child: StartedChild, in directory: ChildProcess.Directory,
        then: @escaping @Sendable (ChildResult.Ending) -> Void
    ) {
        _ = post(.finish(child, directory, then: then), unlessMoreThan: .max)
    }

    private func post(_ work: Work, unlessMoreThan most: Int) -> Bool {
        let (isTaken, wasEmpty) = mailbox.withLock { mailbox in
            guard mailbox.count < most else { return (false, false) }
            defer { mailbox.append(work) }
            return (true, mailbox.isEmpty)
        }
        if wasEmpty {
            var one: UInt64 = 1
            _ = write(bell, &one, 8)
        }
        return isTaken
    }

    // MARK: On its thread

    private func serve() {
        var running: Set<pid_t> = []
        var spares = SpareDirectories()
        while true {
            var count: UInt64 = 0
            _ = read(bell, &count, 8)
            let works = mailbox.withLock { mailbox in
                defer { mailbox = [] }
                return mailbox
            }
            for work in works {
                switch work {
                case .start(let child, let ticket, let then):
                    let outcome = start(child, ticket, &spares)
                    if case .success(let started) = outcome { running.insert(started.process) }
                    then(outcome)
                case .finish(let child, let directory, let then):
                    let ending = end(child)
                    running.remove(child.process)
                    orphans.sweep(sparing: running)
                    remove(directory, &spares) { then(ending) }
                }
            }
        }
    }

    private func start(
        _ child: ChildProcess, _ ticket: StartTicket, _ spares: inout SpareDirectories
    ) -> Result<StartedChild, ChildFailure> {
        guard ticket.isValid else { return .failure(.cancelled) }
        let now = Reactor.readClock()
        guard now < child.deadline else { return .failure(.overdue) }
        var own: PrivateDirectory?
        if case .own(let directory) = child.directory { own = directory }
        do throws(SystemError) {
            if let own { try spares.make(own) }
        } catch {
            return .failure(.notStarted(SpawnFailure(stage: .directory, code: error.code)))
        }
        do throws(SpawnFailure) {
            return .success(try child.start(now: now))
        } catch {
            if let own { _ = spares.takeBack(own) }
            return .failure(.notStarted(error))
        }
    }

    private func end(_ child: StartedChild) -> ChildResult.Ending {
        defer { close(child.descriptor) }
        // Before it is reaped, while the number of the group can be nobody else's.
        kill(-child.process, SIGKILL)
        var ready = pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&ready, 1, Self.killMilliseconds) < 0, errno == EINTR {}
        var ended = lm_ended()
        guard lm_wait(child.descriptor, &ended) == 1 else { return .killed(signal: Int(SIGKILL)) }
        return ended.code == CLD_EXITED ? .exited(Int(ended.status)) : .killed(signal: Int(ended.status))
    }

    private func remove(
        _ directory: ChildProcess.Directory, _ spares: inout SpareDirectories, then: @escaping @Sendable () -> Void
    ) {
        guard case .own(let directory) = directory, !spares.takeBack(directory) else { return then() }
        removals.async {
            // What resists stays for the next start.
            try? directory.remove()
            then()
        }
    }
}
