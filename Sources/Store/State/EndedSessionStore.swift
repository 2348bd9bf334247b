public import Core

/// A session that its client has ended before it expired: its signed id alone would bring it back.
public struct EndedSession: Sendable, Equatable {
    /// So many are remembered, of all clients together. Of more the oldest are forgotten: their ids are good again until they
    /// expire, for the principals that have ended them and for nobody else.
    public static let mostKept = 10_000

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
