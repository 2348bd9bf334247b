import Core
import IO
import LumaClient

/// The background check: asks Luma who we are at an interval, sooner while something is wrong, and not at all while
/// ordinary traffic has told us recently. What it finds stands in the account, where every call notes its end.
/// Runs on one loop.
final class HealthMonitor {
    private let luma: LumaClient
    private let clock: any TimeSource
    private let interval: Double
    private let firstCheck: Milestone
    private let onCheck: () -> Void
    private let onChange: (Reachability.Outcome) -> Void
    private var logged: Reachability.Outcome?
    private var lastCheck: MonotonicTime
    /// While unhealthy, how often recovery is looked for, in seconds; a small part of Luma's budget.
    static let recoveryInterval = 5.0

    /// - Parameters:
    ///   - interval: how old the last news of Luma may become, in seconds.
    ///   - firstCheck: told when the first check has ended, with news of Luma or without.
    ///   - onCheck: called at every check, at most `recoveryInterval` apart but for the time that a check takes.
    ///   - onChange: told when what is known of Luma differs from what it was at the last check.
    init(
        luma: LumaClient, clock: any TimeSource, interval: Double, firstCheck: Milestone,
        onCheck: @escaping () -> Void = {},
        onChange: @escaping (Reachability.Outcome) -> Void = { _ in }
    ) {
        self.luma = luma
        self.clock = clock
        self.interval = interval
        self.firstCheck = firstCheck
        self.onCheck = onCheck
        self.onChange = onChange
        lastCheck = clock.now
    }

    /// Checks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            // Bad news that the check may end.
            tellChange()
            onCheck()
            await check()
            firstCheck.end()
            // In short steps, because traffic may bring good news or bad ones at any time.
            while let wait = timeToCheck() {
                tellChange()
                onCheck()
                let step = min(wait, Self.recoveryInterval)
                do { try await clock.sleep(until: clock.now.advanced(seconds: step)) } catch { return }
            }
        }
    }

    private func tellChange() {
        guard let last = luma.account.reachability.last, last != logged else { return }
        logged = last
        onChange(last)
    }

    private func check() async {
        lastCheck = clock.now
        let deadline = clock.now.advanced(seconds: max(1, min(interval, 10)))
        // The outcome is noted where it happens.
        _ = try? await luma.getSelf(deadline: deadline, context: CallContext(Sender(.none, .background)))
    }

    /// Seconds until the next check, nil when it is due. A check that brought no news, for want of budget, counts too:
    /// it must not be repeated at once.
    private func timeToCheck() -> Double? {
        var age = clock.now.seconds(since: lastCheck)
        var most = min(interval, Self.recoveryInterval)
        let known = luma.account.reachability
        if known.last == .reachable, let at = known.lastAt {
            age = min(age, max(0, clock.wallClock.seconds(since: at)))
            most = interval
        }
        // A millisecond is what the wall clock tells.
        return most - age > 0.001 ? most - age : nil
    }
}
