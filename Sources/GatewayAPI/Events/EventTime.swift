package import Core

/// Reads the time of an event: with an offset it is an instant by itself, without one a zone must make it so.
package enum EventTime {
    /// What is known of the event's zone.
    package enum Zone {
        case rules(String, TimeZoneRules)
        /// The client names one that cannot be used, which is a problem of its own.
        case refused
        /// The event has this one, which this system does not know.
        case unusable(String)
        /// Nobody has named it.
        case missing
    }

    package enum Reading: Equatable {
        case instant(Timestamp)
        case needsZone
        /// It hangs on a zone that is wrong: there is nothing to say but that.
        case dependent
        /// With the times that may be meant, if there are such.
        case invalid(FieldFault, candidates: [String] = [])
    }

    package static let expectation =
        "a date and time such as 2027-05-01T18:00:00Z or 2027-05-01T18:00+02:00, or without an offset in the event's "
        + "timezone, such as 2027-05-01T18:00"

    /// A blank between date and time is taken for the `T`.
    package static func read(_ text: String, _ zone: Zone) -> Reading {
        let text = LocalDateTime.withT(text.trimmingBlanks)
        if let instant = Timestamp(rfc3339: text) { return .instant(instant) }
        guard let local = LocalDateTime(text) else { return .invalid(.noTime(TimeFault(in: text))) }
        switch zone {
        case .missing: return .needsZone
        case .refused: return .dependent
        case .unusable(let name): return .invalid(.zoneUnusable(zone: name))
        case .rules(let name, let rules):
            switch rules.resolve(local) {
            case .unique(let instant): return instant.isWritable ? .instant(instant) : .invalid(.noTime(.year))
            case .gap(let before, let after):
                return .invalid(.skippedTime(zone: name), candidates: [after, before].map { shown($0, rules) })
            case .overlap(let earlier, let later):
                return .invalid(.doubledTime(zone: name), candidates: [earlier, later].map { shown($0, rules) })
            }
        }
    }

    /// As a clock in the zone shows it, with the offset.
    package static func shown(_ instant: Timestamp, _ rules: TimeZoneRules) -> String {
        instant.rfc3339(offsetMinutes: rules.offset(at: instant).secondsEast / 60)
    }
}
