import Core
import Testing

@testable import Formats
@testable import Gateway

/// Which dates of a series become events, when other entries of its file speak of some of them.
@Suite struct CalendarSeriesTests {
    private func plan(_ calendars: String...) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        (settings.format, settings.zone) = (.ics, "Europe/Berlin")
        settings.calendar.expands = true
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        let text = calendars.map { "BEGIN:VCALENDAR\nVERSION:2.0\n\($0)END:VCALENDAR\n" }.joined()
        planner.feed(Array(text.utf8)[...])
        return planner.finish()
    }

    private func event(_ lines: String) -> String {
        "BEGIN:VEVENT\nUID:u\nSUMMARY:Tea\nDURATION:PT1H\n\(lines)\nEND:VEVENT\n"
    }

    /// The starts in order, as they are sent, to the minute.
    private func starts(_ plan: ImportPlan) -> [String] {
        plan.rows.compactMap { try? JSON.parse($0.body) }.compactMap { $0["start_at"]?.stringValue }
            .map { String($0.prefix(16)) }.sorted()
    }

    private static let weekly = "DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3"
    private static let dates = ["2031-01-01T10:00", "2031-01-08T10:00", "2031-01-15T10:00"]

    /// Somebody who does not come takes nothing from the calendar, and neither does a proposal.
    @Test(arguments: ["REPLY", "Reply", "COUNTER", "DECLINECOUNTER", "REFRESH"]) func anAnswerTakesNothingOut(
        _ method: String
    ) {
        let answers = [
            "RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T100000Z\nSEQUENCE:5\nSTATUS:CANCELLED",
            "RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T120000Z\nSEQUENCE:5",
            "RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T120000Z\nSEQUENCE:x",
            "DTSTART:20310101T100000Z\nSEQUENCE:5\nSTATUS:CANCELLED",
            "\(Self.weekly)\nSEQUENCE:5\nEXDATE:20310108T100000Z",
        ]
        for answer in answers {
            let plan = plan(
                "METHOD:\(method)\n" + event(answer), event(Self.weekly), "METHOD:\(method)\n" + event(answer))
            #expect(starts(plan) == Self.dates, "\(answer)")
        }
    }

    /// What the organizer takes out is out, with a message or without.
    @Test(arguments: ["", "METHOD:PUBLISH\n", "METHOD:CANCEL\n"]) func aCancelledDateIsTakenOut(_ head: String) {
        let cancelled = event("RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T100000Z\nSTATUS:CANCELLED")
        #expect(starts(plan(event(Self.weekly), head + cancelled)) == [Self.dates[0], Self.dates[2]])
    }

    private static func zone(_ offset: String) -> String {
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:\(offset)\n"
            + "TZOFFSETTO:\(offset)\nEND:STANDARD\nEND:VTIMEZONE\n"
    }

    /// Two calendars of one file may call different clocks by one name: each time is on those of its own.
    @Test(arguments: [
        ("20310108T180000", ["2031-01-01T09:00", "2031-01-08T11:00", "2031-01-15T09:00"]),
        ("20310108T100000", ["2031-01-01T09:00", "2031-01-08T09:00", "2031-01-08T11:00", "2031-01-15T09:00"]),
    ])
    func aDateIsNamedInTheZonesOfItsOwnCalendar(_ recurrence: String, _ expected: [String]) {
        let series = event("DTSTART;TZID=Ours:20310101T100000\nRRULE:FREQ=WEEKLY;COUNT=3")
        let moved = event("DTSTART;TZID=Ours:20310108T200000\nRECURRENCE-ID;TZID=Ours:\(recurrence)")
        let (west, east) = (Self.zone("+0100") + series, Self.zone("+0900") + moved)
        #expect(starts(plan(west, east)) == expected)
        #expect(starts(plan(east, west)) == expected)
    }
}
