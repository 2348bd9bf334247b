package import Core
package import Formats

/// Makes events of the VEVENTs of a calendar file, once all of it was read: which state of an event counts, and what its zone
/// is, may stand anywhere in the file.
///
/// | iCalendar | Event |
/// |---|---|
/// | SUMMARY | `name` |
/// | DTSTART with TZID | `start_at` and `timezone` (`CalendarZones`) |
/// | DTSTART in UTC | `start_at`; the zone is our own X-LUMA-TIMEZONE, else `--zone`, else X-WR-TIMEZONE, else UTC |
/// | DTSTART floating | a local time in `--zone`, else in the calendar's zone; without either it is refused |
/// | DTSTART of VALUE=DATE | midnight in that same zone; without an end it lasts the day |
/// | DTEND or DURATION | `end_at`; days are counted by the calendar, the rest in time that passes |
/// | DESCRIPTION, else X-ALT-DESC | `description_md`; of HTML its Markdown |
/// | CONFERENCE, X-GOOGLE-CONFERENCE and Microsoft's | `meeting_url` |
/// | LOCATION | `meeting_url` when it is a web address, else `geo_address_json` |
/// | GEO | `coordinate` |
/// | CLASS of PRIVATE or CONFIDENTIAL | `visibility` is `private` |
/// | URL | `meeting_url`, when there is neither place nor link; an event's page on Luma is neither |
/// | RRULE, RDATE, EXDATE, RECURRENCE-ID | with `--expand` an event of each date (`CalendarSeries`), else refused |
/// | UID, SEQUENCE, LAST-MODIFIED, STATUS, METHOD | which of several states counts (`CalendarStates`) |
package struct CalendarRows {
    /// Events that a file may become.
    package static let maxItems = 100_000

    package let settings: CalendarSettings
    private let zones: TimeZoneDatabase
    private var events: [ICSReader.Event] = []

    private let max: Int

    package init(zones: TimeZoneDatabase, settings: CalendarSettings, max: Int = maxItems) {
        self.max = max
        self.zones = zones
        self.settings = settings
    }

    /// Adds an event of the file, in the file's order.
    package mutating func add(_ event: ICSReader.Event) { events.append(event) }

    /// All that was read, in the order of the file, and what must be said of it.
    /// - Returns: also the identities that the dates of each series have, by its UID.
    package func items(
        _ calendars: [ICSCalendarHead]
    ) -> (items: [CalendarItem], notes: [CalendarNote], series: [String: [String]]) {
        let faults = events.map(CalendarFaults.problems)
        var dates = CalendarDates(events, calendars, CalendarZones(zones, settings))
        let states = CalendarStates(
            events, calendars, isSound: { faults[$0].isEmpty },
            date: { index, series in
                let written = events[index]["RECURRENCE-ID"]?.value ?? ""
                // Without --expand none of them is made.
                return settings.expands ? (try? dates.name(index, of: series).mark) ?? written : written
            })
        var work = CalendarWork(events, calendars, states, dates)
        var items: [CalendarItem] = []
        for (index, event) in events.enumerated() {
            if faults[index].isEmpty {
                let found = work.items(index)
                // Each has a line in the plan; only series make more of them than the file has entries.
                let isTooMuch = found.count > 1 && items.count + found.count > max
                items += isTooMuch ? [tooMany(event)] : found
            } else {
                items.append(
                    CalendarItem(
                        line: event.line, name: event["SUMMARY"]?.text ?? "", outcome: .problems(faults[index])))
            }
        }
        return (items, work.allNotes, work.series)
    }

    private func tooMany(_ event: ICSReader.Event) -> CalendarItem {
        let problem = ReadProblem(
            line: event.line,
            "\(CalendarFaults.shown(event)) is one series too many: the file makes more than \(max) events; split it"
        )
        return CalendarItem(
            line: event.line, name: event["SUMMARY"]?.text ?? "", outcome: .problems([problem]))
    }
}

/// What becomes of one VEVENT of a calendar file, or of one date of a series.
package struct CalendarItem {
    /// What it becomes.
    package enum Outcome {
        /// The fields of an event, and what it will not have of the one that was exported.
        case event(JSONObject, lost: [String])
        /// It cannot be imported as it is.
        case problems([ReadProblem])
        /// It is no event that is to be made, and says why.
        case passedOver(String)
    }

    /// The line of its BEGIN.
    package let line: Int
    package let name: String
    package let outcome: Outcome
    /// Its UID, with the date of a series that it is, and then the names under which another state of its file may have had
    /// the same event. Empty for one without a UID.
    package var identities: [String] = []
    /// The UID of the series that it is a date of.
    package var series: String?
}

/// Something that a calendar's reader must be told: what was used where the file says nothing, and what was left out.
package struct CalendarNote: Equatable {
    package let line: Int
    package let text: String
}

/// What the command line says about a calendar.
package struct CalendarSettings: Sendable, Equatable {
    /// For times that name none, and to show those whose zone is the file's own.
    package var zone: String?
    /// Whether each date of a series becomes an event.
    package var expands = false
    /// The last day of a series without an end.
    package var expandUntil: CivilDate?
    /// What counts where a zone's name and the file's definition of it disagree; nil to refuse it.
    package var trust: Trust?
    /// A template says how long an event lasts that has no end.
    package var hasTemplate = false

    /// Whose rules of time zones are used: `names`, those of this machine by the zone's name; `file`, those in the file.
    package enum Trust: String, Sendable, CaseIterable {
        case names, file
    }
}
