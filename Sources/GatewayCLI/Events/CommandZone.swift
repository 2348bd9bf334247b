package import Core
import GatewayAPI
import Glibc
import IO

/// The time zone that times on the command line are in.
package struct CommandZone {
    package let name: String
    package let rules: TimeZoneRules
    /// Where the name is from, for a person who did not give it; nil for one who did.
    package let origin: String?

    /// - Parameter named: what was said; nil takes the machine's.
    package static func find(_ named: String?, _ environment: [String: String]) throws(CommandFailure) -> CommandZone {
        if let named { return try find(named, origin: nil, says: "--zone") }
        let (name, origin) = MachineZone.name(environment)
        return try find(name, origin: origin, says: origin)
    }

    /// The zone of this name.
    /// - Parameter place: what names it, for the error.
    /// - Throws: when this machine knows no such zone, with the nearest name.
    package static func find(_ name: String, origin: String?, says place: String) throws(CommandFailure) -> CommandZone
    {
        let name = name.trimmingBlanks
        do throws(TimeZoneError) {
            return CommandZone(name: name, rules: try SystemTimeZones.database.rules(for: name), origin: origin)
        } catch {
            let hint = NearestName.hint(SystemTimeZones.database.suggestion(for: name))
            let advice = place == "--zone" ? [] : ["Set one with --zone."]
            throw CommandFailure(
                .usage, "\(place): expected an IANA time zone, such as Europe/Berlin\(hint)", advice)
        }
    }

    /// The sentence that says which zone was taken, when the person did not.
    package var note: String? { origin.map { "times are in \(name) (\($0))" } }

    // MARK: Reading

    /// Reads the value of an option.
    /// - Parameter isDayEnough: a day without a time stands for its beginning.
    package func instant(
        _ text: String, _ option: OptionRow, now: Timestamp, isDayEnough: Bool = false
    ) throws(CommandFailure) -> Timestamp {
        let local: LocalDateTime
        switch NaturalTime(text, now: now, localNow: rules.local(at: now)) {
        case .instant(let instant)?: return instant
        case .local(let found)?: local = found
        case .day(let day)? where isDayEnough: local = LocalDateTime(day: day, millisecond: 0)
        case .day?: throw CommandFailure(.usage, "\(option.name): add a time of day, such as \"\(text) 18:00\"")
        case nil: throw CommandFailure(.usage, "\(option.name): expected \(NaturalTime.expectation)")
        }
        switch rules.resolve(local) {
        case .unique(let instant): return instant
        case .gap(let before, let after):
            if isDayEnough { return after }
            throw CommandFailure(
                .usage, "\(option.name): the clocks of \(name) skip this time",
                ["Say \(self.text(after)) or \(self.text(before))."])
        case .overlap(let earlier, let later):
            if isDayEnough { return earlier }
            throw CommandFailure(
                .usage, "\(option.name): the clocks of \(name) show this time twice",
                ["Say \(self.text(earlier)) or \(self.text(later))."])
        }
    }

    /// RFC 3339 with the zone's offset.
    package func text(_ instant: Timestamp) -> String {
        instant.rfc3339(offsetMinutes: rules.offset(at: instant).secondsEast / 60)
    }

    // MARK: Showing

    /// `Thu 2026-12-31 18:00 EST`.
    package func shown(_ instant: Timestamp) -> String {
        ZonedText.moment(instant, rules)
    }

    /// `UTC-05:00`.
    package func offset(_ instant: Timestamp) -> String { "UTC" + text(instant).suffix(6) }
}
