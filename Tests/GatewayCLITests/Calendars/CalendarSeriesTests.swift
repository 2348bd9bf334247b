import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

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

    /// A day names what begins on it on the clocks of its series: half past midnight in Berlin is the day before in UTC.
    @Test(arguments: [
        ("RDATE:20310119T140000Z\nEXDATE;VALUE=DATE:20310108", "", ["01T00:30", "15T00:30", "19T15:00"]),
        ("EXDATE:20310108", "", ["01T00:30", "15T00:30"]),
        ("RDATE:20310119T140000Z", ";VALUE=DATE:20310108", ["01T00:30", "15T00:30", "19T15:00", "25T20:00"]),
        ("RDATE:20310119T140000Z", ";VALUE=DATE:20310119", ["01T00:30", "08T00:30", "15T00:30", "25T20:00"]),
        ("RDATE:20310108T140000Z", ";VALUE=DATE:20310108", ["01T00:30", "08T15:00", "15T00:30", "25T20:00"]),
        ("X-A:b", ";VALUE=DATE:20310107", ["01T00:30", "08T00:30", "15T00:30", "25T20:00"]),
    ])
    func aDayNamesTheDateThatBeginsOnIt(_ lines: String, _ recurrence: String, _ expected: [String]) {
        let series = event("DTSTART;TZID=Europe/Berlin:20310101T003000\nRRULE:FREQ=WEEKLY;COUNT=3\n\(lines)")
        let moved = event("DTSTART;TZID=Europe/Berlin:20310125T200000\nRECURRENCE-ID\(recurrence)")
        let plan = recurrence.isEmpty ? plan(series) : plan(series + moved)
        #expect(starts(plan) == expected.map { "2031-01-" + $0 })
    }

    /// The states of one date are those of one event, in whichever forms they name it; the latest counts.
    @Test(arguments: [
        ("DTSTART:20310108T120000Z\nSEQUENCE:1", "DTSTART:20310108T130000Z\nSEQUENCE:2", "2031-01-08T13:00"),
        ("DTSTART:20310108T120000Z\nSEQUENCE:2", "DTSTART:20310108T130000Z\nSEQUENCE:1", "2031-01-08T12:00"),
        (
            "DTSTART:20310108T120000Z\nSEQUENCE:1\nSTATUS:CANCELLED", "DTSTART:20310108T130000Z\nSEQUENCE:2",
            "2031-01-08T13:00"
        ),
        ("DTSTART:20310108T120000Z", "DTSTART:20310108T120000Z", "2031-01-08T12:00"),
    ])
    func theLatestStateOfADateCountsOnce(_ first: String, _ second: String, _ start: String) {
        for recurrence in [":20310108T100000Z", ";TZID=Asia/Tokyo:20310108T190000", ";VALUE=DATE:20310108"] {
            let states =
                event("RECURRENCE-ID:20310108T100000Z\n" + first) + event("RECURRENCE-ID\(recurrence)\n" + second)
            let plan = plan(event(Self.weekly) + states)
            #expect(starts(plan) == [Self.dates[0], start, Self.dates[2]], "\(recurrence)")
            #expect(plan.passedOver.count == 1 && plan.problems.isEmpty, "\(recurrence): \(plan.problems)")
        }
    }

    /// What was said of a date before its series was changed as a whole counts no more; what is newer does, and what has no age.
    @Test(arguments: [
        ("SEQUENCE:1\nDTSTAMP:20300105T000000Z", true), ("SEQUENCE:2\nDTSTAMP:20300101T000000Z", true),
        ("SEQUENCE:2\nDTSTAMP:20300105T000000Z\nLAST-MODIFIED:20300101T000000Z", true),
        ("SEQUENCE:2\nDTSTAMP:20300105T000000Z", false), ("SEQUENCE:2\nDTSTAMP:20300103T000000Z", false),
        ("SEQUENCE:2", false), ("SEQUENCE:3\nDTSTAMP:20300101T000000Z", false),
    ])
    func whatIsOlderThanItsSeriesCountsNoMore(_ age: String, _ isOlder: Bool) {
        let series = event(Self.weekly + "\nSEQUENCE:2\nDTSTAMP:20300103T000000Z")
        let before = event("DTSTART:20310101T090000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nDTSTAMP:20300101T000000Z")
        let moved = event("RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T120000Z\n" + age)
        let cancelled = event("RECURRENCE-ID:20310108T100000Z\nDTSTART:20310108T100000Z\nSTATUS:CANCELLED\n" + age)
        let changed = [Self.dates[0], "2031-01-08T12:00", Self.dates[2]]
        #expect(starts(plan(series, moved)) == (isOlder ? Self.dates : changed))
        #expect(starts(plan(moved, series)) == (isOlder ? Self.dates : changed))
        #expect(starts(plan(before + moved + series)) == (isOlder ? Self.dates : changed))
        #expect(starts(plan("METHOD:CANCEL\n" + cancelled, series)).count == (isOlder ? 3 : 2))
        // One state of all: it is what the calendar shows, whatever the numbers are.
        #expect(starts(plan(series + moved)) == changed)
        #expect(starts(plan(series + cancelled)).count == 2)
        let reasons = plan(series, moved).passedOver.map(\.reason)
        #expect(reasons == (isOlder ? ["is from before the series in line 3 was changed (UID)"] : []))
    }

    /// An event that does not repeat is a series of one date, which an entry of its own may stand for or take out.
    @Test(arguments: [":20310101T100000Z", ";TZID=Asia/Tokyo:20310101T190000", ";VALUE=DATE:20310101"])
    func anEventIsNotMadeBesideTheEntryForItsDate(_ recurrence: String) {
        let alone = event("DTSTART:20310101T100000Z")
        let moved = event("DTSTART:20310101T120000Z\nRECURRENCE-ID\(recurrence)")
        let plan = plan(alone + moved)
        #expect(starts(plan) == ["2031-01-01T12:00"])
        #expect(plan.passedOver.map(\.reason) == ["has an entry of its own for its date (RECURRENCE-ID)"])
        #expect(plan.rows.first?.aliases.first == "u")
        let cancelled = event("DTSTART:20310101T100000Z\nSTATUS:CANCELLED\nRECURRENCE-ID\(recurrence)")
        #expect(starts(self.plan(alone + cancelled)) == [])
        let other = event("DTSTART:20310109T100000Z\nRECURRENCE-ID:20310108T100000Z")
        #expect(starts(self.plan(alone + other)) == ["2031-01-01T10:00", "2031-01-09T10:00"])
    }
}
