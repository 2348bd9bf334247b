import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// Calendars that ask for more than anybody has: each is refused in words, or gives what is bounded.
@Suite struct HostileCalendarTests {
    private struct Case {
        let name: String
        let body: String
        let problem: String
        var until: String? = "9999-12-31"
    }

    private func plan(_ body: String, until: String? = nil) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        (settings.format, settings.zone) = (.ics, "Europe/Berlin")
        settings.now = Timestamp(rfc3339: "2030-06-01T00:00:00Z")
        settings.calendar.expands = true
        settings.calendar.expandUntil = until.flatMap { LocalDateTime($0 + "T00:00") }?.date
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array("BEGIN:VCALENDAR\nVERSION:2.0\n\(body)END:VCALENDAR\n".utf8)[...])
        return planner.finish()
    }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    private static func event(_ lines: String, start: String = "DTSTART:20310101T100000Z", uid: String = "u") -> String
    {
        "BEGIN:VEVENT\nUID:\(uid)\nSUMMARY:Tea\n\(start)\nDURATION:PT1H\n\(lines)END:VEVENT\n"
    }

    private static func zone(_ parts: String) -> String {
        let event = event("", start: "DTSTART;TZID=Mine:20310101T100000")
        return "BEGIN:VTIMEZONE\nTZID:Mine\n\(parts)END:VTIMEZONE\n\(event)"
    }

    /// A minute after the other.
    private static func list(_ count: Int) -> String {
        let dates = (0..<count).map { minute in
            let text = LocalDateTime(milliseconds: 1_924_992_000_000 + Int64(minute) * 60_000).text
            return text.prefix(19).filter { !"-:".contains($0) } + "Z"
        }
        return dates.joined(separator: ",")
    }

    private static let standard =
        "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n"
    private static let more = "\"Tea\" repeats more than 500 times"
    private static let unread = "RRULE of \"Tea\" cannot be read"
    private static let longLine = "is longer than 262144 bytes"

    private static let cases: [Case] = [
        Case(
            name: "observances", body: zone(times(5000, standard)),
            problem: "a time zone has more than 512 STANDARD and DAYLIGHT"),
        Case(
            name: "properties of an observance",
            body: zone("BEGIN:STANDARD\n\(times(1000, "COMMENT:x\n"))END:STANDARD\n"),
            problem: "a part of a time zone has more than 64 properties"),
        Case(name: "count", body: event("RRULE:FREQ=DAILY;COUNT=1000000000\n"), problem: more),
        Case(
            name: "seconds", body: event("RRULE:FREQ=SECONDLY;COUNT=2\n"),
            problem: "\"Tea\" repeats by FREQ=SECONDLY, which is not supported"),
        Case(
            name: "no end", body: event("RRULE:FREQ=DAILY\n"), problem: "\"Tea\" repeats without an end", until: nil),
        Case(name: "positions of nothing", body: event("RRULE:FREQ=DAILY;BYSETPOS=1;COUNT=2\n"), problem: unread),
        Case(name: "position 0", body: event("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0;COUNT=2\n"), problem: unread),
        Case(name: "position 367", body: event("RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=367;COUNT=2\n"), problem: unread),
        Case(
            name: "a position that never comes", body: event("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;COUNT=2\n"),
            problem: more),
        Case(name: "a list of dates", body: event("RDATE:\(list(20_000))\n"), problem: longLine),
        Case(name: "lists of dates", body: event(times(5, "RDATE:\(list(10_000))\n")), problem: more),
        Case(
            name: "more lists", body: event(times(9, "RDATE:\(list(10_000))\n")),
            problem: "is longer than 1048576 bytes"),
        Case(
            name: "depth", body: "BEGIN:VEVENT\n\(times(10_000, "BEGIN:X\n"))",
            problem: "components are nested too deep"),
        Case(name: "a long line", body: event("DESCRIPTION:\(times(1 << 20, "x"))\n"), problem: longLine),
        Case(name: "folds without an end", body: event("DESCRIPTION:x\n\(times(300_000, " y\n"))"), problem: longLine),
        Case(name: "parameters", body: event("DESCRIPTION\(times(5000, ";X=1")):x\n"), problem: "is not a property"),
        Case(name: "values", body: event("DESCRIPTION;X=1\(times(5000, ",1")):x\n"), problem: "is not a property"),
        Case(name: "properties", body: event(times(5000, "X-A:1\n")), problem: "has more than 4096 properties"),
        Case(name: "year 0", body: event("", start: "DTSTART:00000101T000000Z"), problem: "start_at "),
        Case(name: "year 9999", body: event("", start: "DTSTART:99991231T235959Z"), problem: "start_at "),
        Case(
            name: "a series up to year 9999", body: event("RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z\n"), problem: more),
        Case(
            name: "a zone's name", body: event("", start: "DTSTART;TZID=\(times(50_000, "/a")):20310101T100000"),
            problem: "time zone \"/a/a/"),
    ]

    @Test(arguments: cases.indices) func whatAsksForTooMuchIsRefusedInWords(_ index: Int) {
        let found = Self.cases[index]
        let plan = plan(found.body, until: found.until)
        #expect(plan.rows.isEmpty, "\(found.name)")
        let texts = plan.problems.map(\.text)
        #expect(texts.contains { $0.contains(found.problem) }, "\(found.name): \(texts.prefix(3))")
        #expect(texts.count <= 10 && texts.allSatisfy { $0.utf8.count < 1000 })
    }

    /// An extravagant entry does not keep the others from being read.
    @Test(arguments: cases.indices) func theOthersAreReadAllTheSame(_ index: Int) {
        let found = Self.cases[index]
        // What is nested too deep has no end that anybody could know.
        if found.name == "depth" { return }
        let other = Self.event("", start: "DTSTART:20310102T100000Z", uid: "v")
        #expect(plan(found.body + other, until: found.until).rows.map(\.identity) == ["v"])
    }

    @Test func thousandsOfStatesOfOneEventAreOneEvent() {
        let states = (0..<4000).map { Self.event("SEQUENCE:\($0 / 2)\n") }
        let plan = plan(states.joined())
        #expect(plan.rows.count == 1 && plan.passedOver.count == 3999 && plan.problems.isEmpty)
    }

    @Test func aDayTakenOutThousandsOfTimesIsTakenOutOnce() {
        let days = Array(repeating: "20310102", count: 20_000).joined(separator: ",")
        let series = "RRULE:FREQ=DAILY;COUNT=400\n\(Self.times(4, "EXDATE;VALUE=DATE:\(days)\n"))"
        #expect(plan(Self.event(series)).rows.count == 399)
    }

    /// Series make so many events of a file and no more; what is no series is read all the same.
    @Test func aFileMakesSoManyEventsAndNoMore() throws {
        var settings = CalendarSettings()
        settings.expands = true
        var rows = CalendarRows(zones: SystemZones.database, settings: settings, max: 1000)
        let series = (0..<4).map { Self.event("RRULE:FREQ=DAILY;COUNT=400\n", uid: "\($0)") }.joined()
        var reader = ICSReader()
        let text = "BEGIN:VCALENDAR\n\(series)\(Self.event("", uid: "last"))END:VCALENDAR\n"
        reader.feed(Array(text.utf8)[...]) { if case .row(let event) = $0 { rows.add(event) } }
        reader.finish { _ in }
        let items = rows.items(reader.calendars).items
        let problems = items.compactMap { item in
            if case .problems(let found) = item.outcome { found.first?.text } else { nil }
        }
        let expected = "\"Tea\" is one series too many: the file makes more than 1000 events; split it"
        #expect(problems == [expected, expected])
        #expect(items.count == 800 + 2 + 1 && items.last?.identities.first == "last")
    }

    /// Properties that name each other, or themselves, are followed nowhere.
    @Test func whatRefersToItselfIsReadOnce() {
        let cyclic = "RELATED-TO:u\nX-NEXT:X-NEXT\nX-A;X-B=X-A:X-A\nX-WR-TIMEZONE:Mine\n"
        let zone = "BEGIN:VTIMEZONE\nTZID:Mine\nTZURL:Mine\nX-LIC-LOCATION:Mine\n\(Self.standard)END:VTIMEZONE\n"
        #expect(plan("X-WR-TIMEZONE:Mine\n\(zone)\(Self.event(cyclic))").rows.count == 1)
    }

    /// A report's line is bounded: an identity beyond that is kept by its digest.
    @Test func aUIDOfAnyLengthIsKeptShort() {
        let long = Self.times(200_000, "\u{7f}")
        let identities = ["1", "2"].map { plan(Self.event("", uid: long + $0)).rows.compactMap(\.identity) }
        #expect(
            identities.allSatisfy { $0.count == 1 && $0.allSatisfy { $0.hasPrefix("sha256:") && $0.utf8.count == 71 } })
        #expect(identities.first != identities.last)
    }
}
