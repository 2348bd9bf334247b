public import Core

/// A time zone as a calendar file defines it: VTIMEZONE (RFC 5545 §3.6.5).
public struct ICSZone: Sendable, Equatable {
    /// STANDARD or DAYLIGHT: an offset, and when clocks are set to it.
    struct Observance: Sendable, Equatable {
        let properties: [ICSProperty]

        subscript(name: String) -> ICSProperty? { properties.first { $0.name == name } }
    }

    /// TZID.
    public let name: String
    /// The line of its BEGIN.
    public let line: Int
    /// The IANA name that libraries note (X-LIC-LOCATION); only a hint.
    public let location: String?
    let observances: [Observance]
    /// Why the definition cannot be used.
    public let fault: ReadProblem?

    /// More than the whole history of any zone.
    static let maxObservances = 512
    private static let maxChanges = 8192
    /// Rules without an end are followed through these years.
    private static let years = 1900...2200
    /// RFC 9636 §3.2 gives this as the farthest sensible offset, in seconds.
    private static let farthestOffset = 93_599

    /// The rules that the definition gives.
    /// - Throws: what cannot be read of it, with its line.
    public func rules() throws(ReadProblem) -> TimeZoneRules {
        var budget = StepBudget()
        return try rules(&budget)
    }

    /// The same for one of several definitions that share what their file may cost.
    public func rules(_ budget: inout StepBudget) throws(ReadProblem) -> TimeZoneRules {
        if let fault { throw fault }
        guard !observances.isEmpty else {
            throw ReadProblem(line: line, "time zone \"\(name)\" has neither STANDARD nor DAYLIGHT")
        }
        var changes: [(start: Timestamp, secondsEast: Int)] = []
        var first: (start: Timestamp, offset: Int)?
        for observance in observances {
            let before = try offset(observance, "TZOFFSETFROM")
            let after = try offset(observance, "TZOFFSETTO")
            for onset in try onsets(observance, &budget) {
                let instant = onset.timestamp(secondsEast: before)
                changes.append((instant, after))
                if first.map({ instant < $0.start }) ?? true { first = (instant, before) }
            }
            guard changes.count <= Self.maxChanges else {
                throw ReadProblem(line: line, "time zone \"\(name)\" has more than \(Self.maxChanges) changes")
            }
        }
        return TimeZoneRules(first: first?.offset ?? 0, changes: changes)
    }

    /// When clocks are set to the observance, as they show it just before.
    private func onsets(
        _ observance: Observance, _ budget: inout StepBudget
    ) throws(ReadProblem) -> [LocalDateTime] {
        guard let property = observance["DTSTART"], let time = ICSTime(property) else {
            throw ReadProblem(
                line: observance["DTSTART"]?.line ?? line, "DTSTART of time zone \"\(name)\" is not a date and time")
        }
        var onsets = [time.local]
        for property in observance.properties where property.name == "RDATE" {
            guard let times = ICSTime.list(property) else {
                throw ReadProblem(line: property.line, "RDATE of time zone \"\(name)\" is not a list of dates")
            }
            guard budget.take(times.count) else { throw tooMuch }
            onsets += times.map(\.local)
        }
        for property in observance.properties where property.name == "RRULE" {
            let rule: ICSRecurrence
            do throws(ICSRecurrence.Failure) {
                rule = try ICSRecurrence(property.value)
            } catch {
                throw ReadProblem(line: property.line, "RRULE of time zone \"\(name)\" cannot be read")
            }
            guard rule.frequency == .yearly else {
                throw ReadProblem(line: property.line, "RRULE of time zone \"\(name)\" is not FREQ=YEARLY")
            }
            let last = try end(rule, observance)
            let start = Self.nearStart(time.local, rule)
            onsets += rule.dates(from: start, until: last, max: Self.maxChanges, &budget).dates
            if budget.isSpent { throw tooMuch }
        }
        return onsets
    }

    private var tooMuch: ReadProblem {
        ReadProblem(line: line, "time zone \"\(name)\" takes too many steps to work out")
    }

