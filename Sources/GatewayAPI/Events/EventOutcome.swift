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
    /// Its time zone; nil when nobody knows it.
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

/// When an event will be, as data for programs and as clocks show it.
package struct EventOutcomeText {
    package let outcome: EventOutcome
    private let rules: TimeZoneRules?

    package init(_ outcome: EventOutcome, _ zones: TimeZoneDatabase) {
        self.outcome = outcome
        rules = outcome.zone.flatMap { try? zones.rules(for: $0) }
    }

    /// `start_at`, `end_at` and `timezone` as an answer of Luma's has them, `starts` and `ends` as clocks there show them.
    package var json: JSONObject {
        [
            "start_at": text(outcome.start?.rfc3339), "end_at": text(outcome.end?.rfc3339),
            "timezone": text(outcome.zone),
            "duration_interval": text(outcome.length.flatMap { ISODuration(seconds: Int($0 / 1000)) }?.text),
            "starts": text(outcome.start.flatMap(clock)), "ends": text(outcome.end.flatMap(clock)),
        ]
    }

    private func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// `Tue 2026-12-08 19:00 CET`; nil without a zone.
    package func clock(_ instant: Timestamp) -> String? { rules.map { ZonedText.moment(instant, $0) } }
}

/// An instant as a person reads it.
package enum ZonedText {
    /// `Thu 2026-12-31 18:00 EST`.
    package static func moment(_ instant: Timestamp, _ rules: TimeZoneRules) -> String {
        let local = rules.local(at: instant)
        let day = NaturalTime.weekdays[local.date.weekday].prefix(3)
        let text = local.text
        let clock = text.dropFirst(11).prefix(5)
        let zone = zone(rules.offset(at: instant).abbreviation)
        return "\(day.prefix(1).uppercased())\(day.dropFirst()) \(text.prefix(10)) \(clock) \(zone)"
    }

    /// Zones without letters of their own call themselves by digits: `+03`, `+0545`.
    private static func zone(_ abbreviation: String) -> String {
        abbreviation.first == "+" || abbreviation.first == "-" ? "UTC" + abbreviation : abbreviation
    }
}

/// An event as Luma has it now: what a change is read against.
public struct KnownEvent: Sendable, Equatable {
    /// All that Luma tells of it.
    public let members: JSONObject
    /// Nil when Luma does not tell.
    public let start: Timestamp?
    /// Nil when Luma does not tell.
    public let end: Timestamp?
    /// An IANA name; nil when Luma does not tell.
    public let zone: String?

    /// Nil for what is no event.
    public init?(_ event: JSON) {
        guard let members = event.objectValue else { return nil }
        self.members = members
        start = members["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        end = members["end_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        zone = members["timezone"]?.stringValue
    }

    /// Whether the event has this value already; what it does not have is null.
    package func has(_ name: String, _ value: JSON) -> Bool { (members[name] ?? .null) == value }

    /// Its length in milliseconds; nil when it is not known.
    package var length: Int64? {
        guard let start, let end, end > start else { return nil }
        return end.milliseconds - start.milliseconds
    }
}
