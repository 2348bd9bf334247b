import Core
import GatewayAPI
import Glibc
import IO

/// The time zone that times on the command line are in.
struct CommandZone {
    let name: String
    let rules: TimeZoneRules
    /// Where the name is from, for a person who did not give it; nil for one who did.
    let origin: String?

    /// - Parameter named: what was said; nil takes the machine's.
    static func find(_ named: String?, _ environment: [String: String]) throws(CommandFailure) -> CommandZone {
        if let named { return try find(named, origin: nil, says: "--zone") }
        let (name, origin) = systemName(environment)
        return try find(name, origin: origin, says: origin)
    }

    static func find(_ name: String, origin: String?, says place: String) throws(CommandFailure) -> CommandZone {
        let name = name.trimmingBlanks
        do throws(TimeZoneError) {
            return CommandZone(name: name, rules: try SystemTimeZones.database.rules(for: name), origin: origin)
        } catch {
            let hint = SystemTimeZones.database.suggestion(for: name).map { "; did you mean \($0)?" } ?? ""
            let advice = place == "--zone" ? [] : ["Say which one with --zone."]
            throw CommandFailure(
                .usage, "\(place): expected an IANA time zone, such as Europe/Berlin\(hint)", advice)
        }
    }

    /// The zone of this machine: TZ (POSIX, XBD 8.3), or what /etc/localtime points to; UTC when nothing is set.
    static func systemName(_ environment: [String: String], link: String? = localtimeLink()) -> (String, origin: String)
    {
        if var given = environment["TZ"], !given.isEmpty {
            if given.hasPrefix(":") { given.removeFirst() }
            return (zoneName(inPath: given) ?? given, "TZ")
        }
        if let name = link.flatMap(zoneName) { return (name, "/etc/localtime") }
        return ("UTC", "no zone is set on this machine")
    }

    /// `Europe/Berlin` of `../usr/share/zoneinfo/Europe/Berlin`.
    private static func zoneName(inPath path: String) -> String? {
        guard let range = path.firstRange(of: "zoneinfo/") else { return nil }
        return String(path[range.upperBound...])
    }

    static func localtimeLink() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/etc/localtime", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The sentence that says which zone was taken, when the person did not.
    var note: String? { origin.map { "times are in \(name) (\($0))" } }

    // MARK: Reading

    /// Reads the value of an option.
    /// - Parameter isDayEnough: a day without a time stands for its beginning.
    func instant(
        _ text: String, _ option: OptionRow, now: Timestamp, isDayEnough: Bool = false
    ) throws(CommandFailure) -> Timestamp {
        let local: LocalDateTime
        switch NaturalTime(text, now: now, localNow: rules.local(at: now)) {
        case .instant(let instant)?: return instant
        case .local(let found)?: local = found
        case .day(let day)? where isDayEnough: local = LocalDateTime(day: day, millisecond: 0)
        case .day?: throw CommandFailure(.usage, "\(option.name): say at what time, such as \"\(text) 18:00\"")
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
    func text(_ instant: Timestamp) -> String {
        instant.rfc3339(offsetMinutes: rules.offset(at: instant).secondsEast / 60)
    }

    // MARK: Showing

    /// `Thu 2026-12-31 18:00 EST`.
    func shown(_ instant: Timestamp) -> String {
        ZonedText.moment(instant, rules)
    }

    /// `UTC-05:00`.
    func offset(_ instant: Timestamp) -> String { "UTC" + text(instant).suffix(6) }
}
