import Dispatch
import Synchronization

/// The one writer: jobs from any thread, done in order on a queue of its own, those that have gathered in one transaction,
/// so that many writes wait for the disk once.
///
/// `@unchecked` is guarded by the queue, on which alone `database`, `holder`, `identity` and `isProbing` are touched; `state` is
/// a lock's.
final class StoreQueue: @unchecked Sendable {
    struct Job: Sendable {
        /// Waits for the disk.
        var isDurable: Bool
        /// Tried again when the database refuses it for now.
        var isKept: Bool
        /// Of too many that are kept it is given up first.
        var isMinor = false
        /// Does it; what it gives is called once the transaction is committed.
        var run: @Sendable (StateDatabase) throws -> @Sendable () -> Void
        var fail: @Sendable (StoreFailure) -> Void
    }

    private struct State {
        var pending: [Job] = []
        var isScheduled = false
        var isClosed = false

        /// Takes out so many of what waits: the oldest, minor ones first.
        mutating func giveUp(_ count: Int) -> [Job] {
            guard count > 0 else { return [] }
            var given: [Job] = []
            for onlyMinor in [true, false] {
                pending.removeAll { job in
                    guard given.count < count, job.isMinor || !onlyMinor else { return false }
                    given.append(job)
                    return true
                }
            }
            return given
        }
    }

    private let folder: String?
    private let onChange: @Sendable (_ before: StoreCondition, _ now: StoreCondition) -> Void
    private let queue = DispatchQueue(label: "luma-mcp.store")
    private let state = Mutex(State())
    /// The condition's code: read for each probe of health, so without a lock.
    private let code = Atomic<UInt8>(StoreCondition.opening.code)
    private var database: StateDatabase?
    private var holder: HolderLock?
    /// Of the file that was opened first, to which this program's promises belong.
    private var identity: FileIdentity?
    private var isProbing = false
    /// Jobs of one transaction; what comes meanwhile waits for the next.
    private static let mostAtOnce = 256
    /// Jobs that may wait for the database to recover; beyond them the oldest are given up, minor ones first.
    private static let mostKept = 10_000
    private static let probeSeconds = 1.0

    init(folder: String?, onChange: @escaping @Sendable (_ before: StoreCondition, _ now: StoreCondition) -> Void) {
        self.folder = folder
        self.onChange = onChange
        queue.async { [self] in open() }
    }

    var condition: StoreCondition { StoreCondition(code: code.load(ordering: .relaxed)) }

    func submit(_ job: Job) {
        let verdict = state.withLock { state -> (isClosed: Bool, schedules: Bool) in
            if state.isClosed { return (true, false) }
            state.pending.append(job)
            defer { state.isScheduled = true }
            return (false, !state.isScheduled)
        }
        if verdict.isClosed {
            queue.async { job.fail(StoreFailure(.closed)) }
        } else if verdict.schedules {
            queue.async { [self] in drain() }
        }
    }

    func close() {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        queue.sync {
            drain()
            let rest = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            for job in rest { job.fail(StoreFailure(.closed)) }
            database = nil
            holder = nil
        }
    }

    private func drain() {
        while true {
            let jobs = state.withLock { state -> [Job] in
                let jobs = Array(state.pending.prefix(Self.mostAtOnce))
                state.pending.removeFirst(jobs.count)
                if jobs.isEmpty { state.isScheduled = false }
                return jobs
            }
            guard !jobs.isEmpty else { return }
            guard perform(jobs) else { return failRest() }
        }
    }

    /// What waits fares as what was refused: only what is kept goes on waiting.
    private func failRest() {
        let jobs = state.withLock { state -> [Job] in
            state.isScheduled = false
            defer { state.pending.removeAll { !$0.isKept } }
            return state.pending.filter { !$0.isKept }
        }
        guard case .unusable(let cause) = condition else { return }
        for job in jobs { job.fail(StoreFailure(cause)) }
    }

    /// False when the database refuses everything for now.
    private func perform(_ jobs: [Job]) -> Bool {
        do {
            let database = try open().get()
            let completions = try database.transaction(isDurable: jobs.contains(where: \.isDurable)) {
                let completions = try jobs.map { try $0.run(database) }
                // Last, so that what has lost its name is undone, and nobody is told of it.
                try database.checkPlace()
                return completions
            }
            note(.usable)
            for completion in completions { completion() }
            return true
        } catch {
            let failure = StoreFailure(error)
            // One bad job must not spoil the others'.
            if !failure.concernsAll {
                database?.requestCount = nil
                if jobs.count > 1 { return performEach(jobs) }
                jobs[0].fail(failure)
                return true
            }
            refuse(jobs, failure)
            return false
        }
    }

    private func performEach(_ jobs: [Job]) -> Bool {
        for (index, job) in jobs.enumerated() where !perform([job]) {
            let rest = jobs[(index + 1)...]
            // The refused one stands first in the list if it is kept: these go behind it.
            state.withLock { $0.pending.insert(contentsOf: rest, at: job.isKept ? 1 : 0) }
            return false
        }
        return true
    }

    private func refuse(_ jobs: [Job], _ failure: StoreFailure) {
        // Busy passes, and a removed file lives as long as it is open; for all else what is open may be what is wrong.
        if failure.cause != .locked, failure.cause != .removed, folder != nil { database = nil }
        database?.requestCount = nil
        note(.unusable(failure.cause))
        let kept = jobs.filter(\.isKept)
        let given = state.withLock { state -> [Job] in
            state.pending.insert(contentsOf: kept, at: 0)
            return state.giveUp(state.pending.count - Self.mostKept)
        }
        for job in jobs where !job.isKept { job.fail(failure) }
        for job in given { job.fail(failure) }
        probeLater()
    }

    @discardableResult private func open() -> Result<StateDatabase, any Error> {
        if let database { return .success(database) }
        do {
            let opened = try StateDatabase(folder: folder, earlier: holder, expected: identity)
            database = opened
            holder = opened.holder
            identity = opened.identity
            if condition == .opening { note(.usable) }
            return .success(opened)
        } catch {
            note(.unusable(StoreFailure(error).cause))
            probeLater()
            return .failure(error)
        }
    }

    private func note(_ condition: StoreCondition) {
        let before = StoreCondition(code: code.exchange(condition.code, ordering: .relaxed))
        if before != condition { onChange(before, condition) }
    }

    /// Tries a small write now and then while the database refuses, so that recovery is seen without traffic.
    private func probeLater() {
        guard !isProbing else { return }
        isProbing = true
        queue.asyncAfter(deadline: .now() + Self.probeSeconds) { [weak self] in self?.probe() }
    }

    private func probe() {
        isProbing = false
        guard !state.withLock({ $0.isClosed }), condition != .usable else { return }
        let job = Job(
            isDurable: true, isKept: false,
            run: { database in
                try database.run("INSERT OR REPLACE INTO value VALUES ('probe', zeroblob(4096), 0)")
                return {}
            }, fail: { _ in })
        if perform([job]) { drain() }
    }
}
