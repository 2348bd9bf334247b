import Core
import Glibc

/// What the ends of programs need of the system. Tests have one whose processes end when they are told to.
protocol ProcessTable {
    var now: MonotonicTime { get }
    /// Kills the group that a program leads. Before that is reaped, while the number of the group can be nobody else's.
    func killGroup(of child: StartedChild)
    /// Reaps a program that has ended; nil while it runs.
    func reap(_ child: StartedChild) -> ChildResult.Ending?
    func kill(_ process: pid_t)
    /// Reaps a child that is known by its number only. True when it is gone.
    func reap(_ process: pid_t) -> Bool
    /// What programs that have ended have left behind, as far as it has not been reaped.
    /// - Parameter running: the programs that have not been reaped.
    func orphans(sparing running: Set<pid_t>) -> [pid_t]
    /// A descriptor that is readable once a child has ended; nil when there is none to be had.
    func open(_ process: pid_t) -> Int32?
    func close(_ descriptor: Int32)
}

/// The ends of programs, side by side: each is killed with its group, reaped, and what it has left behind is, too. Nothing here
/// waits: whoever owns it looks again (`advance`) when a descriptor is readable or it is `due`.
///
/// What does not end although it was killed is waited for a second, and reaped whenever it ends.
struct ChildEnds {
    /// An end that is asked for.
    struct Request {
        let child: StartedChild
        let then: @Sendable (ChildResult.Ending) -> Void
    }

    /// Its group was killed.
    private struct Dying {
        let request: Request
        let due: MonotonicTime
    }

    /// It was reaped, and what it has left behind is killed, and what that leaves behind in turn.
    private struct Sweeping {
        let request: Request
        let ending: ChildResult.Ending
        let due: MonotonicTime
        /// Those that were killed; when all are gone comes the next look.
        var awaited: Set<pid_t> = []
    }

    /// It was left behind and killed.
    private struct Orphan {
        /// Nil when it cannot be watched.
        let descriptor: Int32?
        let due: MonotonicTime
    }

    /// How long what was killed may take to end before nobody waits for it.
    static let killSeconds = 1.0
    /// Orphans whose ends are watched at once. Of more the rest is met when these are gone.
    static let maxOrphans = 64
    /// Between two looks at what cannot be watched.
    private static let lookSeconds = 0.005

    private let table: any ProcessTable
    private var running: Set<pid_t> = []
    private var dying: [Dying] = []
    private var sweeping: [Sweeping] = []
    /// Not yet reaped.
    private var orphans: [pid_t: Orphan] = [:]
    /// Killed, not yet reaped, and not waited for any longer.
    private var abandoned: Set<pid_t> = []

    init(_ table: any ProcessTable) { self.table = table }

    /// True when nothing is left to be looked at.
    var isIdle: Bool { dying.isEmpty && sweeping.isEmpty && orphans.isEmpty }

    /// Some of what was killed has not ended and is not waited for any longer.
    var hasAbandoned: Bool { !abandoned.isEmpty }

    /// What becomes readable when there is something to do.
    var descriptors: [Int32] { dying.map(\.request.child.descriptor) + orphans.values.compactMap(\.descriptor) }

    /// When to look again at the latest; nil for not before a descriptor is readable.
    var due: MonotonicTime? {
        let now = table.now
        var all = dying.map(\.due) + orphans.values.map(\.due)
        for sweep in sweeping { all.append(sweep.awaited.isEmpty ? now : sweep.due) }
        if orphans.values.contains(where: { $0.descriptor == nil }) {
            all.append(now.advanced(seconds: Self.lookSeconds))
        }
        return all.min()
    }

    /// A program runs that is none of the orphans.
    mutating func started(_ process: pid_t) { running.insert(process) }

    /// A program that has ended has left nothing, and nothing else is looked at: it need only be reaped.
    func hasLeftNothing(_ child: StartedChild) -> Bool {
        // Whom it has left in its own session counts, too: so its group is empty.
        isIdle && abandoned.isEmpty && table.orphans(sparing: running.subtracting([child.process])).isEmpty
    }

    /// Reaps a program that has left nothing, and closes its pidfd.
    /// - Returns: nil when it still runs: then nothing was done.
    mutating func reapAtOnce(_ child: StartedChild) -> ChildResult.Ending? {
        guard let ending = table.reap(child) else { return nil }
        table.close(child.descriptor)
        running.remove(child.process)
        return ending
    }

    /// Kills a program and its group. The rest comes with `advance`.
    mutating func begin(_ request: Request) {
        table.killGroup(of: request.child)
        dying.append(Dying(request: request, due: table.now.advanced(seconds: Self.killSeconds)))
    }

    /// Goes on with every end as far as it can.
    /// - Returns: those of which nothing is left, or nothing that is waited for. Their descriptors are closed.
    mutating func advance() -> [(request: Request, ending: ChildResult.Ending)] {
        if dying.isEmpty, sweeping.isEmpty, orphans.isEmpty, abandoned.isEmpty { return [] }
        reapPrograms()
        reapOrphans()
        let now = table.now
        var ended: [(Request, ChildResult.Ending)] = []
        var rest: [Sweeping] = []
        for var sweep in sweeping {
            if now < sweep.due, !sweep.awaited.isEmpty || !look(for: &sweep) {
                rest.append(sweep)
            } else {
                ended.append((sweep.request, sweep.ending))
            }
        }
        sweeping = rest
        return ended
    }

    private mutating func reapPrograms() {
        let now = table.now
        var rest: [Dying] = []
        for death in dying {
            let child = death.request.child
            let ending = table.reap(child)
            if ending == nil, now < death.due {
                rest.append(death)
                continue
            }
            if ending == nil { abandoned.insert(child.process) }
            table.close(child.descriptor)
            running.remove(child.process)
            sweeping.append(
                Sweeping(
                    request: death.request, ending: ending ?? .killed(signal: Int(SIGKILL)),
                    due: now.advanced(seconds: Self.killSeconds)))
        }
        dying = rest
    }

    private mutating func reapOrphans() {
        for process in abandoned where table.reap(process) { abandoned.remove(process) }
        let now = table.now
        for (process, orphan) in orphans {
            let isGone = table.reap(process)
            guard isGone || now >= orphan.due else { continue }
            if !isGone { abandoned.insert(process) }
            if let descriptor = orphan.descriptor { table.close(descriptor) }
            orphans[process] = nil
            for index in sweeping.indices { sweeping[index].awaited.remove(process) }
        }
    }

    /// Kills what there is by now. True when there was nothing.
    private mutating func look(for sweep: inout Sweeping) -> Bool {
        let found = table.orphans(sparing: running).filter { !abandoned.contains($0) }
        for process in found where orphans[process] == nil {
            // It cannot be another process by now: orphans are reaped here only.
            table.kill(process)
            if table.reap(process) || orphans.count >= Self.maxOrphans { continue }
            orphans[process] = Orphan(
                descriptor: table.open(process), due: table.now.advanced(seconds: Self.killSeconds))
        }
        sweep.awaited = Set(found.filter { orphans[$0] != nil })
        return found.isEmpty
    }
}
