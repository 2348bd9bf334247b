package import Core

/// How far an import has come, and how long the rest will take.
package struct ImportProgress: Sendable {
    /// What became of the rows.
    package struct Counts: Sendable, Equatable {
        /// Made by this run.
        package var created = 0
        /// Made by an earlier run.
        package var existing = 0
        package var failed = 0
        /// Nobody can tell whether the event was made.
        package var unknown = 0
        /// Not sent: not valid, or the same as an earlier row.
        package var skipped = 0

        package var done: Int { created + existing + failed + unknown + skipped }
    }

    /// What the gateway tells of Luma's budget: the item of the policy "luma".
    package struct Budget: Sendable, Equatable {
        /// Requests of one window, and its seconds.
        package let quota: Int
        package let window: Int
        package let remaining: Int
    }

    package let total: Int
    package let begun: MonotonicTime
    package var counts = Counts()
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
