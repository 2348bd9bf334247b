public import Core

/// A session that its client has ended before it expired: its signed id alone would bring it back.
public struct EndedSession: Sendable, Equatable {
    /// So many are remembered; of more the oldest are forgotten, whose clients have said long ago that they will not come
    /// back.
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
    /// Notes that a session was ended; once is enough. Tried again until the store takes it.
    ///
    /// - Parameter expiry: from when on its id is not good anyway.
    func endSession(_ nonce: String, until expiry: Timestamp)
    /// Those that were noted after the one of this number, oldest first, `limit` at most.
    func endedSessions(after number: Int64, limit: Int, then: @escaping Then<[EndedSession]>)
}
