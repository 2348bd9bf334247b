import Core
import IO
import LumaClient
import Store
import Synchronization

/// Finds out in the background what lost writes have done: those that this gateway has given up on, and those that a dead
/// one has left behind. One for each gateway, on one loop. Asks Luma nothing while there are none.
final class Reconciler {
    private let luma: LumaClient
    private let store: any StateStore
    private let account: String
    private let reactor: Reactor
    private let clock: any TimeSource
    private let steady: SteadyClock
    private let settings: Settings
    private let onSettled: (AbandonedWrite, WriteEffect) -> Void
    private var lost: [WriteID: Lost] = [:]
    private var waiting: Suspension<Void>?
    private var isWoken = false
    private var lastPurge: MonotonicTime?
    /// Events that one doubt is worth to be asked for.
    private static let maxSuspects = 10

    struct Settings {
        /// How long a write is looked for, from the first search that Luma answers, before what cannot be seen counts as not
        /// done.
        var settleSeconds: Double
        /// How long settled writes are kept: longer than one can be mistaken for another.
        var keepSeconds: Double
        /// How long one search may take.
        var patience: Double
        /// The longest pause between two searches for the same write.
        var longestPause = 15.0
        /// Between two searches for gateways that have died.
        var idlePause = 10.0
        var purgeInterval = 10.0
        /// No pass begins sooner after another, however the store or Luma fares, unless somebody wakes it.
        var leastPause = 0.25
    }

    /// One write that is looked for.
    private struct Lost {
        let write: LostWrite
        /// When Luma answered a search for the first time: while it cannot be asked nothing is learned from waiting.
        var since: MonotonicTime?
        var nextSearch: MonotonicTime
        var pause = 0.5
        /// A search after the time has ended in a doubt.
        var isDoubted = false
        /// What was found, until the store has it.
        var effect: WriteEffect?
    }

    /// - Parameter onSettled: told of each write that is settled.
    init(
        luma: LumaClient, store: any StateStore, account: String, reactor: Reactor, clock: any TimeSource,
        steady: SteadyClock, settings: Settings,
        onSettled: @escaping (AbandonedWrite, WriteEffect) -> Void = { _, _ in }
    ) {
        self.luma = luma
        self.store = store
        self.account = account
        self.reactor = reactor
        self.clock = clock
        self.steady = steady
        self.settings = settings
        self.onSettled = onSettled
    }

