import Core

/// Reads the time of an event: with an offset it is an instant by itself, without one a zone must make it so.
enum EventTime {
    /// What is known of the event's zone.
    enum Zone {
        case rules(String, TimeZoneRules)
        /// It was named, but cannot be used.
        case unknown
        /// Nobody has named it.
        case missing
    }

    enum Reading: Equatable {
        case instant(Timestamp)
        case needsZone
        /// With the times that may be meant, if there are such.
        case invalid(String, candidates: [String] = [])
    }

    static let expectation =
        "a date and time such as 2026-05-01T18:00:00Z or 2026-05-01T18:00+02:00, or without an offset in the event's timezone"

    static func read(_ text: String, _ zone: Zone) -> Reading {
        if let instant = Timestamp(rfc3339: text) { return .instant(instant) }
        guard let local = LocalDateTime(text) else { return .invalid("must be \(expectation)") }
        switch zone {
        case .missing: return .needsZone
        case .unknown:
            return .invalid("has no offset, and the event's timezone cannot be used; add an offset, such as Z")
        case .rules(let name, let rules):
            switch rules.resolve(local) {
            case .unique(let instant): return .instant(instant)
            case .gap(let before, let after):
                let candidates = [after, before].map { shown($0, rules) }
                return .invalid(
                    "does not exist in \(name), where the clocks skip it; the nearest are \(candidates[0]) and \(candidates[1])",
                    candidates: candidates)
            case .overlap(let earlier, let later):
                let candidates = [earlier, later].map { shown($0, rules) }
                return .invalid(
                    "exists twice in \(name), where the clocks are set back; say \(candidates[0]) or \(candidates[1])",
                    candidates: candidates)
            }
        }
    }

    /// As a clock in the zone shows it, with the offset.
    private static func shown(_ instant: Timestamp, _ rules: TimeZoneRules) -> String {
        instant.rfc3339(offsetMinutes: rules.offset(at: instant).secondsEast / 60)
    }
}
