import Core
import GatewayAPI
import LumaClient
import Synchronization

/// What was left of Luma's budget during the last hour, in steps of ten seconds, for a curve.
///
/// Whoever looks at the budget anyway tells what there is; the lowest that is seen in a step stands for it. A step in which
/// nobody looked is empty. It begins anew when Luma's answers teach another limit.
final class BudgetHistory: Sendable {
    static let stepSeconds = 10
    static let steps = StatusSchema.historySteps

    /// One step.
    struct Sample: Sendable, Equatable {
        var get: Int
        var post: Int
        /// Most calls that waited.
        var waiting: Int
    }

    private struct State {
        /// By the number of the step, counted from the clock's zero, in a circle.
        var ring = [Sample?](repeating: nil, count: steps)
        var newest: Int?
        /// What the samples are parts of.
        var limits = (get: 0, post: 0)

        /// Empties what has passed since the newest step.
        mutating func advance(to step: Int) {
            guard let newest, newest < step else {
                self.newest = max(newest ?? step, step)
                return
            }
            for passed in (newest + 1)...min(step, newest + BudgetHistory.steps) {
                ring[passed % BudgetHistory.steps] = nil
            }
            self.newest = step
        }
    }

    private let state = Mutex(State())

    func note(_ budget: BudgetSnapshot, at now: MonotonicTime) {
        let step = Self.step(now)
        let seen = Sample(get: budget.get.remaining, post: budget.post.remaining, waiting: budget.queued)
        state.withLock { state in
            // What was left of another budget says nothing about this one.
            if state.limits != (budget.get.limit, budget.post.limit) {
                state = State()
                state.limits = (budget.get.limit, budget.post.limit)
            }
            state.advance(to: step)
            let index = step % Self.steps
            guard let known = state.ring[index] else {
                state.ring[index] = seen
                return
            }
            state.ring[index] = Sample(
                get: min(known.get, seen.get), post: min(known.post, seen.post),
                waiting: max(known.waiting, seen.waiting))
        }
    }

    /// From the first step that is known to the one of `now`, at most an hour; nil for a step in which nobody looked.
    func samples(at now: MonotonicTime) -> [Sample?] {
        state.withLock { state in
            state.advance(to: Self.step(now))
            let first = (state.newest ?? 0) + 1
            let all = (first..<first + Self.steps).map { state.ring[$0 % Self.steps] }
            return Array(all.drop { $0 == nil })
        }
    }

    private static func step(_ time: MonotonicTime) -> Int {
        Int(max(0, time.nanoseconds) / (Int64(stepSeconds) * 1_000_000_000))
    }
}
