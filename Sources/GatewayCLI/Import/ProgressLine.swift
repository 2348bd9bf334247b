package import Core

/// The line that shows how far an import has come: plain ASCII, never wider than the terminal.
package enum ProgressLine {
    private static let narrowest = 20
    private static let widestBar = 30

    /// - Parameter width: columns of the terminal; nil for a line that is not redrawn, which then has no bar.
    package static func text(_ progress: ImportProgress, now: MonotonicTime, width: Int?) -> String {
        let done = progress.counts.done
        let percent = progress.total == 0 ? 100 : done * 100 / progress.total
        var parts = ["\(done)/\(progress.total)", "\(percent)%"]
        if let rate = progress.recentRate(now) { parts.append("\(decimal(rate))/s") }
        if let until = progress.pausedUntil, until > now {
            parts.append("waiting for Luma's budget \(clock(until.seconds(since: now)))")
        } else if progress.budgetWait >= 1 {
            parts.append("waited for Luma's budget \(clock(progress.budgetWait))")
        }
        if progress.left > 0, let left = progress.timeLeft(now) { parts.append("\(clock(left)) left") }
        guard let width else { return parts.joined(separator: ", ") }
        // What is least needed goes first when there is no room.
        var line = parts.joined(separator: "  ")
        while line.utf8.count > max(width, 1) - 1, parts.count > 1 {
            parts.removeLast()
            line = parts.joined(separator: "  ")
        }
        let room = min(width - 1 - line.utf8.count - 4, widestBar)
        guard width >= narrowest, room >= 5 else { return String(line.prefix(max(width, 1) - 1)) }
        let filled = progress.total == 0 ? room : room * done / progress.total
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled) + "]  " + line
    }

    /// One digit after the point for what is small.
    private static func decimal(_ value: Double) -> String {
        let tenths = Int(min(max(value, 0), 1e6) * 10)
        return value < 10 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    }

    /// `0:42`, `12:05`, `3:00:00`.
    package static func clock(_ seconds: Double) -> String {
        let all = Int(min(max(seconds, 0), 8_640_000).rounded(.up))
        let (minutes, rest) = (all / 60 % 60, all % 60)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return all < 3600 ? "\(minutes):\(two(rest))" : "\(all / 3600):\(two(minutes)):\(two(rest))"
    }
}
