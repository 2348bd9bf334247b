import Dispatch
import Synchronization

/// The one writer: jobs from any thread, done in order on a queue of its own, those that have gathered in one transaction,
/// so that many writes wait for the disk once.
///
/// `@unchecked` is guarded by the queue, on which alone all that is `var` is touched; `state` is a lock's.
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
    private let listener: StoreListener
    private let keeper: ConditionKeeper
    private let untilIdle: Double
    private let queue = DispatchQueue(label: "luma-mcp.store")
    private let state = Mutex(State())
    private var database: StateDatabase?
    private var holder: HolderLock?
    /// Of the file that was opened first, to which this program's promises belong.
    private var identity: FileIdentity?
    private var isProbing = false
    /// What the database must look like, once that is known.
    private var shape: DatabaseShape?
    /// Seconds that the last attempt to open it took.
    private var openingTime = 0.0
    private var isCheckpointPlanned = false
    /// Jobs of one transaction; what comes meanwhile waits for the next.
    private static let maxAtOnce = 256
    /// Jobs that may wait for the database to recover; beyond them the oldest are given up, minor ones first.
    private static let maxKept = 10_000
    private static let probeSeconds = 1.0

    init(folder: String?, times: ConditionKeeper.Times, listener: StoreListener) {
        self.folder = folder
        self.listener = listener
        keeper = ConditionKeeper(listener, times: times)
        untilIdle = times.untilIdle
        queue.async { [self] in
            keeper.workBegins()
            open()
            keeper.workEnds()
        }
    }

    var condition: StoreCondition { keeper.condition }

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

    /// Does what waits, and closes. Waits for it at most `seconds`: what hangs is left as it is, as the end of the program
    /// would leave it.
    /// - Returns: false when it was left.
    @discardableResult func close(within seconds: Double) -> Bool {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return true }
        let isDone = DispatchSemaphore(value: 0)
        queue.async { [self] in
            drain()
            let rest = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            for job in rest { job.fail(StoreFailure(.closed)) }
            // The last one that closes would do it by itself; another one may be using it still.
            try? database?.checkpoint()
            database = nil
            holder = nil
            isDone.signal()
        }
        return isDone.wait(timeout: .now() + seconds) == .success
    }

    private func drain() {
        while true {
            let jobs = state.withLock { state -> [Job] in
                let jobs = Array(state.pending.prefix(Self.maxAtOnce))
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
        guard case .unusable(let cause) = keeper.found else { return }
        for job in jobs { job.fail(StoreFailure(cause)) }
    }

    /// False when the database refuses everything for now.
    private func perform(_ jobs: [Job]) -> Bool {
        keeper.workBegins()
        defer { keeper.workEnds() }
        do {
            let database = try open().get()
            let completions = try database.transaction(isDurable: jobs.contains(where: \.isDurable)) {
                let completions = try jobs.map { try $0.run(database) }
                // Last, so that what has lost its name is undone, and nobody is told of it.
                try database.checkPlace()
                return completions
            }
            keeper.found(.usable)
            if let words = database.refusedKey {
                database.refusedKey = nil
                keeper.refusedKey(words)
            }
            if database.hasLog { planCheckpoint() }
            for completion in completions { completion() }
            return true
        } catch {
            let failure = StoreFailure(error)
            database?.refusedKey = nil
            // One bad job must not spoil the others'.
            if !failure.concernsAll {
                database?.requests.forget()
                if jobs.count > 1 { return performEach(jobs) }
                if let problem = differenceOfShape() { return give(up: jobs, StoreFailure(problem), problem.words) }
                keeper.fault(StoreFailure.words(of: error))
                jobs[0].fail(failure)
                return true
            }
            return give(up: jobs, failure, StoreFailure.words(of: error))
        }
    }

    /// What a statement that should have worked has failed on, if it is that the database is not as it should be.
    private func differenceOfShape() -> StoreProblem? {
        guard let database, let shape, let found = try? DatabaseShape(database.connection) else { return nil }
        return found.difference(from: shape).map { StoreProblem(.wrongSchema, $0) }
    }

    /// - Returns: false.
    private func give(up jobs: [Job], _ failure: StoreFailure, _ words: String?) -> Bool {
        if let words { keeper.say(failure.cause, words) }
        refuse(jobs, failure)
        return false
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

    /// Busy passes, and a removed file lives as long as it is open; for all else what is open may be what is wrong.
    private func staysOpen(_ cause: StoreFailure.Cause) -> Bool {
        switch cause {
        case .locked, .removed: true
        case .ioError, .diskFull: database?.hasRefusedCommit ?? false
        default: false
        }
    }

    private func refuse(_ jobs: [Job], _ failure: StoreFailure) {
        if folder != nil, !staysOpen(failure.cause) { database = nil }
        database?.requests.forget()
        keeper.found(.unusable(failure.cause))
        let kept = jobs.filter(\.isKept)
        let given = state.withLock { state -> [Job] in
            state.pending.insert(contentsOf: kept, at: 0)
            return state.giveUp(state.pending.count - Self.maxKept)
        }
        for job in jobs where !job.isKept { job.fail(failure) }
        for job in given { job.fail(failure) }
        probeLater()
    }

    @discardableResult private func open() -> Result<StateDatabase, any Error> {
        if let database { return .success(database) }
        let start = DispatchTime.now().uptimeNanoseconds
        defer { openingTime = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
        do {
            let opened = try StateDatabase(folder: folder, earlier: holder, expected: identity, shape: shape)
            if opened.hasBegunAnew { listener.begunAnew() }
            database = opened
            shape = opened.shape
            holder = opened.holder
            identity = opened.identity
            if keeper.found == .opening { keeper.found(.usable) }
            return .success(opened)
        } catch {
            let cause = StoreFailure(error).cause
            if let words = StoreFailure.words(of: error) { keeper.say(cause, words) }
            keeper.found(.unusable(cause))
            probeLater()
            return .failure(error)
        }
    }

    /// Folds the log into the database once nothing was written for a while: whoever copies the file alone has all then.
    private func planCheckpoint() {
        guard !isCheckpointPlanned else { return }
        isCheckpointPlanned = true
        let seen = database?.written
        queue.asyncAfter(deadline: .now() + untilIdle) { [weak self] in
            guard let self else { return }
            isCheckpointPlanned = false
            // What is closed meanwhile is folded in by its end.
            guard database?.written == seen else { return planCheckpoint() }
            keeper.workBegins()
            defer { keeper.workEnds() }
            // The next transaction tells what is wrong.
            try? database?.checkpoint()
        }
    }

    /// Tries a small write now and then while the database refuses, so that recovery is seen without traffic.
    private func probeLater() {
        guard !isProbing else { return }
        isProbing = true
        // One that is large and damaged must not be read all the time.
        let pause = min(60, max(Self.probeSeconds, openingTime * 10))
        queue.asyncAfter(deadline: .now() + pause) { [weak self] in self?.probe() }
    }

    private func probe() {
        isProbing = false
        guard !state.withLock({ $0.isClosed }), keeper.found != .usable else { return }
        let job = Job(
            isDurable: true, isKept: false,
            run: { database in
                try database.run("INSERT OR REPLACE INTO value VALUES ('probe', zeroblob(4096), 0)")
                return {}
            }, fail: { _ in })
        if perform([job]) { drain() }
    }
}
