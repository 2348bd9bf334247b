import Core
import Formats

/// The making of events from what a calendar file holds.
struct CalendarWork {
    private let events: [ICSReader.Event]
    private let calendars: [ICSCalendarHead]
    private let verdicts: [CalendarStates.Verdict]
    private var zones: CalendarZones
    private var notes: [CalendarNote] = []
    /// How many events lose what a property says.
    private var lost: [String: Int] = [:]
    /// The events that stand for a date of a series, by its UID.
    private var moved: [String: [Int]] = [:]
    /// The events that are no single date of a series, by their UIDs.
    private var whole: [String: Int] = [:]
    /// The identities that the dates of a series have, those that are taken out too, by its UID.
    private(set) var series: [String: [String]] = [:]

    init(
        _ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], _ verdicts: [CalendarStates.Verdict],
        _ zones: CalendarZones
    ) {
        self.events = events
        self.calendars = calendars
        self.verdicts = verdicts
        self.zones = zones
        for (index, event) in events.enumerated() where verdicts[index].counts {
            guard let uid = CalendarStates.uid(event) else { continue }
            if event["RECURRENCE-ID"] != nil { moved[uid, default: []].append(index) } else { whole[uid] = index }
        }
    }

    private var settings: CalendarSettings { zones.settings }

    /// Everything to be said, in the order of lines.
    var allNotes: [CalendarNote] {
        var all = notes + zones.notes.values
        all.sort { ($0.line, $0.text) < ($1.line, $1.text) }
        guard !lost.isEmpty else { return all }
        let names = lost.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        return all + [CalendarNote(line: 0, text: "Left out, as no field of an event on Luma takes it: " + names)]
    }

    /// What becomes of an event that can be read.
    mutating func items(_ index: Int) -> [CalendarItem] {
        let event = events[index]
        let name = event["SUMMARY"]?.text ?? ""
        let single = { (outcome: CalendarItem.Outcome) in [CalendarItem(line: event.line, name: name, outcome: outcome)]
        }
        if let outcome = Self.outcome(verdicts[index], event) { return single(outcome) }
        do throws(ReadProblem) {
            return try made(event, name)
        } catch {
            return single(.problems([error]))
        }
    }

    /// What becomes of what is not the current state of an event.
    private static func outcome(_ verdict: CalendarStates.Verdict, _ event: ICSReader.Event) -> CalendarItem.Outcome? {
        switch verdict {
        case .current: nil
        case .earlier(let line): .passedOver("is an earlier state of the event in line \(line) (UID)")
        case .repeated(let line): .passedOver("says the same as line \(line) (UID)")
        case .cancelled(let reason): .passedOver("is cancelled (\(reason))")
        case .message(let method): .passedOver("is an answer to an invitation (METHOD:\(method))")
        case .contradicts(let line):
            .problems([
                ReadProblem(
                    line: event.line,
                    "\(CalendarFaults.shown(event)) has the UID, SEQUENCE and date of the event in line \(line) and says something "
                        + "else; one of them must go")
            ])
        }
    }

    private mutating func made(_ event: ICSReader.Event, _ name: String) throws(ReadProblem) -> [CalendarItem] {
        let repeating = CalendarSeries.property(event)
        let uid = CalendarStates.uid(event)
        if let property = event["RECURRENCE-ID"] { try checkDate(property, event) }
        if let property = repeating, !settings.expands {
            throw ReadProblem(
                line: property.line,
                "\(CalendarFaults.shown(event)) repeats (\(property.name)), and an event on Luma does not; --expand makes an event "
                    + "of each date")
        }
        let calendar = calendars[event.calendar]
        let (fields, losses) = taken(event)
        guard let property = event["DTSTART"] else {
            // Without a start the check of the event says so.
            return [
                CalendarItem(
                    line: event.line, name: name, outcome: .event(fields, lost: losses),
                    identities: uid.map { [$0] } ?? [])
            ]
        }
        let times = try CalendarTimes(event, property, calendar, &zones)
        var dates = [times.start.local]
        if repeating != nil {
            let moved = try movedDates(uid, times)
            let found = try CalendarSeries(event, times, moved: moved, calendar, &zones)
            dates = found.dates
            if let uid { series[uid] = (dates + found.takenOut).map { uid + " " + times.mark($0) } }
        }
        if dates.isEmpty {
            let reason = "repeats, and all of its dates are taken out or have events of their own"
            return [CalendarItem(line: event.line, name: name, outcome: .passedOver(reason))]
        }
        let exception = event["RECURRENCE-ID"].map { ($0, mark($0, of: uid, times, in: event.calendar)) }
        return dates.map { date in
            let (found, note) = times.fields(at: date, hasTemplate: settings.hasTemplate)
            if let note, notes.last?.text != note.text { notes.append(note) }
            var object = fields
            object.members += found.members
            var identities: [String] = []
            if let uid, let (property, mark) = exception {
                identities = [uid + " " + mark] + (isFirst(property, of: uid) ? [uid] : [])
            } else if let uid {
                let dated = uid + " " + times.mark(date)
                let begins = date == times.start.local
                identities = repeating == nil ? [uid, dated] : [dated] + (begins ? [uid] : [])
            }
            return CalendarItem(
                line: event.line, name: name, outcome: .event(object, lost: losses), identities: identities,
                series: repeating == nil && exception == nil ? nil : uid)
        }
    }

    /// Which date of its series a RECURRENCE-ID names. One without a zone is on the clocks of the series.
    private mutating func mark(_ property: ICSProperty, of uid: String?, _ own: CalendarTimes, in calendar: Int)
        -> String
    {
        guard let time = ICSTime(property) else { return property.value }
        var times = own
        if time.kind == .floating, let series = uid.flatMap({ whole[$0] }).map({ events[$0] }),
            let start = series["DTSTART"],
            let found = try? CalendarTimes(series, start, calendars[series.calendar], &zones)
        {
            times = found
        }
        return (try? times.mark(time, calendars[calendar], &zones)) ?? property.value
    }

    /// Whether a RECURRENCE-ID names the date with which its series begins, which was an event by itself before it repeated.
    private func isFirst(_ property: ICSProperty, of uid: String) -> Bool {
        guard let start = whole[uid].flatMap({ events[$0]["DTSTART"] }).flatMap(ICSTime.init) else { return false }
        return ICSTime(property) == start
    }

    private func checkDate(_ property: ICSProperty, _ event: ICSReader.Event) throws(ReadProblem) {
        if property.parameter("RANGE") != nil {
            throw ReadProblem(
                line: property.line,
                "\(CalendarFaults.shown(event)) changes a series from one date on (RANGE), which is not read; give its dates events "
                    + "of their own")
        }
        guard !settings.expands else { return }
        throw ReadProblem(
            line: property.line,
            "\(CalendarFaults.shown(event)) repeats (RECURRENCE-ID): it is one date of a series; --expand makes an event of each date"
        )
    }

    /// The dates that have events of their own, or that were taken out by one that is cancelled.
    private mutating func movedDates(_ uid: String?, _ times: CalendarTimes) throws(ReadProblem) -> Set<LocalDateTime> {
        var dates: Set<LocalDateTime> = []
        for index in uid.flatMap({ moved[$0] }) ?? [] {
            guard let property = events[index]["RECURRENCE-ID"], let time = ICSTime(property) else { continue }
            dates.insert(try times.local(time, calendars[events[index].calendar], &zones))
        }
        return dates
    }

    /// The fields, and what is lost of one of our own exports.
    private mutating func taken(_ event: ICSReader.Event) -> (fields: JSONObject, lost: [String]) {
        let found = CalendarFields(event)
        for name in found.lost { lost[name, default: 0] += 1 }
        return (found.fields, found.losses)
    }
}
