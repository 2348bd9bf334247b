import Core
import IO
import LumaAPI
import LumaClient

/// The background check: asks Luma who we are at an interval, sooner while something is wrong, and not at all while
/// ordinary traffic has told us recently. Runs on one loop.
final class HealthMonitor {
    private let state: HealthState
    private let luma: LumaClient
    private let clock: LoopClock
    private let interval: Double
    /// While unhealthy, how often recovery is looked for, in seconds; a small part of Luma's budget.
    private static let recoveryInterval = 5.0

    init(state: HealthState, luma: LumaClient, clock: LoopClock, interval: Double) {
        self.state = state
        self.luma = luma
        self.clock = clock
        self.interval = interval
    }

    /// Checks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await checkIfDue()
            let pause = state.current.failure == nil ? interval : min(interval, Self.recoveryInterval)
            do { try await clock.sleep(until: clock.now.advanced(seconds: pause)) } catch { return }
        }
    }

    private func checkIfDue() async {
        let verdict = state.current
        let age = Double(clock.wallClock.milliseconds - verdict.checked.milliseconds) / 1000
        if verdict.failure == nil, age < interval * 0.9 { return }
        let context = CallContext(deadline: clock.now.advanced(seconds: min(interval, 10)))
        do throws(LumaError) {
            _ = try await luma.getSelf(context)
            state.record(nil, at: clock.wallClock)
        } catch {
            state.record(error, at: clock.wallClock)
        }
    }
}

extension HealthState {
    /// Takes the error of a call to Luma. An error that says nothing about Luma's health leaves the verdict.
    func record(_ error: LumaError, at now: Timestamp) {
        switch error.healthVerdict {
        case .healthy: record(nil as Verdict.Failure?, at: now)
        case .failed(let failure, let cause): record(failure, cause: cause, at: now)
        case .unknown: break
        }
    }
}
