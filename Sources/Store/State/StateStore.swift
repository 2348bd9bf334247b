public import Core

/// What a gateway must remember beyond its own life: which writes are under way, how requests with a key were answered,
/// and small values such as the learned budget.
///
/// Any thread may call; nothing waits. `then` is called once, on a queue of the store's own, after the change is
/// committed: whoever belongs to a loop goes back there by itself. Calls take effect in the order in which they are made.
/// SQLite stands behind it now; what several gateways must agree on goes through this protocol alone, so that a server of
/// PostgreSQL can.
public protocol StateStore: FeedStore, EndedSessionStore, NonceStore, BudgetStore, KeyStore {
    /// How the store is, by the last thing that it did.
    var condition: StoreCondition { get }

    /// The value that was saved last under this name; nil when there is none.
    func load(_ name: String, then: @escaping Then<SavedValue?>)
    /// Keeps a small value under a name, in place of the one before. It is on the disk with the next write at the latest.
    func save(_ name: String, _ bytes: [UInt8], at now: Timestamp, then: @escaping Then<Void>)

    /// Takes a request with an idempotency key, unless it was answered or is being answered.
    func begin(_ request: KeyedRequest, then: @escaping Then<RequestStanding>)
    /// Ends a request that this holder has begun: with the answer that repeats of it get, or with none, after which the
    /// request may be made again. A write of it that was recorded, though its sender was told otherwise, was never sent and
    /// counts as that. Tried again until the store takes it.
    func finish(_ request: RequestID, _ answer: StoredAnswer?, expires: Timestamp)

    /// Records that a write is about to be sent. When `then` is called with success the record outlives a loss of power.
    func record(_ write: WriteRecord, then: @escaping Then<RecordStanding>)
    /// Records what became of a write; if its request has no answer yet, its key's time begins anew. Tried again until the
    /// store takes it.
    func settle(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp)
    /// Gives a write whose outcome is unknown to whoever looks for the effects of writes. Tried again as `settle` is.
    func abandon(_ write: WriteID)

    /// The writes whose outcome nobody waits for: abandoned, or left behind by a program that has died.
    func abandonedWrites(_ account: String, limit: Int, then: @escaping Then<[AbandonedWrite]>)
    /// Whether what this write has done may be hidden by writes that were recorded after it, so that not to be seen is no
    /// proof that it did nothing, or undone by its being made again.
    func overtaking(_ write: WriteID, then: @escaping Then<Overtaking>)
    /// Whether these things may be what this lost create has made, by what is recorded of other writes.
    /// - Parameter span: of the numbers that marks begin with; a write that is under way counts if its own is that near.
    func suspicion(
        of things: [String], by write: WriteID, within span: Int64, then: @escaping Then<Suspicion>)
    /// When the last write of this operation was settled that took effect on this thing; nil when none is known any more.
    func settled(_ operation: String, of subject: String, _ account: String, then: @escaping Then<Timestamp?>)
    /// Records what looking has found, unless the found thing is or may be another write's.
    func adopt(_ write: WriteID, _ effect: WriteEffect, at now: Timestamp, then: @escaping Then<Adoption>)

    /// Forgets some of what nobody may ask for any more: answers that have expired, and writes that were settled longer ago
    /// than `seconds`, counted from the account's oldest write that is not settled while there is one. Gives how many; 0
    /// when nothing is left to be forgotten.
    func purge(now: Timestamp, keepSettled seconds: Double, then: @escaping Then<Int>)
    /// What is kept, in numbers.
    func count(then: @escaping Then<StoreCounts>)
    /// Waits for what was asked for, writes what can be written, and closes. Later calls fail as `closed`.
    /// - Parameter seconds: it is not waited for longer; what hangs is left then as a loss of the program would leave it.
    /// - Returns: false when it was left.
    @discardableResult func close(within seconds: Double) -> Bool
}

extension StateStore {
    /// The same for whoever has the time that a healthy disk needs.
    public func close() { close(within: 30) }
}

/// Told of the end of a call to the store.
public typealias Then<Value> = @Sendable (Result<Value, StoreFailure>) -> Void

/// A value as it was saved.
public struct SavedValue: Sendable, Equatable {
    public let bytes: [UInt8]
    /// By the clock of whoever saved it.
    public let savedAt: Timestamp
}

/// What the store holds.
public struct StoreCounts: Sendable, Equatable {
    /// Writes whose outcome is not known, those under way included.
    public let unsettledWrites: Int
    /// Requests with a key, answered or not.
    public let requests: Int
}

/// A session that its client has ended before it expired: its signed id alone would bring it back.
public struct EndedSession: Sendable, Equatable {
    /// So many are remembered, of all clients together. Of more the oldest are forgotten: their ids are good again until they
    /// expire, for the principals that have ended them and for nobody else.
    public static let maxKept = 10_000

    /// Grows with each that is noted, and is never given again.
    public let number: Int64
    /// What its id and no other holds.
    public let nonce: String

    public init(number: Int64, nonce: String) {
        self.number = number
        self.nonce = nonce
    }
}

/// Which sessions were ended, so that none works again: not after a restart, nor at another gateway on the same store.
///
/// Called as the rest of the store is: from any thread, told on the store's queue.
public protocol EndedSessionStore: Sendable {
    /// Notes that a session was ended; once is enough. Tried again until the store takes it, and told then; a failure says
    /// that it is tried no more. Forgets those that have expired.
    ///
    /// - Parameters:
    ///   - expiry: from when on its id is not good anyway, by the caller's clock.
    ///   - now: what that clock shows.
    func endSession(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>)
    /// Those that were noted after the one of this number, oldest first, `limit` at most.
    func endedSessions(after number: Int64, limit: Int, then: @escaping Then<[EndedSession]>)
}
