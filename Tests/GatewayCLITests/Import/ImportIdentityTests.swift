import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// An event of a calendar has one identity, and one key, however the file that has it is written.
@Suite struct ImportIdentityTests {
    private func plan(_ events: String, name: String = "") -> ImportPlan {
        var settings = ImportPlanner.Settings()
        (settings.format, settings.zone, settings.name) = (.ics, "Europe/Berlin", name)
        settings.calendar.expands = true
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array("BEGIN:VCALENDAR\nVERSION:2.0\n\(events)END:VCALENDAR\n".utf8)[...])
        return planner.finish()
    }

    private func event(_ lines: String, uid: String = "u") -> String {
        "BEGIN:VEVENT\nUID:\(uid)\nSUMMARY:Tea\nDURATION:PT1H\n\(lines)\nEND:VEVENT\n"
    }

    @Test func theKeyIsMadeOfTheUIDAndNotOfTheWords() {
        let first = plan(event("DTSTART:20310101T100000Z")).rows
        let moved = plan(event("DTSTART:20310102T100000Z\nDESCRIPTION:x")).rows
        #expect(first.count == 1 && first.map(\.key) == moved.map(\.key))
        #expect(first.map(\.content) != moved.map(\.content) && first.map(\.identity) == ["u"])
        #expect(plan(event("DTSTART:20310101T100000Z", uid: "v")).rows.map(\.key) != first.map(\.key))
        #expect(plan(event("DTSTART:20310101T100000Z"), name: "again").rows.map(\.key) != first.map(\.key))
        #expect(first.allSatisfy { $0.key.hasPrefix("import-") && $0.key.utf8.count == 47 })
        let none = plan(event("DTSTART:20310101T100000Z", uid: "")).rows
        #expect(none.map(\.identity) == [nil] && none.map(\.key) == none.map(\.content))
    }

    /// A date of a series is the same whether the series or an entry of its own has it, in whichever form.
    @Test(arguments: [
        (":20310108T090000Z", "20310108T100000Z"), (";TZID=Europe/Berlin:20310108T100000", "20310108T100000Z"),
        (":20310108T100000", "20310108T100000Z"), (";TZID=Asia/Tokyo:20310108T180000", "20310108T120000Z"),
        (";VALUE=DATE:20310108", "20310108T120000Z"), (":20310108", "20310108T120000Z"),
    ])
    func aDateOfASeriesKeepsItsKeyWhenItGetsAnEntryOfItsOwn(_ recurrence: String, _ start: String) {
        let series = event("DTSTART;TZID=Europe/Berlin:20310101T100000\nRRULE:FREQ=WEEKLY;COUNT=3")
        let before = plan(series).rows
        let after = plan(series + event("DTSTART:\(start)\nRECURRENCE-ID\(recurrence)")).rows
        #expect(before.count == 3 && after.count == 3, "\(after)")
        #expect(Set(before.map(\.key)) == Set(after.map(\.key)))
        #expect(Set(before.map(\.content)).intersection(after.map(\.content)).count == 2)
    }

    @Test func aDayOfASeriesIsADay() {
        let series = event("DTSTART;VALUE=DATE:20310101\nRRULE:FREQ=WEEKLY;COUNT=2").replacing(
            "DURATION:PT1H\n", with: "")
        let exception = event("DTSTART:20310108T100000Z\nRECURRENCE-ID;VALUE=DATE:20310108")
        #expect(plan(series).rows.compactMap(\.identity) == ["u 2031-01-01", "u 2031-01-08"])
        #expect(Set(plan(series + exception).rows.compactMap(\.identity)) == ["u 2031-01-01", "u 2031-01-08"])
    }

    /// An event that begins to repeat, and a series that is one event now, are known by each other's names.
    @Test func anEventThatBeginsToRepeatIsKnown() {
        let single = plan(event("DTSTART:20310101T100000Z")).rows
        let series = plan(event("DTSTART:20310101T100000Z\nRRULE:FREQ=DAILY;COUNT=2")).rows
        #expect(series.map(\.aliases) == [["u", "u 2031-01-01"], ["u 2031-01-02"]])
        #expect(single.first?.aliases == series.prefix(1).compactMap(\.identity) + ["u 2031-01-01"])
        let moved = plan(
            event("DTSTART:20310101T100000Z\nRRULE:FREQ=DAILY;COUNT=2")
                + event("DTSTART:20310101T120000Z\nRECURRENCE-ID:20310101T100000Z")
        ).rows
        #expect(Set(moved.map(\.aliases)) == [["u", "u 2031-01-01"], ["u 2031-01-02"]])
    }

    /// What was an event by itself is the first date of the series that it has become, however an entry of its own names that.
    @Test(arguments: [
        ":20310101T090000Z", ";TZID=Europe/Berlin:20310101T100000", ";TZID=Asia/Tokyo:20310101T180000",
        ":20310101T100000", ";VALUE=DATE:20310101", ":20310101",
    ])
    func theFirstDateIsKnownInEachForm(_ recurrence: String) {
        let start = "DTSTART;TZID=Europe/Berlin:20310101T100000"
        let made = plan(event(start)).rows.map { ImportReport.Entry($0, .created, eventID: "evt-1") }
        let exception = event("DTSTART:20310101T150000Z\nRECURRENCE-ID\(recurrence)")
        let series = event(start + "\nRRULE:FREQ=WEEKLY;COUNT=3")
        for file in [series + exception, exception + series] {
            let after = plan(file)
            let standing = ImportStanding(after, ImportHistory(made), now: Timestamp(milliseconds: 0))
            #expect(after.rows.count == 3 && standing.rows.count == 2, "\(after.rows.map(\.aliases))")
            #expect(standing.changed.map(\.word.entry.eventID) == ["evt-1"])
        }
    }

    /// Programs name a whole day by the day, or by a midnight.
    @Test(arguments: [
        ";VALUE=DATE:20310101", ":20310101T000000", ":20310101T000000Z", ":20301231T230000Z",
        ";TZID=Europe/Berlin:20310101T000000",
    ])
    func theFirstDayIsKnownInEachForm(_ recurrence: String) {
        let series = event("DTSTART;VALUE=DATE:20310101\nRRULE:FREQ=WEEKLY;COUNT=2").replacing(
            "DURATION:PT1H\n", with: "")
        let rows = plan(series + event("DTSTART:20310101T150000Z\nRECURRENCE-ID\(recurrence)")).rows
        #expect(rows.map(\.identity) == ["u 2031-01-08", "u 2031-01-01"])
        #expect(rows.map(\.aliases) == [[], ["u"]])
    }

    /// An entry that names its date by the day, and whose series came later.
    @Test func aDateThatCameWithoutItsSeriesIsKnown() {
        let exception = event("DTSTART:20310108T150000Z\nRECURRENCE-ID;VALUE=DATE:20310108")
        let made = plan(exception).rows.map { ImportReport.Entry($0, .created, eventID: "evt-1") }
        let after = plan(event("DTSTART;TZID=Europe/Berlin:20310101T100000\nRRULE:FREQ=WEEKLY;COUNT=3") + exception)
        let standing = ImportStanding(after, ImportHistory(made), now: Timestamp(milliseconds: 0))
        #expect(standing.rows.count == 2 && standing.made.map(\.word.entry.eventID) == ["evt-1"])
    }

    /// What a report tells of an event is found by each name that another state of its file may have for it.
    @Test(arguments: [
        // An event, and then its date without the series that it begins.
        ("DTSTART:20310101T100000Z", "DTSTART:20310101T120000Z\nRECURRENCE-ID:20310101T100000Z", 0),
        ("DTSTART:20310101T100000Z", "DTSTART:20310101T120000Z\nRECURRENCE-ID;VALUE=DATE:20310101", 0),
        ("DTSTART:20310101T100000Z", "DTSTART:20310108T120000Z\nRECURRENCE-ID:20310108T100000Z", 1),
        // A date, which is an event by itself at another time now, and is not its first.
        ("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2", "DTSTART:20310101T120000Z", 0),
        ("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2", "DTSTART:20310108T120000Z\nRECURRENCE-ID:20310108", 0),
        // An event, and then a series that begins before it.
        ("DTSTART:20310108T100000Z", "DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3", 1),
        // Another time of a day of which one was made.
        (
            "DTSTART:20310101T100000Z\nRDATE:20310102T100000Z",
            "DTSTART:20310101T100000Z\nRDATE:20310102T100000Z,20310102T150000Z", 1
        ),
    ])
    func anEventIsKnownByEachOfItsNames(_ before: String, _ after: String, _ new: Int) {
        let words = plan(event(before)).rows.map { ImportReport.Entry($0, .created, eventID: "evt-\($0.number)") }
        let read = words.compactMap { ImportReport.Entry($0.object) }
        #expect(read == words)
        let plan = plan(event(after))
        let standing = ImportStanding(plan, ImportHistory(read), now: Timestamp(milliseconds: 0))
        #expect(standing.rows.count == new, "\(standing.rows.map(\.identity))")
        #expect(standing.made.count + standing.changed.count == plan.rows.count - new)
    }

    /// A series that is moved as a whole has other dates: none of them is made besides those that were.
    @Test(arguments: [
        ("DTSTART:20310102T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3", 0, 3),
        ("DTSTART:20310301T100000Z\nRRULE:FREQ=WEEKLY;COUNT=4", 0, 4),
        ("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=5", 2, 0),
        ("DTSTART:20310108T100000Z\nRRULE:FREQ=WEEKLY;COUNT=5", 3, 0),
        ("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=5\nEXDATE:20310108T100000Z", 2, 0),
        ("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2", 0, 0),
        ("DTSTART:20310101T110000Z\nRRULE:FREQ=WEEKLY;COUNT=3", 0, 3),
    ])
    func aSeriesThatHasMovedIsNotMadeAgain(_ lines: String, _ new: Int, _ moved: Int) {
        let before = plan(event("DTSTART:20310101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3")).rows
        let words = before.map { ImportReport.Entry($0, .created, eventID: "evt-\($0.number)") }
        let read = words.compactMap { ImportReport.Entry($0.object) }
        #expect(read == words)
        let after = plan(event(lines))
        let standing = ImportStanding(after, ImportHistory(read), now: Timestamp(milliseconds: 0))
        #expect(standing.rows.count == new && standing.changed.count == moved, "\(standing.changed)")
        #expect(
            standing.changed.map(\.word.entry.eventID) == ["evt-1", "evt-2", "evt-3", "evt-3"].prefix(moved).map { $0 })
        #expect(standing.made.count + standing.rows.count + standing.changed.count == after.rows.count)
    }

    @Test func twoEntriesForOneDateAreRefused() {
        let series = event("DTSTART:20310101T100000Z\nRRULE:FREQ=DAILY;COUNT=2")
        let exceptions = [":20310102T100000Z", ";TZID=Europe/Berlin:20310102T110000"].map {
            event("DTSTART:20310102T150000Z\nRECURRENCE-ID\($0)\nDESCRIPTION:\($0.utf8.count)")
        }
        let plan = plan(series + exceptions.joined())
        #expect(
            plan.problems.map(\.text)
                == [18, 10].map {
                    "\"Tea\" has the UID, SEQUENCE and date of the event in line \($0) and says something else; one of them must go"
                })
        #expect(plan.rows.map(\.identity) == ["u 2031-01-01T10:00:00.000Z"])
    }
}
