package import Core
package import Formats

/// The dates of the series in a calendar file, and which of them its other entries stand for (RECURRENCE-ID), in whichever
/// form the file names them: in UTC, in a zone, without one, or by the day.
package struct CalendarDates {
    /// An event of which other entries may stand for a date.
    package struct Series {
        package let times: CalendarTimes
        /// Why there are none where they cannot be worked out.
        package let dates: Result<CalendarSeries, ReadProblem>
    }

    private let events: [ICSReader.Event]
    private let calendars: [ICSCalendarHead]
    package var zones: CalendarZones
    /// By the index of the event.
    private var known: [Int: Result<Series, ReadProblem>] = [:]
    private var names: [Int: Result<CalendarDateName, ReadProblem>] = [:]

    package init(_ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], _ zones: CalendarZones) {
        self.events = events
        self.calendars = calendars
        self.zones = zones
    }

    /// The event at an index as a series, worked out once.
    /// - Returns: nil for one without a start.
    package mutating func series(_ index: Int) throws(ReadProblem) -> Series? {
        let event = events[index]
        guard let start = event["DTSTART"] else { return nil }
        if let found = known[index] { return try found.get() }
        let calendar = calendars[event.calendar]
        do throws(ReadProblem) {
            let times = try CalendarTimes(event, start, calendar, &zones)
            let found = Series(times: times, dates: dates(event, times, calendar))
            known[index] = .success(found)
            return found
        } catch {
            known[index] = .failure(error)
            throw error
        }
    }

    private mutating func dates(
        _ event: ICSReader.Event, _ times: CalendarTimes, _ calendar: ICSCalendarHead
    ) -> Result<CalendarSeries, ReadProblem> {
        do throws(ReadProblem) {
            return .success(try CalendarSeries(event, times, calendar, &zones))
        } catch {
            return .failure(error)
        }
    }

    /// Which date the RECURRENCE-ID of the event at an index names, the same however it is written.
    /// - Parameter series: the index of its series; nil when the file does not have it.
    package mutating func name(_ index: Int, of series: Int?) throws(ReadProblem) -> CalendarDateName {
        if let found = names[index] { return try found.get() }
        do throws(ReadProblem) {
            let found = try read(index, of: series)
            names[index] = .success(found)
            return found
        } catch {
            names[index] = .failure(error)
            throw error
        }
    }

    private mutating func read(_ index: Int, of series: Int?) throws(ReadProblem) -> CalendarDateName {
        let event = events[index]
        let written = event["RECURRENCE-ID"]
        let other = CalendarDateName(mark: written?.value ?? "", day: written?.value ?? "")
        guard let time = written.flatMap(ICSTime.init) else { return other }
        let calendar = calendars[event.calendar]
        // What is wrong with the series is told of the series.
        if let series, let found = try? self.series(series) {
            return found.times.name(of: try date(time, calendar, found))
        }
        guard let start = event["DTSTART"] else { return other }
        return try CalendarTimes(event, start, calendar, &zones).name(of: time, calendar, &zones)
    }

    private mutating func date(
        _ time: ICSTime, _ calendar: ICSCalendarHead, _ series: Series
    ) throws(ReadProblem) -> LocalDateTime {
        let times = series.times
        guard time.kind == .date, times.start.kind != .date else { return try times.date(time, calendar, &zones) }
        // A day names what begins on it.
        let start = times.start.local
        let usual = LocalDateTime(
            milliseconds: time.local.milliseconds + start.milliseconds - start.midnight.milliseconds)
        guard case .success(let dates) = series.dates, !dates.all.contains(usual) else { return usual }
        return dates.firstOfDay[time.local.date.days] ?? usual
    }
}

/// A date of a series in the words in which reports keep it.
package struct CalendarDateName {
    /// The instant; for a time without a zone that time, and for a whole day the day.
    package let mark: String
    /// The day on the clocks of the series.
    package let day: String

    /// What an event with this UID and date is known by, the surest first.
    /// - Parameter isFirst: whether its series begins with it, which may have been an event by itself before.
    package func identities(_ uid: String, isFirst: Bool) -> [String] {
        [uid + " " + mark] + (isFirst ? [uid] : []) + (day == mark ? [] : [uid + " " + day])
    }
}

extension LocalDateTime {
    /// The beginning of its day.
    package var midnight: LocalDateTime { LocalDateTime(milliseconds: Int64(date.days) * 86_400_000) }
}
