import Core
import Foundation
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// Calendars made by hand in the structure in which programs write them, and what becomes of each. The fuzzer begins with the
/// same files.
@Suite struct CalendarCorpusTests {
    private struct Case: CustomTestStringConvertible {
        let file: String
        var zone: String?
        var expandUntil: String?
        var trust: CalendarSettings.Trust?
        /// Line, instants of start and end, zone and name.
        var events: [String] = []
        /// Line and the beginning of what is said.
        var problems: [String] = []
        var passedOver: [String] = []
        var notes: [String] = []

        var testDescription: String { "\(file) \(zone ?? "") \(expandUntil ?? "") \(trust?.rawValue ?? "")" }
    }

    static func bytes(_ file: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus/calendar")
        return try Array(Data(contentsOf: folder.appendingPathComponent(file)))
    }

    private static func plan(_ bytes: [UInt8], _ change: (inout ImportPlanner.Settings) -> Void = { _ in })
        -> ImportPlan
    {
        var settings = ImportPlanner.Settings()
        settings.format = .ics
        change(&settings)
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(bytes[...])
        return planner.finish()
    }

    private static func plan(_ file: String, _ change: (inout ImportPlanner.Settings) -> Void = { _ in }) throws
        -> ImportPlan
    {
        plan(try bytes(file), change)
    }

