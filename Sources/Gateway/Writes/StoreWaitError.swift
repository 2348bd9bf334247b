import IO
import Store

/// Why whoever had so much time and no more has nothing from the store.
typealias StoreWaitError = WaitError<StoreFailure>
