import Core

/// What is left to others of a window that Luma has opened: `Fairness.leaves` at its begin, less and less as its time goes by,
/// nothing at its end.
///
/// A window of 200, in the middle of its minute, for a script that would take it all:
///
/// | who else asks | has had | the script leaves |
/// |---|---|---|
/// | nobody | – | 10, once it has had 100 |
/// | one caller | 12 | 44, once it has had 100 |
/// | three callers | 12 each | 57, once it has had 50 |
extension Budget {
    /// Requests that this sender would leave at the window's begin. A gateway's only caller shares with nobody.
    private func share(of sender: Sender) -> Int {
        guard sender.caller != .none, isConfirmed, let learned else { return 0 }
        return fairness.leaves(sender, limit: learned.limit, period: period)
    }

    /// When nothing has to be left any more: some seconds before the reset as we know it, which is on the late side.
    private func end(of window: LearnedWindow) -> MonotonicTime { window.resetAt.advanced(seconds: -2) }

    /// Requests that this sender leaves to others now.
    func leftToOthers(by sender: Sender, _ now: MonotonicTime) -> Int {
        let share = share(of: sender)
        guard share > 0, let learned else { return 0 }
        let time = end(of: learned).seconds(since: now) / settings.learnedWindow
        return Int(Double(share) * min(max(time, 0), 1))
    }

    /// When so little must be left to others that one of `left` requests is this sender's; now, when that is not what
    /// it waits for.
    func returnFromOthers(to sender: Sender, _ left: Int, _ now: MonotonicTime) -> MonotonicTime {
        guard left > 0, leftToOthers(by: sender, now) >= left, let learned else { return now }
        let time = Double(left) / Double(share(of: sender)) * settings.learnedWindow
        return end(of: learned).advanced(seconds: 0.001 - time)
    }
}
