package import Core
package import Formats

/// The dates of an event that repeats (RFC 5545 §3.8.5).
package struct CalendarSeries {
    /// Events that one series may become.
    package static let maxDates = 500

    /// Properties that make many events of one.
    private static let repeating = ["RRULE", "RDATE", "EXRULE"]

    /// What its rules give, those that are taken out too.
    package let all: Set<LocalDateTime>
    /// The first of them on each day, by the number of the day.
    package let firstOfDay: [Int: LocalDateTime]
    /// Without those that the series itself takes out (EXDATE).
    private let kept: Set<LocalDateTime>
    private let times: CalendarTimes
    private let name: String
    private let line: Int

    /// The property by which an event repeats; nil when it does not repeat.
    package static func property(_ event: ICSReader.Event) -> ICSProperty? {
        repeating.lazy.compactMap { event[$0] }.first
    }

    package init(
        _ event: ICSReader.Event, _ times: CalendarTimes, _ calendar: ICSCalendarHead, _ zones: inout CalendarZones
    ) throws(ReadProblem) {
        let name = CalendarFaults.shown(event)
        if let property = event["EXRULE"] {
            throw ReadProblem(
                line: property.line, "\(name) has an EXRULE, which is not supported; write EXDATE instead")
        }
        var dates: Set<LocalDateTime> = [times.start.local]
        for property in event.properties where property.name == "RRULE" {
            dates.formUnion(try Self.dates(property, name, times, calendar, &zones))
        }
        for time in try Self.listed("RDATE", event, &zones) { dates.insert(try times.local(time, calendar, &zones)) }
        all = dates
        firstOfDay = Dictionary(dates.map { ($0.date.days, $0) }, uniquingKeysWith: min)
        var days: Set<Int> = []
        for time in try Self.listed("EXDATE", event, &zones) {
            // A day takes out whatever begins on it.
            if time.kind == .date, times.start.kind != .date {
                days.insert(time.local.date.days)
            } else {
                dates.remove(try times.date(time, calendar, &zones))
            }
        }
        kept = days.isEmpty ? dates : dates.filter { !days.contains($0.date.days) }
        (self.times, self.name, line) = (times, name, event.line)
    }

    /// The dates that become events, in order.
    /// - Parameter marks: those that other entries stand for.
    package func dates(without marks: Set<String>) throws(ReadProblem) -> [LocalDateTime] {
        let dates = marks.isEmpty ? kept : kept.filter { !marks.contains(times.name(of: $0).mark) }
        guard dates.count <= Self.maxDates else { throw Self.tooMany(line, name) }
        return dates.sorted()
    }

    /// The dates of all properties of this name.
    private static func listed(
        _ name: String, _ event: ICSReader.Event, _ zones: inout CalendarZones
    ) throws(ReadProblem) -> [ICSTime] {
        var times: [ICSTime] = []
        for property in event.properties where property.name == name { times += ICSTime.list(property) ?? [] }
        guard zones.budget.take(times.count) else { throw tooMuch(event.line, CalendarFaults.shown(event)) }
        return times
    }

    private static func tooMuch(_ line: Int, _ name: String) -> ReadProblem {
        ReadProblem(
            line: line,
            "\(name) is one series too many: the series and time zones of the file take more than \(CalendarZones.maxSteps) "
                + "steps to work out; split it")
    }

    private static func dates(
        _ property: ICSProperty, _ name: String, _ times: CalendarTimes, _ calendar: ICSCalendarHead,
        _ zones: inout CalendarZones
    ) throws(ReadProblem) -> [LocalDateTime] {
        let rule: ICSRecurrence
        do throws(ICSRecurrence.Failure) {
            rule = try ICSRecurrence(property.value)
        } catch {
            switch error {
            case .malformed: throw ReadProblem(line: property.line, "RRULE of \(name) cannot be read")
            case .unsupported(let part):
                throw ReadProblem(
                    line: property.line,
                    "\(name) repeats by \(part), which is not supported; give each date an event of its own")
            }
        }
        var last: LocalDateTime?
        if case .until(let until) = rule.bound {
            last = try times.local(until, calendar, &zones)
            // A day is meant with its evening.
            if until.kind == .date, times.start.kind != .date { last = last.map(endOfDay) }
        }
        if let day = zones.settings.expandUntil {
            let end = endOfDay(LocalDateTime(milliseconds: Int64(day.days) * 86_400_000))
            last = min(last ?? end, end)
        } else if rule.bound == .none {
            throw ReadProblem(
                line: property.line,
                "\(name) repeats without an end; say up to which day with --expand-until, such as --expand-until 2027-12-31"
            )
        }
        let start = times.start.local
        let (dates, isCut) = rule.dates(from: start, until: last, max: maxDates + 1, &zones.budget)
        if zones.budget.isSpent { throw tooMuch(property.line, name) }
        if isCut || dates.count > maxDates { throw tooMany(property.line, name) }
        return dates
    }

    private static func endOfDay(_ day: LocalDateTime) -> LocalDateTime {
        LocalDateTime(milliseconds: (Int64(day.date.days) + 1) * 86_400_000 - 1)
    }

    private static func tooMany(_ line: Int, _ name: String) -> ReadProblem {
        ReadProblem(
            line: line,
            "\(name) repeats more than \(maxDates) times; shorten it with --expand-until, or in its calendar")
    }
}
