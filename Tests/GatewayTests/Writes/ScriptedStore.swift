import Core
import Keys
import Store
import Synchronization

/// A store in memory that fails or waits where a test says so.
final class ScriptedStore: StateStore {
    /// Calls that can be scripted.
    enum Call { case begin, record, adopt, load, endedSessions, takeNonce, voidNonce, exchangeBudget }

    private struct Script {
        var failures: [Call: [StoreFailure]] = [:]
        var held: Set<Call> = []
        var waiting: [@Sendable () -> Void] = []
        var settled: [WriteEffect] = []
    }

    private let inner = SQLiteStateStore(.memory)
    private let script = Mutex(Script())

    /// The next such call fails.
    func fail(_ call: Call, _ failure: StoreFailure) {
        script.withLock { $0.failures[call, default: []].append(failure) }
    }

    /// Such calls wait for `release`.
    func hold(_ call: Call) { script.withLock { _ = $0.held.insert(call) } }

    /// Does what has waited, in order, and holds nothing any more.
    func release() {
        let waiting = script.withLock { script in
            script.held = []
            defer { script.waiting = [] }
            return script.waiting
        }
        for call in waiting { call() }
    }

    /// A call waits for `release`.
    var isHolding: Bool { script.withLock { !$0.waiting.isEmpty } }

    /// What writes were settled as, in order.
    var settled: [WriteEffect] { script.withLock { $0.settled } }

    /// Every failure has happened.
    var isScriptOver: Bool { script.withLock { $0.failures.values.allSatisfy(\.isEmpty) } }

    private func play<Value>(
        _ call: Call, _ then: @escaping Then<Value>, _ body: @escaping @Sendable () -> Void
    ) {
        let failure = script.withLock { script -> StoreFailure? in
            if script.failures[call]?.isEmpty == false { return script.failures[call]?.removeFirst() }
            return nil
        }
        if let failure { return then(.failure(failure)) }
        let isHeld = script.withLock { script in
            if script.held.contains(call) { script.waiting.append(body) }
            return script.held.contains(call)
        }
        if !isHeld { body() }
    }

    func begin(_ request: KeyedRequest, then: @escaping Then<RequestStanding>) {
        play(.begin, then) { [inner] in inner.begin(request, then: then) }
    }
    func record(_ write: WriteRecord, then: @escaping Then<RecordStanding>) {
        play(.record, then) { [inner] in inner.record(write, then: then) }
    }
    func adopt(
        _ write: WriteID, _ effect: WriteEffect, at now: Timestamp, then: @escaping Then<Adoption>
    ) {
        play(.adopt, then) { [inner] in inner.adopt(write, effect, at: now, then: then) }
    }

