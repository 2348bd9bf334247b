import Core
import Synchronization
import ToolSources

/// The token of one service for all loops, and those who wait for it. Safe to use from any thread.
final class ServiceToken: Sendable {
    typealias Question = @Sendable (inout TokenManager, MonotonicTime) -> TokenManager.Admission

    private struct State {
        var manager: TokenManager
        /// Counts the fetches that have ended, so that nobody waits for one that has.
        var ended: UInt64 = 0
        var last: UInt64 = 0
        var waiting: [UInt64: @Sendable () -> Void] = [:]
    }
    private let state: Mutex<State>

    /// - Parameter rule: one that needs a token.
    init(_ rule: AuthRule) { state = Mutex(State(manager: TokenManager(rule))) }

    /// Asks for a token.
    /// - Returns: what to do, and the number of fetches that have ended so far, for `wait`.
    func ask(_ question: Question, now: MonotonicTime) -> (TokenManager.Admission, ended: UInt64) {
        state.withLock { (question(&$0.manager, now), $0.ended) }
    }

    /// Calls `then` once, on any thread, as soon as another fetch has ended than those that had before.
    /// - Returns: its number, for `leave`; nil when it has been called.
    func wait(after ended: UInt64, _ then: @escaping @Sendable () -> Void) -> UInt64? {
        let number = state.withLock { state -> UInt64? in
            guard state.ended == ended else { return nil }
            state.last += 1
            state.waiting[state.last] = then
            return state.last
        }
        if number == nil { then() }
        return number
    }

    func leave(_ number: UInt64) { state.withLock { $0.waiting[number] = nil } }

    /// Ends a fetch, and lets all go on who wait.
    func settle(_ attempt: TokenManager.Attempt, _ outcome: TokenManager.Outcome, now: MonotonicTime) {
        let waiting = state.withLock { state in
            state.manager.settle(attempt, outcome, now: now)
            state.ended += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for then in waiting.values { then() }
    }
}