    /// Makes it look at once. On its loop.
    func wake() {
        isWoken = true
        waiting?.resume(returning: ())
    }

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            isWoken = false
            await pass()
            await purge()
            await rest()
        }
        for entry in lost.values { luma.release(entry.write) }
        lost = [:]
    }

    /// Looks for each abandoned write whose time has come.
    func pass() async {
        let abandonedWrites: [AbandonedWrite]
        do throws(StoreFailure) {
            abandonedWrites = try await reactor.ask { store.abandonedWrites(account, limit: 100, then: $0) }
        } catch {
            return
        }
        let known = Set(abandonedWrites.map(\.id))
        for id in lost.keys where !known.contains(id) { forget(id) }
        // All are counted before the first is looked for: they may share what is found.
        for abandoned in abandonedWrites { take(abandoned) }
        for abandoned in abandonedWrites {
            if Task.isCancelled { return }
            guard var entry = lost[abandoned.id], entry.nextSearch <= clock.now else { continue }
            if entry.effect == nil { entry.effect = await search(for: abandoned, &entry) }
            lost[abandoned.id] = entry
            if let effect = entry.effect { await settle(abandoned, effect) }
        }
    }

    private func take(_ abandoned: AbandonedWrite) {
        guard lost[abandoned.id] == nil else { return }
        let body = (try? JSON.parse(abandoned.body))?.objectValue ?? JSONObject()
        let write = LostWrite(
            operation: abandoned.operation, subject: abandoned.subject, body: body, sentAt: abandoned.sentAt,
            sentTick: abandoned.boot.isEmpty || abandoned.boot != steady.boot ? nil : abandoned.sentTick,
            claimed: abandoned.claimed)
        luma.adopt(write)
        lost[abandoned.id] = Lost(write: write, nextSearch: clock.now)
    }

    /// Somebody else has settled it, and perhaps with another thing than was found here; or there are more lost writes than
    /// are taken at once, and it is taken again when its turn comes.
    private func forget(_ id: WriteID) {
        guard let entry = lost.removeValue(forKey: id) else { return }
        luma.release(entry.write)
        if case .done(let found?) = entry.effect { luma.disclaim(found) }
    }

    /// What the write has done, if that can be told now.
    private func search(for abandoned: AbandonedWrite, _ entry: inout Lost) async -> WriteEffect? {
        let begun = clock.now
        defer {
            entry.nextSearch = clock.now.advanced(seconds: entry.pause)
            entry.pause = min(entry.pause * 2, settings.longestPause)
        }
        // Another's write with the same mark is under way, in this gateway or in another.
        if abandoned.isContested { return nil }
        let write = LostWrite(
            operation: entry.write.operation, subject: entry.write.subject, body: entry.write.body,
            sentAt: entry.write.sentAt, sentTick: entry.write.sentTick, claimed: abandoned.claimed)
        let finding: SearchFinding
        do throws(LumaError) {
            finding = try await luma.search(
                for: write, deadline: begun.advanced(seconds: settings.patience),
                context: CallContext(Sender(.none, .background)))
        } catch {
            return nil
        }
        // What began before the time was over may have missed what came at its end. One search is never enough.
        let isOver = entry.since.map { begun >= $0.advanced(seconds: settings.settleSeconds) } ?? false
        if entry.since == nil { entry.since = clock.now }
        switch finding {
        case .done(let id): return .done(result: id)
        case .notSeen, .undeterminedHarmless: return isOver ? await unseen(abandoned, write, begun) : nil
        case .undetermined: return isOver ? .unknown : nil
        case .doubtful(let ids): return isOver ? await doubtful(ids, abandoned, &entry, begun) : nil
        case .busy: return nil
        }
    }

    /// What to make of a create of which nothing is to be seen but events that Luma may have made of it.
    private func doubtful(
        _ ids: [String], _ abandoned: AbandonedWrite, _ entry: inout Lost, _ begun: MonotonicTime
    ) async -> WriteEffect? {
        let suspicion: Suspicion
        do throws(StoreFailure) {
            // Asked after the search: what is recorded later has not made what was seen.
            suspicion = try await reactor.ask {
                store.suspicion(of: ids, by: abandoned.id, within: LostWrite.nearMilliseconds, then: $0)
            }
        } catch {
            return nil
        }
        switch suspicion {
        case .none: return await unseen(abandoned, entry.write, begun)
        case .open: return nil
        case .remains:
            // What made one of them may have been lost a moment ago, and is taken up before the next search.
            defer { entry.isDoubted = true }
            return entry.isDoubted ? .unknown : nil
        }
    }

    /// What to make of a write of which nothing is to be seen: a lost create's event may have been given another name or start
    /// since, or be cancelled, and an update may have been followed by another, which a repeat would undo.
    private func unseen(_ abandoned: AbandonedWrite, _ write: LostWrite, _ begun: MonotonicTime) async -> WriteEffect? {
        let overtaking: Overtaking
        do throws(StoreFailure) {
            // Asked after the search: what is recorded later cannot have hidden anything from it.
            overtaking = try await reactor.ask { store.overtaking(abandoned.id, then: $0) }
        } catch {
            return nil
        }
        switch overtaking {
        case .none: return WriteEffect.none
        case .open: return nil
        case .overtaken: return .unknown
        // Only an event may be hidden by what is done to events.
        case .hidden where !write.makesEvent: return WriteEffect.none
        case .hidden(let ids, let isOpen):
            guard let isHidden = await isHidden(write, by: ids, begun) else { return nil }
            if isHidden { return .unknown }
            return isOpen ? nil : WriteEffect.none
        }
    }

    /// Whether one of these events may be what a lost create has made; nil when Luma could not be asked.
    ///
    /// One that was there before the create was sent is not: its time of creation says so, in the same way in which the search for
    /// the create passes over older events, so nothing is trusted here that was not trusted there. One that is gone
    /// shows no time, and one that is younger may be the create's: they leave the doubt as it is.
    private func isHidden(_ write: LostWrite, by ids: [String], _ begun: MonotonicTime) async -> Bool? {
        guard ids.count <= Self.maxSuspects else { return true }
        for id in ids {
            do throws(LumaError) {
                let wasThere = try await luma.wasThere(
                    id, before: write, deadline: begun.advanced(seconds: settings.patience),
                    context: CallContext(Sender(.none, .background)))
                if wasThere != true { return true }
            } catch {
                return nil
            }
        }
        return false
    }

    private func settle(_ abandoned: AbandonedWrite, _ effect: WriteEffect) async {
        let now = steady.now
        let adoption: Adoption
        do throws(StoreFailure) {
            adoption = try await reactor.ask { store.adopt(abandoned.id, effect, at: now, then: $0) }
        } catch {
            // It stays found, and the store is asked again.
            return
        }
        switch adoption {
        case .recorded:
            if let entry = lost.removeValue(forKey: abandoned.id) { luma.release(entry.write) }
            onSettled(abandoned, effect)
        // What was found is another's: look again, without it.
        case .ofAnother: lost[abandoned.id]?.effect = nil
        // It stays found until the other one's answer says whose it is.
        case .contested: break
        case .settledBefore: forget(abandoned.id)
        }
    }

    private func purge() async {
        let now = clock.now
        if let lastPurge, now < lastPurge.advanced(seconds: settings.purgeInterval) { return }
        lastPurge = now
        let wall = steady.now
        do throws(StoreFailure) {
            while try await reactor.ask({ store.purge(now: wall, keepSettled: settings.keepSeconds, then: $0) }) > 0 {
                if Task.isCancelled { return }
            }
        } catch {
            // There will be another time.
        }
    }

    /// Waits until the next search is due or somebody wakes it.
    private func rest() async {
        let now = clock.now
        let idle = now.advanced(seconds: settings.idlePause)
        // What is found and not recorded yet is due all the time.
        let due = max(
            lost.values.map(\.nextSearch).min() ?? idle, now.advanced(seconds: settings.leastPause))
        let timer = reactor.schedule(at: min(due, idle)) { [weak self] in
            self?.waiting?.resume(returning: ())
        }
        try? await reactor.suspend { suspension in
            if isWoken { suspension.resume(returning: ()) } else { waiting = suspension }
        }
        waiting = nil
        reactor.cancel(timer)
    }
}

/// Wakes, from any loop, the one that looks for the effects of lost writes.
final class WakeSignal: Sendable {
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameter listener: called on whatever thread rings; nil when nobody listens any more.
    func setListener(_ listener: (@Sendable () -> Void)?) { self.listener.withLock { $0 = listener } }

    func ring() { listener.withLock { $0 }?() }
}
