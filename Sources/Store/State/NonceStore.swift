public import Core

/// Which nonces were used, so that what carries one is good once: at all gateways on the same store, and after a restart.
///
/// Called as the rest of the store is: from any thread, told on the store's queue.
public protocol NonceStore: Sendable {
    /// Takes a nonce before what it is good for is done. When `then` is told that it is taken, that outlives a loss of power.
    /// Forgets those that have expired.
    ///
    /// - Parameters:
    ///   - expiry: from when on it is not good anyway, by the caller's clock.
    ///   - now: what that clock shows.
    func takeNonce(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<NonceStanding>)
    /// Makes a nonce good again, as nothing was done with it, unless it has become void meanwhile. Tried again until the store
    /// takes it.
    func giveBackNonce(_ taken: TakenNonce)
    /// Makes a nonce good for nothing, whether or not it is taken. Tried again until the store takes it, and told when that
    /// outlives a loss of power; a failure says that it is tried no more. Forgets those that have expired.
    func voidNonce(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>)
}

/// A nonce that was taken, by the number of that taking, which is never given again.
public struct TakenNonce: Sendable, Equatable {
    /// So many are remembered; more are not taken. Those that become void may be as many again, and of still more it is not kept.
    public static let maxKept = 10_000

    /// Grows with each that is taken, and is never given again.
    public let number: Int64

    public init(number: Int64) { self.number = number }
}

/// What the store says to whoever wants to take a nonce.
public enum NonceStanding: Sendable, Equatable {
    /// It was good, and is the caller's.
    case taken(TakenNonce)
    /// It was taken before, or is void.
    case used
    /// So many were used that no more can be remembered before one of them expires.
    case full
}

extension SQLiteStateStore {
    public func takeNonce(
        _ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<NonceStanding>
    ) {
        ask(isDurable: true, then: then) { database in
            try database.forgetNonces(now)
            if try database.row("SELECT 1 FROM used_nonce WHERE nonce = ?", .text(nonce)) != nil { return .used }
            let count = try database.row("SELECT count(*) FROM used_nonce")?[0].integerValue ?? 0
            guard count < TakenNonce.maxKept else { return .full }
            try database.run(
                "INSERT INTO used_nonce (nonce, expires_at) VALUES (?, ?)", .text(nonce), .init(expiry))
            return .taken(TakenNonce(number: database.connection.lastInsertedRow))
        }
    }

    public func giveBackNonce(_ taken: TakenNonce) {
        // By its number: when it was taken again meanwhile, or has become void, it has another one.
        insist(isMinor: true) { database in
            try database.run("DELETE FROM used_nonce WHERE number = ?", .integer(taken.number))
        }
    }

    public func voidNonce(_ nonce: String, until expiry: Timestamp, now: Timestamp, then: @escaping Then<Void>) {
        // What a write has done must not be forgotten for it.
        insist(isDurable: true, isMinor: true, then: then) { database in
            try database.forgetNonces(now)
            try database.run(
                """
                INSERT OR REPLACE INTO used_nonce (nonce, expires_at)
                SELECT ?, ? WHERE (SELECT count(*) FROM used_nonce) < ?
                """, .text(nonce), .init(expiry), .integer(Int64(2 * TakenNonce.maxKept)))
        }
    }
}

extension StateDatabase {
    fileprivate func forgetNonces(_ now: Timestamp) throws {
        try run("DELETE FROM used_nonce WHERE expires_at <= ?", .init(now))
    }
}
