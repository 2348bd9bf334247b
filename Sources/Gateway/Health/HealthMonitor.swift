import Core
import LumaClient

/// The background check: asks Luma who we are at an interval, sooner while something is wrong, and not at all while
/// ordinary traffic has told us recently. What it finds stands in the account, where every call notes its end.
/// Runs on one loop.
final class HealthMonitor {
    private let luma: LumaClient
    private let clock: any TimeSource
    private let interval: Double
    private let onChange: (Reachability.Outcome) -> Void
    private var told: Reachability.Outcome?
    /// While unhealthy, how often recovery is looked for, in seconds; a small part of Luma's budget.
    private static let recoveryInterval = 5.0

    /// - Parameter onChange: told when what is known of Luma at a check differs from what it was at the one before.
    init(
        luma: LumaClient, clock: any TimeSource, interval: Double,
        onChange: @escaping (Reachability.Outcome) -> Void = { _ in }
    ) {
        self.luma = luma
        self.clock = clock
        self.interval = interval
        self.onChange = onChange
    }

    /// Checks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await checkIfDue()
            let last = luma.account.reachability.last
            if let last, last != told { onChange(last) }
            told = last
            let isWell = last == .reachable
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
