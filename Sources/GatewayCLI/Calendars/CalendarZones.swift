package import Core
package import Formats

/// Finds the IANA zone for the names of zones in a calendar file.
///
/// A name counts when it is IANA's, Windows' or a path that ends with IANA's. Where the file defines the zone as well
/// (VTIMEZONE), both must agree on the time in question; for a name that says nothing the definition alone counts, and a zone
/// whose clocks agree with it is shown. The zone of the machine is never asked for.
package struct CalendarZones {
    /// On whose clocks times are read.
    package struct Clock {
        /// The IANA name that the event gets.
        package let name: String
        package let rules: TimeZoneRules
        /// The rules are the file's, and may not be those of `name`: instants are sent instead of local times.
        package let isOwn: Bool
    }

    package let zones: TimeZoneDatabase
    package let settings: CalendarSettings
    private var definitions: [String: Result<TimeZoneRules, ReadProblem>] = [:]
    /// Zones to show that were found before, or of which none agrees.
    private var agreeing: [String: String?] = [:]
    /// What working out the file's zones and series may cost.
    package var budget = StepBudget(max: CalendarZones.maxSteps)
    /// Names that are known for none.
    private var unknownNames: [String: String?] = [:]

    /// Steps for all zones and series of a file, several times what 100 000 events need.
    package static let maxSteps = 50_000_000
    /// Names of zones that are looked for among those that are known.
    private static let maxSuggestions = 100
    /// Longer than every name and path of a zone.
    private static let longestName = 255
    /// Each once, by the name of the zone.
    private(set) var notes: [String: CalendarNote] = [:]

    package init(_ zones: TimeZoneDatabase, _ settings: CalendarSettings) {
        self.zones = zones
        self.settings = settings
    }

    /// What agrees with a definition for half of the world; of zones that agree the best known is shown.
    private static let best = [
        "Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Chicago", "America/Denver",
        "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
    ]

    /// The zone of this IANA name, as the command line or our own export says it.
    package mutating func clock(named name: String, line: Int) throws(ReadProblem) -> Clock {
        if let rules = try? zones.rules(for: name) { return Clock(name: name, rules: rules, isOwn: false) }
        throw unknown(name, line)
    }

    /// The clocks that a name means in a calendar.
    /// - Parameter local: the time in question.
    package mutating func clock(
        of name: String, in calendar: ICSCalendarHead, at local: LocalDateTime, line: Int
    ) throws(ReadProblem) -> Clock {
        let zone = calendar.zone(named: name)
        if let (known, rules) = byName(name) {
            guard let zone, zone.fault == nil, settings.trust != .names else {
                return Clock(name: known, rules: rules, isOwn: false)
            }
            let own = try self.rules(zone, of: calendar)
            let (offset, ownOffset) = (Self.offset(local, rules), Self.offset(local, own))
            if offset == ownOffset { return Clock(name: known, rules: rules, isOwn: false) }
            if settings.trust == .file { return Clock(name: known, rules: own, isOwn: true) }
            throw ReadProblem(
                line: line,
                "time zone \(CalendarFaults.quoted(name)) is \(Self.text(offset)) then by its name and \(Self.text(ownOffset)) "
                    + "as line \(zone.line) defines it; say which counts with --zone-rules names or --zone-rules file")
        }
        guard let zone else { throw unknown(name, line) }
        let own = try rules(zone, of: calendar)
        let shown = try shown(zone, own, calendar, local, line)
        if notes[name] == nil, notes.count < 100 {
            notes[name] = CalendarNote(
                line: line,
                text:
                    "time zone \(CalendarFaults.quoted(name)) is read as line \(zone.line) defines it, and shown as \(shown)"
                    + (settings.zone == nil ? ", whose clocks agree; --zone chooses another" : ""))
        }
        return Clock(name: shown, rules: own, isOwn: true)
    }

    private mutating func rules(_ zone: ICSZone, of calendar: ICSCalendarHead) throws(ReadProblem) -> TimeZoneRules {
        let key = "\(calendar.line) \(zone.name)"
        if let known = definitions[key] { return try known.get() }
        do throws(ReadProblem) {
            let rules = try zone.rules(&budget)
            definitions[key] = .success(rules)
            return rules
        } catch {
            definitions[key] = .failure(error)
            throw error
        }
    }

    /// The IANA zone that a name is by itself.
    private func byName(_ name: String) -> (String, TimeZoneRules)? {
        guard name.utf8.count <= Self.longestName else { return nil }
        if name == "tzone://Microsoft/Utc" { return (try? zones.rules(for: "UTC")).map { ("UTC", $0) } }
        var rest = name[...]
        while true {
            if let rules = try? zones.rules(for: String(rest)) { return (String(rest), rules) }
            guard name.hasPrefix("/"), let slash = rest.firstIndex(of: "/") else { break }
            rest = rest[rest.index(after: slash)...]
        }
        guard let known = WindowsZones.name(of: name), let rules = try? zones.rules(for: known) else { return nil }
        return (known, rules)
    }

    /// The IANA zone to show for a definition: one whose clocks agree with it, but for the hours about a change, which programs
    /// write down with other hours. When the event is does not depend on it.
    private mutating func shown(
        _ zone: ICSZone, _ own: TimeZoneRules, _ calendar: ICSCalendarHead, _ local: LocalDateTime, _ line: Int
    ) throws(ReadProblem) -> String {
        if let chosen = settings.zone { return chosen }
        let year = local.date.components.year
        let key = "\(calendar.line) \(year) \(zone.name)"
        if let known = agreeing[key] {
            guard let known else { throw noneAgrees(zone, line) }
            return known
        }
        let hints = [zone.location, Self.withoutNumber(zone.name).flatMap(WindowsZones.name), calendar.zone]
        for candidate in hints.compactMap(\.self) + Self.best + WindowsZones.all.map(\.iana) {
            guard let rules = try? zones.rules(for: candidate) else { continue }
            if Self.agree(rules, own, about: year) {
                agreeing[key] = candidate
                return candidate
            }
        }
        agreeing[key] = .some(nil)
        throw noneAgrees(zone, line)
    }

    private func noneAgrees(_ zone: ICSZone, _ line: Int) -> ReadProblem {
        ReadProblem(
            line: line,
            "time zone \(CalendarFaults.quoted(zone.name)) is the file's own, and no IANA time zone agrees with it; say which one "
                + "its events show with --zone")
    }

    /// Compares each Wednesday of three years: clocks are changed at the weekend nearly everywhere.
    private static func agree(_ a: TimeZoneRules, _ b: TimeZoneRules, about year: Int) -> Bool {
        guard let start = CivilDate(year: year - 1, month: 1, day: 1) else { return false }
        let wednesday = start.days + (3 - start.weekday + 7) % 7
        return stride(from: wednesday, to: wednesday + 3 * 365, by: 7).allSatisfy { day in
            let noon = Timestamp(milliseconds: Int64(day) * 86_400_000 + 43_200_000)
            return a.offset(at: noon).secondsEast == b.offset(at: noon).secondsEast
        }
    }

    /// Exchange writes a number behind a name that it has used before.
    private static func withoutNumber(_ name: String) -> String? {
        guard let space = name.lastIndex(of: " "), Int(name[name.index(after: space)...]) != nil else { return nil }
        return String(name[..<space])
    }

    private mutating func unknown(_ name: String, _ line: Int) -> ReadProblem {
        if unknownNames[name] == nil, unknownNames.count < Self.maxSuggestions {
            unknownNames[name] = .some(zones.suggestion(for: name))
        }
        let hint = NearestName.hint(unknownNames[name] ?? nil)
        return ReadProblem(
            line: line,
            "time zone \(CalendarFaults.quoted(name)) is neither an IANA time zone, such as Europe/Berlin, nor one of Windows', and "
                + "the file does not define it\(hint)")
    }

    private static func offset(_ local: LocalDateTime, _ rules: TimeZoneRules) -> Int {
        rules.offset(at: rules.first(local)).secondsEast
    }

    private static func text(_ seconds: Int) -> String {
        let (hours, minutes) = (abs(seconds) / 3600, abs(seconds) / 60 % 60)
        let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "UTC\(seconds < 0 ? "-" : "+")\(pad(hours)):\(pad(minutes))"
    }
}

extension TimeZoneRules {
    /// The instant that a local time means in a calendar: the first of two, and a time that clocks jump over by the offset
    /// before the jump (RFC 5545 §3.3.5).
    package func first(_ local: LocalDateTime) -> Timestamp {
        switch resolve(local) {
        case .unique(let instant), .gap(let instant, _), .overlap(let instant, _): instant
        }
    }
}