    var condition: StoreCondition { inner.condition }
    func load(_ name: String, then: @escaping Then<SavedValue?>) {
        play(.load, then) { [inner] in inner.load(name, then: then) }
    }
    func save(_ name: String, _ bytes: [UInt8], at now: Timestamp, then: @escaping Then<Void>) {
        inner.save(name, bytes, at: now, then: then)
    }
    func finish(_ request: RequestID, _ answer: StoredAnswer?, expires: Timestamp) {
        inner.finish(request, answer, expires: expires)
    }
    func settle(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp) {
        script.withLock { $0.settled.append(effect) }
        inner.settle(write, effect, at: now)
    }
    func abandon(_ write: WriteID) { inner.abandon(write) }
    func abandonedWrites(_ account: String, limit: Int, then: @escaping Then<[AbandonedWrite]>) {
        inner.abandonedWrites(account, limit: limit, then: then)
    }
    func settled(_ operation: String, of subject: String, _ account: String, then: @escaping Then<Timestamp?>) {
        inner.settled(operation, of: subject, account, then: then)
    }
    func overtaking(_ write: WriteID, then: @escaping Then<Overtaking>) {
        inner.overtaking(write, then: then)
    }
    func suspicion(
        of things: [String], by write: WriteID, within span: Int64, then: @escaping Then<Suspicion>
    ) { inner.suspicion(of: things, by: write, within: span, then: then) }
    func purge(now: Timestamp, keepSettled seconds: Double, then: @escaping Then<Int>) {
        inner.purge(now: now, keepSettled: seconds, then: then)
    }
    func count(then: @escaping Then<StoreCounts>) { inner.count(then: then) }
    func addFeed(_ feed: FeedRecord, max: Int, key fresh: [UInt8], then: @escaping Then<[UInt8]?>) {
        inner.addFeed(feed, max: max, key: fresh, then: then)
    }
    func feeds(_ account: String, then: @escaping Then<[FeedRecord]>) { inner.feeds(account, then: then) }
    func feed(_ id: String, of account: String, then: @escaping Then<FeedLookup>) {
        inner.feed(id, of: account, then: then)
    }
    func useFeed(_ id: String, at now: Timestamp) { inner.useFeed(id, at: now) }
    func reviseFeed(_ id: String, _ entries: [FeedEntry], at now: Timestamp, then: @escaping Then<[FeedRevision]>) {
        inner.reviseFeed(id, entries, at: now, then: then)
    }
    func removeFeed(_ id: String, of account: String, then: @escaping Then<Bool>) {
        inner.removeFeed(id, of: account, then: then)
    }
    func endSession(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>) {
        inner.endSession(nonce, until: expiry, now: now, then: then)
    }
    func endedSessions(after number: Int64, limit: Int, then: @escaping Then<[EndedSession]>) {
        play(.endedSessions, then) { [inner] in inner.endedSessions(after: number, limit: limit, then: then) }
    }
    func takeNonce(
        _ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<NonceStanding>
    ) {
        play(.takeNonce, then) { [inner] in inner.takeNonce(nonce, until: expiry, now: now, then: then) }
    }
    func giveBackNonce(_ taken: TakenNonce) { inner.giveBackNonce(taken) }
    func voidNonce(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>) {
        play(.voidNonce, then) { [inner] in inner.voidNonce(nonce, until: expiry, now: now, then: then) }
    }
    func exchangeBudget(_ account: String, _ message: BudgetMessage, then: @escaping Then<BudgetStanding>) {
        play(.exchangeBudget, then) { [inner] in inner.exchangeBudget(account, message, then: then) }
    }
    func close(within seconds: Double) -> Bool { inner.close(within: seconds) }
    func keys(after version: Int64, limit: Int, then: @escaping Then<KeyChanges>) {
        inner.keys(after: version, limit: limit, then: then)
    }
    func key(_ id: String, then: @escaping Then<KeyRecord?>) { inner.key(id, then: then) }
    func listKeys(after id: String, owner: String?, limit: Int, then: @escaping Then<[KeyRecord]>) {
        inner.listKeys(after: id, owner: owner, limit: limit, then: then)
    }
    func createKey(_ key: KeyRecord, max: Int, by actor: KeyActor, then: @escaping Then<KeyStanding>) {
        inner.createKey(key, max: max, by: actor, then: then)
    }
    func changeKey(
        _ key: KeyRecord, _ action: KeyAction, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>
    ) { inner.changeKey(key, action, hasAdmin: hasAdmin, by: actor, then: then) }
    func revokeKey(_ id: String, hasAdmin: Bool, by actor: KeyActor, then: @escaping Then<KeyStanding>) {
        inner.revokeKey(id, hasAdmin: hasAdmin, by: actor, then: then)
    }
    func confirmSecret(
        _ digest: KeyDigest, of key: String, at now: Timestamp, then: @escaping Then<KeyRecord?>
    ) { inner.confirmSecret(digest, of: key, at: now, then: then) }
    func noteKeyUses(_ uses: [KeyUse]) { inner.noteKeyUses(uses) }
    func noteAudit(_ action: String, of object: String, by actor: KeyActor, then: @escaping Then<Void>) {
        inner.noteAudit(action, of: object, by: actor, then: then)
    }
    func audit(before number: Int64?, object: String?, limit: Int, then: @escaping Then<[AuditRecord]>) {
        inner.audit(before: number, object: object, limit: limit, then: then)
    }
    func purgeKeys(before instant: Timestamp, then: @escaping Then<Int>) {
        inner.purgeKeys(before: instant, then: then)
    }
}
