package import Core
import Glibc
import IO

/// How far an import has come, and how long the rest will take.
package struct ImportProgress: Sendable {
    /// What became of the rows.
    package struct Counts: Sendable, Equatable {
        /// Made by this run.
        package var created = 0
        /// Made by an earlier run.
        package var existing = 0
        /// Refused, or not sent in the end.
        package var failed = 0
        /// Nobody can tell whether the event was made.
        package var unknown = 0
        /// Not sent: not valid, or the same as an earlier row.
        package var skipped = 0

        /// Rows whose outcome is known.
        package var done: Int { created + existing + failed + unknown + skipped }
    }

    /// What the gateway tells of Luma's budget: the item of the policy "luma".
    package struct Budget: Sendable, Equatable {
        /// Requests of one window, and its seconds.
        package let quota: Int
        /// Seconds of a window.
        package let window: Int
        /// Requests that are left in it.
        package let remaining: Int
    }

    /// Rows of the file.
    package let total: Int
    /// When this run began to send.
    package let begun: MonotonicTime
    package var counts = Counts()
    /// As the last answer told it; nil before.
    package var budget: Budget?
    /// Until when nothing is sent because the budget is spent.
    package var pausedUntil: MonotonicTime?
    /// Seconds that were spent in such pauses.
    private(set) var budgetWait = 0.0
    /// Rows that were done without being sent by this run, at its begin.
    private let before: Int
    /// How many rows were done, at times of the last seconds.
    private var samples: [(at: MonotonicTime, done: Int)] = []

    package init(total: Int, counts: Counts, begun: MonotonicTime) {
        self.total = total
        self.begun = begun
        self.counts = counts
        before = counts.done
    }

    /// Rows whose outcome is not known yet.
    package var left: Int { max(0, total - counts.done) }

    /// Rows a second, over all the time so far; nil before there is anything to tell.
    package func rate(_ now: MonotonicTime) -> Double? {
        let seconds = now.seconds(since: begun)
        let rows = counts.done - before
        return rows > 0 && seconds > 0.2 ? Double(rows) / seconds : nil
    }

    /// Seconds that the shown rate is of.
    private static let span = 10.0

    /// Notes how far it is, for `recentRate`. Samples are kept for a few seconds, and no closer than half a second.
    package mutating func sample(_ now: MonotonicTime) {
        if let last = samples.last, now.seconds(since: last.at) < 0.5 { return }
        samples.append((now, counts.done))
        while samples.count > 2, now.seconds(since: samples[1].at) >= Self.span { samples.removeFirst() }
    }

    /// Rows a second in the last seconds; nil before there is anything to tell, and while nothing may be sent.
    package func recentRate(_ now: MonotonicTime) -> Double? {
        if let until = pausedUntil, until > now { return nil }
        guard let first = samples.first, now.seconds(since: first.at) >= 1 else { return rate(now) }
        let rows = counts.done - first.done
        return rows > 0 ? Double(rows) / now.seconds(since: first.at) : nil
    }

    /// Nothing is sent until this time. Pauses that overlap are counted once.
    package mutating func pause(until end: MonotonicTime, now: MonotonicTime) {
        let start = max(now, pausedUntil ?? now)
        guard end > start else { return }
        budgetWait += end.seconds(since: start)
        pausedUntil = end
    }

    /// Seconds that the rest will take: by the rate so far, or by what the budget lets through if that is longer.
    package func timeLeft(_ now: MonotonicTime) -> Double? {
        guard let rate = rate(now) else { return nil }
        let byRate = Double(left) / rate
        guard let budget, budget.quota > 0, left > budget.remaining else { return byRate }
        let windows = Double(left - budget.remaining) / Double(budget.quota)
        return max(byRate, windows.rounded(.up) * Double(budget.window))
    }
}

extension ImportProgress.Budget {
    /// Reads `RateLimit-Policy: "luma";q=100;w=300` and `RateLimit: "luma";r=12;t=42`.
    package init?(policy: String?, status: String?) {
        guard let policy = Self.numbers(policy), let status = Self.numbers(status), let quota = policy["q"],
            let window = policy["w"], let remaining = status["r"]
        else { return nil }
        self.init(quota: quota, window: window, remaining: remaining)
    }

    private static func numbers(_ field: String?) -> [String: Int]? {
        guard let item = field?.split(separator: ",").first(where: { $0.contains("\"luma\"") }) else { return nil }
        var numbers: [String: Int] = [:]
        for part in item.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=").map { $0.filter { $0 != " " } }
            if sides.count == 2, let number = Int(sides[1]) { numbers[sides[0]] = number }
        }
        return numbers
    }
}

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

/// Where the progress is shown: redrawn in its place on a terminal, else as lines of their own.
///
/// It has no colours, so there is none to switch off. A terminal that takes nothing holds up the import, whose loop has nothing
/// else to do.
package struct ImportScreen: Sendable {
    package let isTerminal = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false

    /// Shows how far it is: over the last line on a terminal, as a line of its own elsewhere.
    package func show(_ progress: ImportProgress, now: MonotonicTime) {
        if isTerminal {
            put("\r" + ProgressLine.text(progress, now: now, width: Self.width) + "\u{1b}[K")
        } else if progress.counts.done > 0, progress.left > 0 {
            StandardError.write(ProgressLine.text(progress, now: now, width: nil))
        }
    }

    /// The last state stays on the screen.
    package func finish(_ progress: ImportProgress, now: MonotonicTime) {
        if isTerminal {
            show(progress, now: now)
            put("\n")
        }
    }

    /// Says that an interruption was seen and what happens now.
    package func interrupted() {
        if isTerminal { put("\r\u{1b}[K") }
        StandardError.write("Interrupted: finishing the rows in flight. Press Ctrl-C again to stop at once.")
    }

    private static var width: Int {
        TerminalSize.columns(of: STDERR_FILENO) ?? 80
    }

    private func put(_ text: String) {
        // Who cannot be shown the progress is told the end.
        try? WholeFile.write(Array(text.utf8), to: STDERR_FILENO)
    }
}
