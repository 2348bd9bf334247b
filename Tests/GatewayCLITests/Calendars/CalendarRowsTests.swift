import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

@Suite struct CalendarRowsTests {
    private func plan(_ event: String, zone: String? = nil, calendarZone: String? = nil) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        (settings.format, settings.zone) = (.ics, zone)
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        let head = calendarZone.map { "X-WR-TIMEZONE:\($0)\n" } ?? ""
        let text = "BEGIN:VCALENDAR\n\(head)BEGIN:VEVENT\nSUMMARY:Tea\n\(event)\nEND:VEVENT\nEND:VCALENDAR\n"
        planner.feed(Array(text.utf8)[...])
        return planner.finish()
    }

    /// A program that only writes the file anew moves LAST-MODIFIED and not SEQUENCE (RFC 5545 §3.8.7.4).
    @Test(arguments: [(2, "Tea"), (1, "Coffee"), (0, "Coffee")])
    func theSequenceSaysWhichStateIsTheLatest(sequence: Int, name: String) {
        let plan = plan(
            """
            UID:a
            DTSTART:20270701T190000Z
            SEQUENCE:\(sequence)
            LAST-MODIFIED:20270101T000000Z
            END:VEVENT
            BEGIN:VEVENT
            SUMMARY:Coffee
            UID:a
            DTSTART:20270701T190000Z
            SEQUENCE:1
            LAST-MODIFIED:20270201T000000Z
            """)
        #expect(plan.rows.count == 1 && event(plan)?["name"] == .string(name))
    }

    private func event(_ plan: ImportPlan) -> JSON? { plan.rows.first.flatMap { try? JSON.parse($0.body) } }

    @Test(arguments: [
        (
            "DTSTART;TZID=Asia/Tokyo:20270701T190000", "2027-07-01T19:00:00.000", "Asia/Tokyo",
            "2027-07-01T11:00:00.000Z"
        ),
        ("DTSTART:20270701T190000Z", "2027-07-01T19:00:00.000Z", "UTC", "2027-07-01T20:00:00.000Z"),
        ("dtstart:20270701t190000z", "2027-07-01T19:00:00.000Z", "UTC", "2027-07-01T20:00:00.000Z"),
        (
            "DTSTART:20270701T190000Z\nX-LUMA-TIMEZONE:Asia/Tokyo", "2027-07-01T19:00:00.000Z", "Asia/Tokyo",
            "2027-07-01T20:00:00.000Z"
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20270701T190000", "2027-07-01T19:00:00.000", "Europe/Berlin",
            "2027-07-01T18:00:00.000Z"
        ),
        // A time that is skipped is read with the offset before, and of two the first is meant.
        (
            "DTSTART;TZID=Europe/Berlin:20270328T023000\nDURATION:PT1H", "2027-03-28T01:30:00.000Z", "Europe/Berlin",
            "2027-03-28T02:30:00.000Z"
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20271031T023000\nDURATION:PT1H", "2027-10-31T00:30:00.000Z", "Europe/Berlin",
            "2027-10-31T01:30:00.000Z"
        ),
        (
            "DTSTART;TZID=/example.org/2027/Europe/Berlin:20270701T190000", "2027-07-01T19:00:00.000", "Europe/Berlin",
            "2027-07-01T18:00:00.000Z"
        ),
        (
            "DTSTART;TZID=Asia/Tokyo:20270701T190000\nDTEND;TZID=Asia/Tokyo:20270701T210000", "2027-07-01T19:00:00.000",
            "Asia/Tokyo", "2027-07-01T21:00:00.000"
        ),
        (
            "DTSTART;TZID=Asia/Tokyo:20270701T190000\nDTEND;TZID=Europe/Berlin:20270701T130000",
            "2027-07-01T19:00:00.000",
            "Asia/Tokyo", "2027-07-01T11:00:00.000Z"
        ),
        (
            "DTSTART;TZID=Asia/Tokyo:20270701T190000\nDURATION:PT90M", "2027-07-01T19:00:00.000", "Asia/Tokyo",
            "2027-07-01T11:30:00.000Z"
        ),
        // A day by the calendar has 23 hours here, and 24 hours are 24.
        (
            "DTSTART;TZID=Europe/Berlin:20270327T190000\nDURATION:P1D", "2027-03-27T19:00:00.000", "Europe/Berlin",
            "2027-03-28T19:00:00.000"
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270327T190000\nDURATION:PT24H", "2027-03-27T19:00:00.000", "Europe/Berlin",
            "2027-03-28T18:00:00.000Z"
        ),
        ("DTSTART:20270701T190000Z\nDURATION:P1DT1H", "2027-07-01T19:00:00.000Z", "UTC", "2027-07-02T20:00:00.000Z"),
    ])
    func timesKeepTheirZones(_ lines: String, _ start: String, _ zone: String, _ end: String) {
        let plan = plan(lines)
        #expect(plan.problems.isEmpty)
        let found = event(plan)
        #expect(found?["start_at"]?.stringValue == start)
        #expect(found?["timezone"]?.stringValue == zone)
        #expect(found?["end_at"]?.stringValue == end)
    }

    /// A floating time and a whole day are in the zone that the user names, else in the calendar's.
    @Test(arguments: [(nil, "Asia/Tokyo", "Asia/Tokyo"), ("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin")])
    func whatHasNoZoneTakesTheDefault(zone: String?, calendar: String, expected: String) {
        let floating = event(plan("DTSTART:20270701T190000", zone: zone, calendarZone: calendar))
        #expect(floating?["timezone"]?.stringValue == expected)
        #expect(floating?["start_at"] == "2027-07-01T19:00:00.000")
        let day = event(plan("DTSTART;VALUE=DATE:20270701", zone: zone, calendarZone: calendar))
        #expect(day?["start_at"] == "2027-07-01T00:00:00.000" && day?["end_at"] == "2027-07-02T00:00:00.000")
        let two = event(
            plan("DTSTART;VALUE=DATE:20270701\nDTEND;VALUE=DATE:20270703", zone: zone, calendarZone: calendar))
        #expect(two?["end_at"] == "2027-07-03T00:00:00.000")
        // Many programs end a day with itself.
        let same = event(
            plan("DTSTART:20270701\nDTEND:20270701", zone: zone, calendarZone: calendar))
        #expect(same?["start_at"] == "2027-07-01T00:00:00.000" && same?["end_at"] == "2027-07-02T00:00:00.000")
        let mixed = plan("DTSTART;VALUE=DATE:20270701\nDTEND:20270702T000000Z", zone: zone, calendarZone: calendar)
        #expect(mixed.problems.map(\.text) == ["DTEND of \"Tea\" is not a date"])
    }

    @Test(arguments: [
        ("LOCATION:1 Main St\\, Town", nil, "1 Main St, Town"),
        ("LOCATION:https://meet.example/x\nURL:https://example.com/", "https://meet.example/x", nil),
        ("URL:https://example.com/", "https://example.com/", nil),
        // A link beside what programs write for no place, and a page beside a place on the map.
        (
            "LOCATION:Microsoft Teams-Besprechung\nX-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/x",
            "https://teams.microsoft.com/l/x", nil
        ),
        ("LOCATION:Microsoft Teams Meeting", nil, "Microsoft Teams Meeting"),
        ("CONFERENCE:https://meet.example/x\nLOCATION:Hall A", "https://meet.example/x", "Hall A"),
        ("GEO:48.1;11.5\nURL:https://example.com/", nil, nil),
        ("URL:https://luma.com/tea", nil, nil), ("URL:https://lu.ma/tea", nil, nil), ("URL:mailto:x", nil, nil),
    ])
    func aPlaceIsALinkOrAnAddress(_ lines: String, _ link: String?, _ address: String?) {
        let found = event(plan("DTSTART:20270701T190000Z\n" + lines))
        #expect(found?["meeting_url"]?.stringValue == link)
        #expect(found?["geo_address_json"]?["address"]?.stringValue == address)
    }

    @Test(arguments: [
        ("DTSTART:20270701T190000Z\nRRULE:FREQ=DAILY", "\"Tea\" repeats (RRULE)"),
        ("DTSTART:20270701T190000Z\nRECURRENCE-ID:20270701T190000Z", "\"Tea\" repeats (RECURRENCE-ID)"),
        ("DTSTART:20270701T190000", "DTSTART of \"Tea\" is a time without a zone: set its time zone with --zone"),
        ("DTSTART;VALUE=DATE:20270701", "DTSTART of \"Tea\" is a whole day: set its time zone with --zone"),
        ("DTSTART:tomorrow", "DTSTART of \"Tea\" is not a date and time"),
        ("DTSTART:20270701T190000Z\nDTEND;VALUE=DATE:20270702", "DTEND of \"Tea\" is not a date and time"),
        ("DTSTART:20270701T190000Z\nDURATION:-PT1H", "DURATION of \"Tea\" is not a duration, such as PT1H30M"),
        (
            "DTSTART;TZID=Asia/Tokio:20270701T190000",
            "time zone \"Asia/Tokio\" is neither an IANA time zone, such as Europe/Berlin, nor one of Windows', and the file does not define it; did you mean Asia/Tokyo?"
        ),
        ("DTSTART:20270701T190000Z\nDTSTART:20270702T190000Z", "DTSTART stands a second time in the event of line 2"),
        (
            "DTSTART:20270701T190000Z\nDTSTAMP:BEGIN:VEVENT",
            "DTSTAMP of \"Tea\" is not a date and time: \"BEGIN:VEVENT\""
        ),
        ("DTSTART:20270701T190000Z\nSEQUENCE:x", "SEQUENCE of \"Tea\" is not a number"),
        ("DTSTART:20270701T190000Z\nDTEND:20270701T200000Z\nDURATION:PT1H", "\"Tea\" has both DTEND and DURATION"),
        ("DESCRIPTION:x", "start_at is required"),
        ("DTSTART:20270701T190000Z\nDTEND:20270701T180000Z", "end_at must be after start_at"),
    ])
    func whatWouldNotBeTheSameIsRefused(_ lines: String, _ beginning: String) {
        let plan = plan(lines)
        #expect(plan.rows.isEmpty)
        #expect(
            plan.problems.contains { $0.text.hasPrefix(beginning) && (2...6).contains($0.line) }, "\(plan.problems)")
    }
}
