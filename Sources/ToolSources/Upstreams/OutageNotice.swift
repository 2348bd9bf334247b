public import Core

/// When the log is told that an upstream does not answer: as an outage begins, and at times while it lasts, whatever the causes
/// of the single attempts are.
public struct OutageNotice: Sendable {
    static let pause = 300.0

    private var last: MonotonicTime?

    /// There is no outage.
    public init() {}

    /// An attempt has failed.
    /// - Returns: whether to tell of it.
    public mutating func failed(now: MonotonicTime) -> Bool {
        if let last, now.seconds(since: last) < Self.pause { return false }
        last = now
        return true
    }

    /// It answers, so that the next failure begins another outage.
    public mutating func ended() { last = nil }
}
