import Core
import IO
import Store

/// Which confirmations were used: each is good once, at whichever gateway on the same store, and over restarts. On one loop.
protocol ConfirmationLedger {
    /// Takes one by its nonce, before what was agreed to is done.
    /// - Parameters:
    ///   - seconds: so long it is remembered.
    ///   - deadline: it is not waited for longer; what the store takes later is given back.
    func take(
        _ nonce: String, for seconds: Double, by deadline: MonotonicTime
    ) async throws(WaitError<StoreFailure>) -> NonceStanding
    /// Nothing was done: it is good again.
    func giveBack(_ taken: TakenNonce)
    /// Nobody agrees to it any more. Returns when the store has noted that, or goes on to try.
    func void(_ nonce: String, for seconds: Double) async
}

/// The ledger that all gateways on one store share.
struct StoredConfirmations: ConfirmationLedger {
    let store: any NonceStore
    let reactor: Reactor
    let clock: any TimeSource
    /// Whoever declines waits so many seconds for the store: nothing is done in any case.
    private static let patience = 2.0

    func take(
        _ nonce: String, for seconds: Double, by deadline: MonotonicTime
    ) async throws(WaitError<StoreFailure>) -> NonceStanding {
        let now = clock.wallClock
        return try await reactor.ask(
            by: deadline,
            late: { [self] standing in if case .taken(let taken) = standing { giveBack(taken) } },
            { store.takeNonce(nonce, until: now.advanced(seconds: seconds), now: now, then: $0) })
    }

    func giveBack(_ taken: TakenNonce) { store.giveBackNonce(taken) }

    func void(_ nonce: String, for seconds: Double) async {
        let now = clock.wallClock
        // That it fails is told by health.
        try? await reactor.ask(by: clock.now.advanced(seconds: Self.patience)) {
            store.voidNonce(nonce, until: now.advanced(seconds: seconds), now: now, then: $0)
        }
    }
}
