public import Core

/// Keeps requests from a service that has failed so often in a row that the next one would only fail later.
///
/// | state | a request | a success | a failure |
/// |---|---|---|---|
/// | closed | goes | the count begins anew | one more; the last that is let opens it |
/// | open | is refused until its time is over | closes it | opens it for the whole time again |
/// | its time is over | the next one goes, and the others are refused as before | closes it | opens it again |
///
/// Pure: every instant comes in as a parameter.
public struct ServiceBreaker: Sendable {
    private let rule: Forwarder.Breaker
    private var failures = 0
    /// When the next request may go; nil while all may.
    private var endsAt: MonotonicTime?
    /// A request is under way that finds out.
    private var isProbed = false

    public init(_ rule: Forwarder.Breaker) { self.rule = rule }

    /// Whether a request is refused now.
    public func isOpen(now: MonotonicTime) -> Bool { endsAt.map { now < $0 } ?? false }

    /// Asks whether a request may go; one that may ends with one `note`.
    /// - Returns: nil when it may, else the seconds until the next one may.
    public mutating func admit(now: MonotonicTime) -> Double? {
        guard let end = endsAt else { return nil }
        if now < end { return end.seconds(since: now) }
        // This one finds out; for as long as that may take, no other does.
        endsAt = now.advanced(seconds: Double(rule.openSeconds))
        isProbed = true
        return nil
    }

    /// Notes what the end of a request has said of the service.
    public mutating func note(_ verdict: RetryRule.Verdict, now: MonotonicTime) {
        defer { isProbed = false }
        switch verdict {
        case .success: (failures, endsAt) = (0, nil)
        case .failure:
            failures += 1
            if rule.failures > 0, failures >= rule.failures {
                endsAt = now.advanced(seconds: Double(rule.openSeconds))
            }
        // Whoever was to find out did not: the next one may.
        case .unknown: if isProbed { endsAt = now }
        }
    }
}

/// Keeps the requests to a service below so many in any minute. Pure: every instant comes in as a parameter.
public struct RequestRate: Sendable {
    /// When a request may be sent.
    public enum Turn: Sendable, Equatable {
        /// It may be sent after so many seconds, and is counted.
        case go(afterSeconds: Double)
        /// It would have to wait longer than it may: this many seconds.
        case busy(seconds: Double)
    }

    static let span = 60.0

    private let limit: Int?
    /// When the last ones go, from the place of the oldest on once it is full.
    private var starts: [MonotonicTime] = []
    private var oldest = 0

    /// - Parameter max: in any minute; nil for as many as come.
    public init(max: Int?) { limit = max }

    /// Asks for a place.
    /// - Parameter longest: seconds that it may wait.
    public mutating func take(now: MonotonicTime, longest: Double) -> Turn {
        guard let limit else { return .go(afterSeconds: 0) }
        guard starts.count == limit else {
            starts.append(now)
            return .go(afterSeconds: 0)
        }
        let start = max(now, starts[oldest].advanced(seconds: Self.span))
        let seconds = start.seconds(since: now)
        guard seconds <= longest else { return .busy(seconds: seconds) }
        starts[oldest] = start
        oldest = (oldest + 1) % limit
        return .go(afterSeconds: seconds)
    }
}
