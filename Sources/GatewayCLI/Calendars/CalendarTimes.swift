package import Core
package import Formats

/// When an event of a calendar file begins and ends.
package struct CalendarTimes {
    /// How its end follows from its start, for each date of a series the same (RFC 5545 §3.6.1, §3.8.5.3).
    private enum Length {
        /// So many milliseconds on the clocks of the zone.
        case local(Int64)
        /// So many milliseconds of time that passes.
        case exact(Int64)
        /// Days by the calendar, and then time that passes.
        case duration(ICSDuration)
        /// Nobody has said it.
        case missing
    }

    /// What an event without an end gets, in milliseconds.
    package static let usualLength: Int64 = 3_600_000

    package let start: ICSTime
    package let clock: CalendarZones.Clock
    private let length: Length
    /// The line of its calendar, whose zones its own time is in.
    private let calendar: Int
    private let name: String
    private let line: Int

    /// - Parameter property: its DTSTART, which can be read.
    package init(
        _ event: ICSReader.Event, _ property: ICSProperty, _ calendar: ICSCalendarHead, _ zones: inout CalendarZones
    ) throws(ReadProblem) {
        guard let start = ICSTime(property) else {
            throw ReadProblem(line: property.line, "DTSTART of \(CalendarFaults.shown(event)) is not a date and time")
        }
        self.start = start
        self.calendar = calendar.line
        line = property.line
        name = CalendarFaults.shown(event)
        clock = try Self.clock(of: start, property, event, calendar, &zones)
        if let property = event["DTEND"] {
            length = try Self.length(property, start, clock, event, calendar, &zones)
        } else if let property = event["DURATION"] {
            guard let duration = ICSDuration(property.value) else {
                throw ReadProblem(
                    line: property.line, "DURATION of \(name) is not a duration, such as PT1H30M")
            }
            length = duration.days == 0 && duration.seconds == 0 ? .missing : .duration(duration)
        } else {
            length = start.kind == .date ? .local(86_400_000) : .missing
        }
    }

    /// On whose clocks a start is.
    private static func clock(
        of start: ICSTime, _ property: ICSProperty, _ event: ICSReader.Event, _ calendar: ICSCalendarHead,
        _ zones: inout CalendarZones
    ) throws(ReadProblem) -> CalendarZones.Clock {
        let chosen = zones.settings.zone
        switch start.kind {
        case .zone(let name):
            return try zones.clock(of: name, in: calendar, at: start.local, line: property.line)
        case .utc:
            if let own = event["X-LUMA-TIMEZONE"] { return try zones.clock(named: own.text, line: own.line) }
            if let chosen { return try zones.clock(named: chosen, line: property.line) }
            // The instant is known; what is only shown is no reason to refuse it.
            if let name = calendar.zone,
                let clock = try? zones.clock(of: name, in: calendar, at: start.local, line: property.line)
            {
                return clock
            }
            return try zones.clock(named: "UTC", line: property.line)
        case .floating, .date:
            if let chosen { return try zones.clock(named: chosen, line: property.line) }
            if let name = calendar.zone {
                return try zones.clock(of: name, in: calendar, at: start.local, line: property.line)
            }
            let what = start.kind == .date ? "a whole day" : "a time without a zone"
            throw ReadProblem(
                line: property.line,
                "DTSTART of \(CalendarFaults.shown(event)) is \(what): set its time zone with --zone")
        }
    }

    private static func length(
        _ property: ICSProperty, _ start: ICSTime, _ clock: CalendarZones.Clock, _ event: ICSReader.Event,
        _ calendar: ICSCalendarHead, _ zones: inout CalendarZones
    ) throws(ReadProblem) -> Length {
        guard let end = ICSTime(property), (end.kind == .date) == (start.kind == .date) else {
            throw ReadProblem(
                line: property.line,
                "DTEND of \(CalendarFaults.shown(event)) is not a \(start.kind == .date ? "date" : "date and time")")
        }
        let local = end.local.milliseconds - start.local.milliseconds
        // A day that ends with itself is that day; many programs write it so.
        if start.kind == .date { return .local(local == 0 ? 86_400_000 : local) }
        if end.kind == start.kind { return local == 0 ? .missing : .local(local) }
        let instant: Timestamp
        switch end.kind {
        case .utc: instant = end.local.timestamp(secondsEast: 0)
        case .zone(let name):
            instant = try zones.clock(of: name, in: calendar, at: end.local, line: property.line).rules.first(end.local)
        case .floating, .date: instant = clock.rules.first(end.local)
        }
        let begin = start.kind == .utc ? start.local.timestamp(secondsEast: 0) : clock.rules.first(start.local)
        return .exact(instant.milliseconds - begin.milliseconds)
    }

    /// The fields of one date of it, and what was used where nothing is written.
    ///
    /// - Parameters:
    ///   - local: its start, as `start` counts.
    ///   - hasTemplate: the length of what has none comes from elsewhere.
    package func fields(at local: LocalDateTime, hasTemplate: Bool) -> (fields: JSONObject, note: CalendarNote?) {
        var object: JSONObject = ["start_at": .string(text(local)), "timezone": .string(clock.name)]
        var note: CalendarNote?
        if start.kind != .utc, case .gap = clock.rules.resolve(local) {
            note = CalendarNote(
                line: line,
                text: "\(name) begins when the clocks of \(clock.name) jump over its time; it is \(text(local))")
        }
        switch length {
        case .local(let milliseconds):
            object["end_at"] = .string(text(LocalDateTime(milliseconds: local.milliseconds + milliseconds)))
        case .exact(let milliseconds):
            object["end_at"] = .string(instant(local).advanced(milliseconds: milliseconds).rfc3339)
        case .duration(let duration):
            let day = LocalDateTime(milliseconds: local.milliseconds + Int64(duration.days) * 86_400_000)
            object["end_at"] = .string(
                duration.seconds == 0 && start.kind != .utc
                    ? text(day) : instant(day).advanced(milliseconds: Int64(duration.seconds) * 1000).rfc3339)
        case .missing where hasTemplate:
            note = CalendarNote(line: line, text: "\(name) has no end; the template says how long it lasts")
        case .missing:
            note = CalendarNote(line: line, text: "\(name) has no end; it gets one an hour after its start")
            object["end_at"] = .string(instant(local).advanced(milliseconds: Self.usualLength).rfc3339)
        }
        return (object, note)
    }

    /// A time in another form as one on the clocks of the start.
    /// - Parameter calendar: where the time stands: another one may define a zone of the same name otherwise.
    package func local(_ time: ICSTime, _ calendar: ICSCalendarHead, _ zones: inout CalendarZones) throws(ReadProblem)
        -> LocalDateTime
    {
        if time.kind == .floating || time.kind == .date { return time.local }
        if time.kind == start.kind, time.kind == .utc || calendar.line == self.calendar { return time.local }
        let instant: Timestamp
        switch time.kind {
        case .zone(let name):
            instant = try zones.clock(of: name, in: calendar, at: time.local, line: line).rules.first(time.local)
        default: instant = time.local.timestamp(secondsEast: 0)
        }
        return start.kind == .utc ? instant.local(secondsEast: 0) : clock.rules.local(at: instant)
    }

    /// The date of a series that a RECURRENCE-ID or an EXDATE names, on the clocks of the start. Some programs name a whole day by
    /// a time: by its midnight, on these clocks or on those of UTC.
    package func date(_ time: ICSTime, _ calendar: ICSCalendarHead, _ zones: inout CalendarZones) throws(ReadProblem)
        -> LocalDateTime
    {
        guard start.kind == .date else { return try local(time, calendar, &zones) }
        if time.local == time.local.midnight { return time.local }
        return try local(time, calendar, &zones).midnight
    }

    /// What one of its own dates is known by.
    package func name(of date: LocalDateTime) -> CalendarDateName {
        let day = String(date.text.prefix(10))
        switch start.kind {
        case .date: return CalendarDateName(mark: day, day: day)
        case .floating: return CalendarDateName(mark: date.text, day: day)
        case .utc, .zone: return CalendarDateName(mark: instant(date).rfc3339, day: day)
        }
    }

    /// The same of a date of a series of which nothing else is known.
    package func name(
        of time: ICSTime, _ calendar: ICSCalendarHead, _ zones: inout CalendarZones
    ) throws(ReadProblem) -> CalendarDateName {
        let date = try local(time, calendar, &zones)
        let day = String(date.text.prefix(10))
        switch time.kind {
        case .date: return CalendarDateName(mark: day, day: day)
        case .utc: return CalendarDateName(mark: time.local.timestamp(secondsEast: 0).rfc3339, day: day)
        case .zone(let name):
            let clock = try zones.clock(of: name, in: calendar, at: time.local, line: line)
            return CalendarDateName(mark: clock.rules.first(time.local).rfc3339, day: day)
        case .floating: return start.kind == .date ? CalendarDateName(mark: date.text, day: day) : self.name(of: date)
        }
    }

    private func instant(_ local: LocalDateTime) -> Timestamp {
        start.kind == .utc ? local.timestamp(secondsEast: 0) : clock.rules.first(local)
    }

    /// A local time where the event's zone reads it as it is meant; else the instant.
    private func text(_ local: LocalDateTime) -> String {
        if start.kind == .utc { return local.text + "Z" }
        if !clock.isOwn, case .unique = clock.rules.resolve(local) { return local.text }
        return instant(local).rfc3339
    }
}