    /// The last moment for a rule's dates, on its own clocks.
    private func end(_ rule: ICSRecurrence, _ observance: Observance) throws(ReadProblem) -> LocalDateTime? {
        let last = LocalDateTime(year: Self.years.upperBound, month: 12, day: 31)
        guard case .until(let until) = rule.bound else { return last }
        guard until.kind == .utc else { return min(until.local, last ?? until.local) }
        let seconds = Int64(try offset(observance, "TZOFFSETFROM"))
        let local = LocalDateTime(milliseconds: until.local.milliseconds + seconds * 1000)
        return min(local, last ?? local)
    }

    /// Rules of Windows begin in 1601; the years before those that matter are left out where nothing is counted.
    private static func nearStart(_ start: LocalDateTime, _ rule: ICSRecurrence) -> LocalDateTime {
        let (year, month, day) = start.date.components
        guard year < years.lowerBound, rule.frequency == .yearly, rule.interval == 1, rule.bound == .none,
            let moved = CivilDate(year: years.lowerBound, month: month, day: min(day, 28))
        else { return start }
        let time = start.milliseconds - Int64(start.date.days) * 86_400_000
        return LocalDateTime(milliseconds: Int64(moved.days) * 86_400_000 + time)
    }

    /// `+0530`, `-0800`, `+013015` (§3.3.14), in seconds.
    private func offset(_ observance: Observance, _ property: String) throws(ReadProblem) -> Int {
        let found = observance[property]
        let bytes = Array((found?.value ?? "").utf8)
        let digits = bytes.dropFirst().map { Int($0) - 0x30 }
        if bytes.count == 5 || bytes.count == 7, digits.allSatisfy({ (0...9).contains($0) }),
            bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-")
        {
            let parts = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
            let seconds = parts[0] * 3600 + parts[1] * 60 + (parts.count > 2 ? parts[2] : 0)
            if parts[1] < 60, seconds <= Self.farthestOffset {
                return bytes[0] == UInt8(ascii: "-") ? -seconds : seconds
            }
        }
        throw ReadProblem(
            line: found?.line ?? line, "\(property) of time zone \"\(name)\" is not an offset from UTC, such as +0100")
    }
}

/// Gathers one VTIMEZONE. One that has no name is none; who names one that is broken hears why.
struct ICSZoneBuilder: Sendable {
    private static let maxProperties = 64

    private let line: Int
    private var name: String?
    private var location: String?
    private var observances: [ICSZone.Observance] = []
    /// Those of the observance that is open.
    private var properties: [ICSProperty]?
    private var fault: ReadProblem?

    init(line: Int = 0) { self.line = line }

    /// Notes why the zone cannot be used; what was first counts.
    mutating func fail(_ line: Int, _ text: String) { fault = fault ?? ReadProblem(line: line, text) }

    /// A component within the zone begins.
    mutating func begin(_ component: String, depth: Int, line: Int) {
        guard depth == 3, component == "STANDARD" || component == "DAYLIGHT" else { return }
        guard observances.count < ICSZone.maxObservances else {
            return fail(line, "a time zone has more than \(ICSZone.maxObservances) STANDARD and DAYLIGHT")
        }
        properties = []
    }

    /// What is open within the zone ends.
    mutating func end() {
        if let properties { observances.append(ICSZone.Observance(properties: properties)) }
        properties = nil
    }

    mutating func take(_ property: ICSProperty, depth: Int) {
        if depth == 3, let count = properties?.count {
            guard count < Self.maxProperties else {
                return fail(property.line, "a part of a time zone has more than \(Self.maxProperties) properties")
            }
            properties?.append(property)
        } else if depth == 2 {
            if property.name == "TZID" { name = name ?? property.text }
            if property.name == "X-LIC-LOCATION" { location = location ?? property.text }
        }
    }

    /// The zone; nil when it has no name.
    var zone: ICSZone? {
        name.map {
            ICSZone(
                name: $0, line: line, location: location, observances: fault == nil ? observances : [], fault: fault)
        }
    }
}
