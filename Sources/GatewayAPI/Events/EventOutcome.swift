public import Core

/// When an event will be, once what a client sends has been done: the one place where start, end, zone and length are
/// worked out. What is sent to Luma, every preview and every warning are made of it.
///
/// | Named | Start | End | Zone |
/// |---|---|---|---|
/// | start | as named | as far from the start as before; of a new event, after the template's length | as before |
/// | end | as before | as named | as before |
/// | start and end | as named | as named | as before |
/// | zone alone | the same instant, on another clock | the same instant | as named |
///
/// The console draws the same in JavaScript: both are held to `Tests/Cases/event-outcomes.json`.
public struct EventOutcome: Sendable, Equatable {
    /// Nil when nobody knows it.
    public var start: Timestamp?
    /// Nil when Luma chooses it, or when nobody knows it.
    public var end: Timestamp?
    public var zone: String?

    /// - Parameters:
    ///   - start: as the client names it, and so on.
    ///   - known: the event that is changed; nil for a new one, or while nothing hangs on it.
    ///   - defaultLength: milliseconds that a new event lasts without an end; nil when Luma chooses.
    public init(
        start: Timestamp?, end: Timestamp?, zone: String?, known: KnownEvent? = nil, defaultLength: Int64? = nil
    ) {
        self.start = start ?? known?.start
        self.zone = zone ?? known?.zone
        if let end {
            self.end = end
        } else if let start {
            self.end = (known.map(\.length) ?? defaultLength).map { start.advanced(milliseconds: $0) }
        } else {
            self.end = known?.end
        }
    }

    /// Milliseconds from start to end; nil when one is not known, or when the end is not after the start.
    public var length: Int64? {
        guard let start, let end, end > start else { return nil }
        return end.milliseconds - start.milliseconds
    }

    /// `2 d 3 h`, `1 h 30 min`; nil for what is shorter than a minute.
    public static func text(ofLength milliseconds: Int64) -> String? {
        let minutes = milliseconds / 60_000
        let parts = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "min")].filter { $0.0 > 0 }
        return parts.isEmpty ? nil : parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
