import Core
import IO
import Store
import TestKit

@testable import Gateway

/// The ledger of confirmations for tests without a loop: of any store, by their clock. It waits for as long as the store takes.
struct DirectLedger: ConfirmationLedger {
    var store: any NonceStore = SQLiteStateStore(.memory)
    var clock: any TimeSource = ManualClock()

    func take(
        _ nonce: String, for seconds: Double, by deadline: MonotonicTime
    ) async throws(WaitError<StoreFailure>) -> NonceStanding {
        let now = clock.wallClock
        let result: Result<NonceStanding, StoreFailure> = await withUnsafeContinuation { continuation in
            store.takeNonce(nonce, until: now.advanced(seconds: seconds), now: now) {
                continuation.resume(returning: $0)
            }
        }
        return try result.mapError(WaitError.failed).get()
    }

    func giveBack(_ taken: TakenNonce) { store.giveBackNonce(taken) }

    func void(_ nonce: String, for seconds: Double) async {
        let now = clock.wallClock
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            store.voidNonce(nonce, until: now.advanced(seconds: seconds), now: now) { _ in continuation.resume() }
        }
    }
}
