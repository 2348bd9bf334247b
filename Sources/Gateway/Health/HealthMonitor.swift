import Core
import IO
import LumaClient

/// The background check: asks Luma who we are at an interval, sooner while something is wrong, and not at all while
/// ordinary traffic has told us recently. What it finds stands in the account, where every call notes its end.
/// Runs on one loop.
final class HealthMonitor {
    private let luma: LumaClient
    private let clock: LoopClock
    private let interval: Double
    /// While unhealthy, how often recovery is looked for, in seconds; a small part of Luma's budget.
    private static let recoveryInterval = 5.0

    init(luma: LumaClient, clock: LoopClock, interval: Double) {
        self.luma = luma
        self.clock = clock
        self.interval = interval
    }

    /// Checks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await checkIfDue()
            let isWell = luma.account.reachability.last == .reachable
            let pause = isWell ? interval : min(interval, Self.recoveryInterval)
            do { try await clock.sleep(until: clock.now.advanced(seconds: pause)) } catch { return }
        }
    }

    private func checkIfDue() async {
        let known = luma.account.reachability
        if known.last == .reachable, let at = known.lastAt, clock.wallClock.seconds(since: at) < interval * 0.9 {
            return
        }
        let deadline = clock.now.advanced(seconds: max(1, min(interval, 10)))
        // The outcome is noted where it happens.
        _ = try? await luma.getSelf(deadline: deadline, context: CallContext())
    }
}
