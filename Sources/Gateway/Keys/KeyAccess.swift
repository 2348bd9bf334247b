import Core
import Crypto
import IO
import Keys
import Settings
import Store
import Synchronization

/// The keys of the store as requests need them, for all loops: all of them in memory, and how long ago the store was heard. No request
/// waits for the store because of its key.
final class KeyAccess: Sendable {
    /// Keys that one question of the store gives.
    private static let maxAtOnce = 5000
    /// Uses that are remembered until they are noted; a key that was used has one.
    private static let maxUses = 200_000

    let table = KeyTable()
    let hashing: KeyHashing
    /// So many may be there that are not revoked.
    let most: Int
    /// How long what was done to keys is known.
    let auditDays: Int
    private let store: any StateStore
    private let staleNanoseconds: Int64
    /// When the store was last heard, by the monotonic clock.
    private let heard = Atomic<Int64>(.min)
    private let state = Mutex(State())

    private struct State {
        var counters: [String: KeyCounters] = [:]
        /// Told of changes, by a number of their own.
        var listeners: [Int: @Sendable ([String]) -> Void] = [:]
        var lastListener = 0
        /// Secrets whose first use is being noted.
        var confirming: Set<KeyDigest> = []
        var uses: [KeyDigest: KeyUse] = [:]
    }

    init(_ settings: Configuration.Keys, hashing: KeyHashing, store: any StateStore) {
        self.hashing = hashing
        self.store = store
        most = settings.most
        auditDays = settings.auditDays
        staleNanoseconds = Int64(settings.staleSeconds * 1e9)
    }

    // MARK: What requests ask

    /// The store was heard lately enough for keys to be judged by what is known.
    func isFresh(at now: MonotonicTime) -> Bool {
        let last = heard.load(ordering: .relaxed)
        return last != .min && now.nanoseconds - last <= staleNanoseconds
    }

    /// What is counted of a key.
    func counters(of id: String) -> KeyCounters {
        state.withLock { state in
            if let known = state.counters[id] { return known }
            let new = KeyCounters()
            state.counters[id] = new
            return new
        }
    }

    /// Notes that a secret was used; the store hears of it by and by.
    /// - Parameter isFirst: nobody has used it before, as far as is known: from now on the one before it has its grace.
    func used(_ digest: KeyDigest, of key: String, isFirst: Bool, at now: Timestamp, from address: String) {
        let isNew = state.withLock { state in
            if state.uses.count < Self.maxUses { state.uses[digest] = KeyUse(digest, at: now, from: address) }
            return isFirst && state.confirming.insert(digest).inserted
        }
        guard isNew else { return }
        store.confirmSecret(digest, of: key, at: now) { [self] answer in
            if case .success(_?) = answer {
                return refresh { _ in _ = self.state.withLock { $0.confirming.remove(digest) } }
            }
            // The next use is the first one again.
            _ = state.withLock { $0.confirming.remove(digest) }
        }
    }

    // MARK: Keeping up with the store

    /// Learns what has changed since the last time.
    /// - Parameter then: told when it is known to every loop; a failure when the store does not answer.
    func refresh(then: @escaping Then<Void>) { Task.detached { then(await self.read()) } }

    /// The same for whoever is on no loop: to make the next snapshot takes a time that grows with the number of all keys.
    func read() async -> Result<Void, StoreFailure> {
        while true {
            let (asked, known) = (LoopClock.monotonicNow, table.current)
            let answer = await withUnsafeContinuation { continuation in
                store.keys(after: known.version, limit: Self.maxAtOnce) { continuation.resume(returning: $0) }
            }
            switch answer {
            case .failure(let failure): return .failure(failure)
            case .success(let changes):
                if !changes.keys.isEmpty {
                    table.replace(known.applying(changes.keys, version: changes.version))
                    let now = WallClock.now
                    tell(changes.keys.filter { !$0.isUsable(at: now) })
                }
                if changes.hasMore { continue }
                heard.store(asked.nanoseconds, ordering: .relaxed)
                return .success(())
            }
        }
    }

    /// Hands the store what was noted of uses.
    func noteUses() {
        let uses = state.withLock { state in
            defer { state.uses = [:] }
            return Array(state.uses.values)
        }
        if !uses.isEmpty { store.noteKeyUses(uses) }
    }

    /// Forgets what is older than it is to be known.
    func purge() {
        let before = WallClock.now.advanced(seconds: -Double(auditDays) * 86400)
        store.purgeKeys(before: before) { [self] answer in
            if case .success(let count) = answer, count > 0 { purge() }
        }
    }

    // MARK: Listeners

    /// Calls `listener` after each change, on any thread, with the labels of the keys that cannot be used any more.
    /// - Returns: its number.
    func listen(_ listener: @escaping @Sendable ([String]) -> Void) -> Int {
        state.withLock { state in
            state.lastListener += 1
            state.listeners[state.lastListener] = listener
            return state.lastListener
        }
    }

    func unlisten(_ number: Int) { _ = state.withLock { $0.listeners.removeValue(forKey: number) } }

    /// Has all listeners look again: a key may have expired.
    func lookAgain() { tell([]) }

    private func tell(_ ended: [KeyRecord]) {
        let listeners = state.withLock { state in
            for key in ended where key.revokedAt != nil { state.counters[key.id] = nil }
            return Array(state.listeners.values)
        }
        let labels = ended.map(\.label)
        for listener in listeners { listener(labels) }
    }
}