    private static let cases: [Case] = [
        Case(
            file: "google.ics",
            events: [
                "26 2027-07-01T17:00:00.000Z 2027-07-01T19:00:00.000Z Europe/Berlin Swift evening",
                "74 2027-09-18T22:00:00.000Z 2027-09-22T22:00:00.000Z Europe/Berlin Conference",
            ],
            problems: [
                "52 \"Weekly run\" repeats (RRULE)", "62 \"Weekly run, later\" repeats (RECURRENCE-ID)",
            ],
            passedOver: ["66 is cancelled (STATUS:CANCELLED)"],
            notes: ["0 Left out, because a Luma event has no field for it: ATTENDEE (1), VALARM (1)"]),
        Case(
            file: "google.ics", expandUntil: "2027-12-31",
            events: [
                "26 2027-07-01T17:00:00.000Z 2027-07-01T19:00:00.000Z Europe/Berlin Swift evening",
                "49 2027-07-05T17:00:00.000Z 2027-07-05T19:00:00.000Z Europe/Berlin Weekly run",
                "49 2027-07-26T17:00:00.000Z 2027-07-26T19:00:00.000Z Europe/Berlin Weekly run",
                "49 2027-08-02T17:00:00.000Z 2027-08-02T19:00:00.000Z Europe/Berlin Weekly run",
                "58 2027-07-12T18:00:00.000Z 2027-07-12T19:30:00.000Z Europe/Berlin Weekly run, later",
                "74 2027-09-18T22:00:00.000Z 2027-09-22T22:00:00.000Z Europe/Berlin Conference",
            ],
            passedOver: ["66 is cancelled (STATUS:CANCELLED)"],
            notes: ["0 Left out, because a Luma event has no field for it: ATTENDEE (1), VALARM (1)"]),
        Case(
            file: "outlook.ics",
            events: [
                "23 2027-07-01T16:00:00.000Z 2027-07-01T18:00:00.000Z Europe/Berlin Sommerfest",
                "47 2027-11-01T17:00:00.000Z 2027-11-01T18:00:00.000Z Europe/Berlin After the clocks have changed",
            ],
            notes: ["0 Left out, because a Luma event has no field for it: VALARM (1)"]),
        Case(
            file: "exchange.ics",
            events: [
                "36 2027-08-02T02:35:00.000Z 2027-08-02T03:05:00.000Z Asia/Shanghai First talk",
                "45 2027-08-09T10:30:00.000Z 2027-08-09T11:00:00.000Z Europe/London Second talk",
                "54 2027-04-05T01:00:00.000Z 2027-04-05T02:00:00.000Z Asia/Shanghai Breakfast",
            ],
            notes: [
                "49 time zone \"GMT Standard Time 1\" is read as line 13 defines it, and shown as Europe/London",
                "57 time zone \"Customized Time Zone\" is read as line 28 defines it, and shown as Asia/Shanghai",
            ]),
        Case(
            file: "exchange.ics", zone: "Australia/Perth",
            events: [
                "36 2027-08-02T02:35:00.000Z 2027-08-02T03:05:00.000Z Asia/Shanghai First talk",
                "45 2027-08-09T10:30:00.000Z 2027-08-09T11:00:00.000Z Australia/Perth Second talk",
                "54 2027-04-05T01:00:00.000Z 2027-04-05T02:00:00.000Z Australia/Perth Breakfast",
            ],
            notes: [
                "49 time zone \"GMT Standard Time 1\" is read as line 13 defines it, and shown as Australia/Perth",
                "57 time zone \"Customized Time Zone\" is read as line 28 defines it, and shown as Australia/Perth",
            ]),
        Case(
            file: "apple.ics",
            events: [
                "7 2027-03-13T23:00:00.000Z 2027-03-14T01:00:00.000Z America/New_York Evening before the clocks change 🕰",
                "22 2027-03-14T22:00:00.000Z 2027-03-15T00:00:00.000Z America/New_York Evening after",
            ]),
        Case(
            file: "thunderbird.ics",
            events: ["22 2027-12-01T18:30:00.000Z 2027-12-01T20:30:00.000Z Europe/Berlin Lesekreis"],
            notes: ["0 Left out, because a Luma event has no field for it: CATEGORIES (1)"]),
        Case(
            file: "luma.ics", zone: "Europe/Berlin",
            events: ["7 2027-07-01T17:00:00.000Z 2027-07-01T20:00:00.000Z Europe/Berlin Founders' dinner"],
            notes: ["0 Left out, because a Luma event has no field for it: ORGANIZER (1)"]),
        Case(
            file: "meetup.ics",
            events: ["18 2027-11-10T02:00:00.000Z 2027-11-10T04:00:00.000Z America/Phoenix Monthly meetup"],
            notes: ["0 Left out, because a Luma event has no field for it: URL (1)"]),
        Case(
            file: "eventbrite.ics", zone: "Europe/London",
            events: ["4 2027-06-10T18:00:00.000Z 2027-06-10T21:00:00.000Z Europe/London Product Night - London"],
            notes: ["0 Left out, because a Luma event has no field for it: URL (1)"]),
        Case(
            file: "floating.ics",
            events: [
                "22 2027-03-14T02:00:00.000Z 2027-03-14T04:00:00.000Z America/Los_Angeles Before",
                "28 2027-03-15T01:00:00.000Z 2027-03-15T03:00:00.000Z America/Los_Angeles After",
                "34 2027-04-22T07:00:00.000Z 2027-04-23T07:00:00.000Z America/Los_Angeles A day that ends with itself",
            ]),
        Case(
            file: "floating.ics", zone: "Europe/Berlin",
            events: [
                "22 2027-03-13T17:00:00.000Z 2027-03-13T19:00:00.000Z Europe/Berlin Before",
                "28 2027-03-14T17:00:00.000Z 2027-03-14T19:00:00.000Z Europe/Berlin After",
                "34 2027-04-21T22:00:00.000Z 2027-04-22T22:00:00.000Z Europe/Berlin A day that ends with itself",
            ]),
        Case(
            file: "marked.ics",
            events: ["5 2027-05-12T22:00:00.000Z 2027-05-12T23:00:00.000Z UTC Without an end"],
            notes: ["7 \"Without an end\" has no end; it gets one an hour after its start"]),
        Case(
            file: "states.ics",
            events: ["4 2027-12-21T11:04:00.000Z 2027-12-21T15:48:00.000Z UTC Train to the meetup"],
            problems: [
                "22 \"Which one?\" has the UID, SEQUENCE and date of the event in line 28",
                "28 \"This one?\" has the UID, SEQUENCE and date of the event in line 22",
            ],
            passedOver: [
                "13 is an earlier state of the event in line 4 (UID)",
                "34 is an earlier state of the event in line 40 (UID)",
                "40 is cancelled (STATUS:CANCELLED)", "53 is an answer to an invitation (METHOD:REPLY)",
                "63 is cancelled (METHOD:CANCEL)",
            ]),
        Case(
            file: "broken.ics", zone: "Europe/Berlin",
            events: ["4 2027-11-09T23:00:00.000Z 2027-11-10T23:00:00.000Z Europe/Berlin Good one"],
            problems: [
                "13 DTSTAMP of \"Parts &amp; Crafts\" is not a date and time: \"BEGIN:VEVENT\"",
                "15 DTSTAMP stands a second time in the event of line 11",
                "17 DTEND of \"Parts &amp; Crafts\" is not a date and time: \"202709010\"",
            ]),
        Case(
            file: "disagreeing.ics",
            events: ["26 2027-12-01T18:00:00.000Z 2027-12-01T20:00:00.000Z Europe/Berlin Winter"],
            problems: [
                "22 time zone \"Europe/Berlin\" is UTC+02:00 then by its name and UTC+01:00 as line 4 defines it; say which counts",
                "34 time zone \"Nowhere\" is the file's own, and no IANA time zone agrees with it; say which one",
            ]),
        Case(
            file: "disagreeing.ics", zone: "Europe/Paris", trust: .names,
            events: [
                "20 2027-07-01T17:00:00.000Z 2027-07-01T19:00:00.000Z Europe/Berlin Summer",
                "26 2027-12-01T18:00:00.000Z 2027-12-01T20:00:00.000Z Europe/Berlin Winter",
                "32 2027-12-01T17:37:00.000Z 2027-12-01T19:37:00.000Z Europe/Paris Odd",
            ],
            notes: ["34 time zone \"Nowhere\" is read as line 12 defines it, and shown as Europe/Paris"]),
        Case(
            file: "disagreeing.ics", zone: "Europe/Paris", trust: .file,
            events: [
                "20 2027-07-01T18:00:00.000Z 2027-07-01T20:00:00.000Z Europe/Berlin Summer",
                "26 2027-12-01T18:00:00.000Z 2027-12-01T20:00:00.000Z Europe/Berlin Winter",
                "32 2027-12-01T17:37:00.000Z 2027-12-01T19:37:00.000Z Europe/Paris Odd",
            ],
            notes: ["34 time zone \"Nowhere\" is read as line 12 defines it, and shown as Europe/Paris"]),
        Case(file: "vcalendar.vcs", problems: ["2 is a vCalendar 1.0 file, of before iCalendar"]),
    ]

