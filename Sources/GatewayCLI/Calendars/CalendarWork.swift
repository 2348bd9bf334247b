import Core
package import Formats
import GatewayAPI

/// The making of events from what a calendar file holds.
package struct CalendarWork {
    private let events: [ICSReader.Event]
    private let calendars: [ICSCalendarHead]
    private let verdicts: [CalendarStates.Verdict]
    private var dates: CalendarDates
    private var notes: [CalendarNote] = []
    /// How many events lose what a property says.
    private var lost: [String: Int] = [:]
    /// The events that stand for a date of a series, by its UID.
    private var moved: [String: [Int]] = [:]
    /// The states that count of what is no single date of a series, by UID.
    private let whole: [String: Int]
    /// The identities that the dates of a series have, those that are taken out too, by its UID.
    private(set) var series: [String: [String]] = [:]

    package init(
        _ events: [ICSReader.Event], _ calendars: [ICSCalendarHead], _ states: CalendarStates, _ dates: CalendarDates
    ) {
        self.events = events
        self.calendars = calendars
        (verdicts, whole) = (states.verdicts, states.series)
        self.dates = dates
        for (index, event) in events.enumerated() where verdicts[index].counts && event["RECURRENCE-ID"] != nil {
            if let uid = CalendarStates.uid(event) { moved[uid, default: []].append(index) }
        }
    }

    private var settings: CalendarSettings { dates.zones.settings }

    /// Everything to be said, in the order of lines.
    package var allNotes: [CalendarNote] {
        var all = notes + dates.zones.notes.values
        all.sort { ($0.line, $0.text) < ($1.line, $1.text) }
        guard !lost.isEmpty else { return all }
        let names = lost.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        return all + [CalendarNote(line: 0, text: "Left out, because a Luma event has no field for it: " + names)]
    }

    /// What becomes of an event that can be read.
    package mutating func items(_ index: Int) -> [CalendarItem] {
        let event = events[index]
        let name = event["SUMMARY"]?.text ?? ""
        let single = { (outcome: CalendarItem.Outcome) in [CalendarItem(line: event.line, name: name, outcome: outcome)]
        }
        if let outcome = Self.outcome(verdicts[index], event) { return single(outcome) }
        do throws(ReadProblem) {
            return try made(index, name)
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
        case .outdated(let line): .passedOver("is from before the series in line \(line) was changed (UID)")
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

    private mutating func made(_ index: Int, _ name: String) throws(ReadProblem) -> [CalendarItem] {
        let event = events[index]
        let repeating = CalendarSeries.property(event)
        let uid = CalendarStates.uid(event)
        if let property = event["RECURRENCE-ID"] { try checkDate(property, event) }
        if let property = repeating, !settings.expands {
            throw ReadProblem(
                line: property.line,
                "\(CalendarFaults.shown(event)) repeats (\(property.name)), and an event on Luma does not; --expand makes an event "
                    + "of each date")
        }
        let (fields, losses) = taken(event)
        guard let property = event["DTSTART"] else {
            // Without a start the check of the event says so.
            return [
                CalendarItem(
                    line: event.line, name: name, outcome: .event(fields, lost: losses),
                    identities: uid.map { [$0] } ?? [])
            ]
        }
        let times: CalendarTimes
        let starts: [LocalDateTime]
        if repeating != nil || isNamed(event, uid), let found = try dates.series(index) {
            times = found.times
            let series = try found.dates.get()
            starts = try series.dates(without: try movedDates(uid, index))
            if let uid, repeating != nil {
                self.series[uid] = series.all.flatMap { times.name(of: $0).identities(uid, isFirst: false) }
            }
        } else {
            times = try CalendarTimes(event, property, calendars[event.calendar], &dates.zones)
            starts = [times.start.local]
        }
        if starts.isEmpty {
            let reason =
                repeating == nil
                ? "has an entry of its own for its date (RECURRENCE-ID)"
                : "repeats, and all of its dates are taken out or have events of their own"
            return [CalendarItem(line: event.line, name: name, outcome: .passedOver(reason))]
        }
        let isDate = event["RECURRENCE-ID"] != nil
        var identities: [String] = []
        if isDate, let uid {
            let named = try dates.name(index, of: whole[uid])
            identities = named.identities(uid, isFirst: isFirst(named, of: uid))
        }
        return starts.map { start in
            let (found, note) = times.fields(at: start, hasTemplate: settings.hasTemplate)
            if let note, notes.last?.text != note.text { notes.append(note) }
            var object = fields
            object.members += found.members
            if let uid, !isDate {
                let own = times.name(of: start).identities(uid, isFirst: start == times.start.local)
                // What does not repeat is itself, whatever its time is.
                identities = repeating == nil ? [uid] + own.filter { $0 != uid } : own
            }
            return CalendarItem(
                line: event.line, name: name, outcome: .event(object, lost: losses), identities: identities,
                series: repeating == nil && !isDate ? nil : uid)
        }
    }

    /// Whether it is the date with which its series begins, which was an event by itself before it repeated.
    private mutating func isFirst(_ date: CalendarDateName, of uid: String) -> Bool {
        guard let index = whole[uid], let times = (try? dates.series(index))?.times else { return false }
        return date.mark == times.name(of: times.start.local).mark
    }

    /// Whether another entry may stand for the only date of an event, which repeated once or will.
    private func isNamed(_ event: ICSReader.Event, _ uid: String?) -> Bool {
        settings.expands && event["RECURRENCE-ID"] == nil && uid.map { moved[$0] != nil } ?? false
    }

    /// The dates of a series that have events of their own, or that were taken out by one that is cancelled.
    private mutating func movedDates(_ uid: String?, _ series: Int) throws(ReadProblem) -> Set<String> {
        var marks: Set<String> = []
        for index in uid.flatMap({ moved[$0] }) ?? [] { marks.insert(try dates.name(index, of: series).mark) }
        return marks
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

    /// The fields, and what is lost of one of our own exports.
    private mutating func taken(_ event: ICSReader.Event) -> (fields: JSONObject, lost: [String]) {
        let found = CalendarFields(event)
        for name in found.lost { lost[name, default: 0] += 1 }
        return (found.fields, found.losses)
    }
}

/// What is wrong with an event of a calendar by itself, before anything is made of it; each with its line.
package enum CalendarFaults {
    /// Properties that an event has once (RFC 5545 §3.6.1), and without which, or with two of which, it says nothing certain.
    private static let single: Set<String> = [
        "DTSTART", "DTEND", "DURATION", "UID", "DTSTAMP", "SUMMARY", "STATUS", "SEQUENCE", "RECURRENCE-ID", "RRULE",
        "LAST-MODIFIED",
    ]
    private static let times: Set<String> = ["DTSTAMP", "LAST-MODIFIED", "CREATED", "RECURRENCE-ID"]
    private static let most = 10

    /// What is wrong with an event as it is written, at most ten things.
    package static func problems(_ event: ICSReader.Event) -> [ReadProblem] {
        var problems = event.problems
        var seen: [String: ICSProperty] = [:]
        for property in event.properties where problems.count < most {
            let name = property.name
            if single.contains(name) {
                if let first = seen[name], first.value != property.value {
                    problems.append(
                        ReadProblem(
                            line: property.line, "\(name) stands a second time in the event of line \(event.line)"))
                    continue
                }
                seen[name] = seen[name] ?? property
            }
            if let problem = problem(property, event) { problems.append(ReadProblem(line: property.line, problem)) }
        }
        if event["DTEND"] != nil, let property = event["DURATION"] {
            problems.append(
                ReadProblem(line: property.line, "\(shown(event)) has both DTEND and DURATION; one must go"))
        }
        return problems.sorted { $0.line < $1.line }
    }

    private static func problem(_ property: ICSProperty, _ event: ICSReader.Event) -> String? {
        switch property.name {
        case "DTSTART", "DTEND":
            if ICSTime(property) != nil { return nil }
            return "\(property.name) of \(shown(event)) is not a date and time: \(quoted(property.value))"
        case _ where times.contains(property.name):
            return ICSTime(property) == nil
                ? "\(property.name) of \(shown(event)) is not a date and time: \(quoted(property.value))" : nil
        case "SEQUENCE":
            return Int(property.value).map { $0 >= 0 } ?? false
                ? nil : "SEQUENCE of \(shown(event)) is not a number: \(quoted(property.value))"
        case "RDATE", "EXDATE":
            return ICSTime.list(property) == nil
                ? "\(property.name) of \(shown(event)) is not a list of dates" : nil
        default: return nil
        }
    }

    /// The event by its name, for a sentence.
    package static func shown(_ event: ICSReader.Event) -> String {
        event["SUMMARY"].map { quoted($0.text) } ?? "the event"
    }

    /// A text of the file in quotes, shortened.
    package static func quoted(_ text: String) -> String { "\"\(APIError.shortened(text))\"" }
}
