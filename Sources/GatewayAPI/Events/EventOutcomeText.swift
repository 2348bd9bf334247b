package import Core

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