    @Test(arguments: cases)
    private func aCalendarBecomesItsEvents(_ expected: Case) throws {
        let plan = try Self.plan(expected.file) {
            $0.zone = expected.zone
            $0.calendar.trust = expected.trust
            $0.calendar.expands = expected.expandUntil != nil
            $0.calendar.expandUntil = expected.expandUntil.flatMap { LocalDateTime($0 + "T00:00") }?.date
        }
        #expect(try plan.rows.map(Self.told) == expected.events)
        expectBeginnings(plan.problems.map { "\($0.line) \($0.text)" }, expected.problems)
        #expect(plan.passedOver.map { "\($0.line) \($0.reason)" } == expected.passedOver)
        expectBeginnings(plan.notes.map { "\($0.line) \($0.text)" }, expected.notes)
        #expect(plan.duplicates.isEmpty && plan.leftOut.isEmpty)
        #expect(plan.count == plan.rows.count + plan.passedOver.count + plan.invalid)
    }

    private func expectBeginnings(_ found: [String], _ expected: [String]) {
        #expect(found.count == expected.count, "\(found)")
        for (found, expected) in zip(found, expected) { #expect(found.hasPrefix(expected)) }
    }

    /// A row with its instants, as the gateway will read them.
    private static func told(_ row: ImportPlan.Row) throws -> String {
        let body = try JSON.parse(row.body)
        let setting = EventInput.Setting(zones: SystemZones.database, surface: .importFile)
        let outcome = EventInput.parse(body, mode: .create, setting)
        guard case .accepted(let event) = outcome else { return "\(outcome)" }
        let parts = ["start_at", "end_at", "timezone"].map { event.body[$0]?.stringValue ?? "" }
        return "\(row.line) \(parts.joined(separator: " ")) \(row.name)"
    }

    private func body(_ file: String, _ index: Int) throws -> JSON {
        let plan = try Self.plan(file) { $0.zone = "Europe/Berlin" }
        return try JSON.parse(try #require(plan.rows.dropFirst(index).first).body)
    }

    @Test func textsAndPlacesAreTheEvents() throws {
        let google = try body("google.ics", 0)
        #expect(google["description_md"] == "Bring a **laptop**.\n\n- Door code 12\n\n[Plan](https://example.com/plan)")
        #expect(google["meeting_url"] == "https://meet.google.com/abc-defg-hij" && google["geo_address_json"] == nil)
        let outlook = try body("outlook.ics", 0)
        #expect(outlook["description_md"] == "Grün & *warm*")
        #expect(outlook["geo_address_json"] == ["type": "manual", "address": "Room 4, Main St 1"])
        let teams = try body("outlook.ics", 1)
        #expect(teams["meeting_url"] == "https://teams.microsoft.com/l/meetup-join/19%3ameeting")
        #expect(teams["visibility"] == "private")
        let apple = try body("apple.ics", 0)
        #expect(apple["coordinate"] == ["latitude": 42.35, "longitude": -71.04])
        #expect(apple["geo_address_json"]?["address"] == "Pier 4\n1 Harbour Rd, Boston")
        #expect(try body("apple.ics", 1)["meeting_url"] == "https://facetime.apple.com/join#v=1")
        let meetup = try body("meetup.ics", 0)
        #expect(
            meetup["description_md"]
                == "Users\nTuesday, November 9 at 7:00 PM\n\nTemplates; themes\n\nDetails: http://www.meetup.com/Example/events/00000000/"
        )
        #expect(meetup["meeting_url"] == nil && meetup["coordinate"] == ["latitude": 33.56, "longitude": -111.9])
        let luma = try body("luma.ics", 0)
        #expect(luma["meeting_url"] == nil && luma["geo_address_json"] == nil && luma["coordinate"] != nil)
    }

    /// Cut off anywhere, a file is either refused as a whole or had been whole: half of one is never sent.
    @Test(arguments: ["google.ics", "exchange.ics", "states.ics", "marked.ics", "broken.ics"])
    func whatWasCutOffIsNotUsed(_ file: String) throws {
        let bytes = try Self.bytes(file)
        let text = String(decoding: bytes, as: UTF8.self)
        let calendars = text.ranges(of: "BEGIN:VCALENDAR").count
        for end in stride(from: 0, to: bytes.count, by: 7) {
            let plan = Self.plan(Array(bytes[..<end])) { $0.zone = "Europe/Berlin" }
            let ended = String(decoding: bytes[..<end], as: UTF8.self).ranges(of: "END:VCALENDAR").count
            #expect(plan.isUnusable || ended == calendars || ended > 0, "\(end)")
        }
    }
}
