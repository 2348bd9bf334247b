import Core
import Foundation
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// Tables in the structure in which each program writes them, and the events that they are.
@Suite struct TableCorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Corpus/Tables")

    private static func plan(_ name: String, _ change: (inout ImportPlanner.Settings) -> Void = { _ in }) throws
        -> ImportPlan
    {
        var settings = ImportPlanner.Settings()
        change(&settings)
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        for start in stride(from: 0, to: bytes.count, by: 7) {
            planner.feed(bytes[start..<min(bytes.count, start + 7)])
        }
        return planner.finish()
    }

    /// What a row sends, as `name | start | end | zone | place | the rest`.
    private static func shown(_ row: ImportPlan.Row) throws -> String {
        let event = try #require(try JSON.parse(row.body).objectValue)
        let text = { (name: String) in event[name]?.stringValue ?? "-" }
        let place = event["geo_address_json"]?["address"]?.stringValue ?? text("meeting_url")
        let shown: Set = ["name", "start_at", "end_at", "timezone", "geo_address_json", "meeting_url"]
        let rest = event.members.filter { !shown.contains($0.name) }.map { name, value in
            "\(name)=" + (value.stringValue ?? String(decoding: value.encoded, as: UTF8.self))
        }
        return ([text("name"), text("start_at"), text("end_at"), text("timezone"), place] + rest.sorted())
            .joined(separator: " | ")
    }

    private struct File {
        let name: String
        let readAs: String
        let events: [String]
        var leftOut: [String] = []
        var change: @Sendable (inout ImportPlanner.Settings) -> Void = { _ in }
    }

    private static let files = [
        File(
            name: "excel-de.csv", readAs: "';' separated, Windows-1252, 4 rows (2 blank)",
            events: [
                "Sommerfest Grünau – Café | 2027-07-14T18:30:00 | 2027-07-14T22:00:00 | Europe/Berlin | Hauptstraße 1, Berlin | max_capacity=40",
                "Lesung \"Nachts\"; mit Musik | 2027-08-01T19:00:00 | 2027-08-01T21:00:00 | Europe/Berlin | Café „Zur Post“",
            ],
            change: {
                $0.map = [
                    ImportMapping(from: "Titel", to: "name"), ImportMapping(from: "Ende", to: "end_at"),
                    ImportMapping(from: "Zeitzone", to: "timezone"), ImportMapping(from: "Plätze", to: "max_capacity"),
                    ImportMapping(from: "Ort", to: "place"),
                ]
            }),
        File(
            name: "excel-de-utf8.csv", readAs: "';' separated, UTF-8, 2 rows",
            events: [
                "Sommerfest Grünau | 2027-07-14T18:30:00 | - | Europe/Berlin | - | max_capacity=1000000",
                "Eintritt 5 € | 2027-08-01T19:00:00 | - | Europe/Berlin | - | max_capacity=25",
            ]),
        File(
            name: "excel-us.csv", readAs: "',' separated, UTF-8, 3 rows (1 blank)",
            events: [
                "Rooftop drinks | 2027-07-01T19:00:00 | 2027-07-01T22:00:00 | America/New_York | 12 Main St, New York | max_capacity=40",
                "Yoga | 2027-07-14T07:00:00 | 2027-07-14T08:30:00 | America/New_York | https://zoom.us/j/123456789",
            ]),
        File(
            name: "excel-mac.csv", readAs: "',' separated, UTF-8, 2 rows",
            events: [
                "Tea | 2027-07-01T19:00 | - | Europe/London | - | description_md=two\nlines",
                "Cake | 2027-07-02T19:00:00 | - | Europe/London | -",
            ]),
        File(
            name: "excel-unicode.txt", readAs: "tab separated, UTF-16LE, 2 rows",
            events: [
                "Łódź meetup | 2027-07-01T19:00:00 | - | Europe/Warsaw | - | description_md=Pierogi 🥟",
                "Tea, \"green\" | 2027-07-14T19:00:00 | - | Asia/Tokyo | -",
            ]),
        File(
            name: "excel-serial.csv", readAs: "',' separated, UTF-8, 2 rows",
            events: [
                "Rooftop drinks | 2027-07-01T19:00:00 | 2027-07-01T22:00:00 | America/New_York | -",
                "Brunch | 2027-07-02T10:30:00 | 2027-07-02T12:00:00 | America/New_York | -",
            ]),
        File(
            name: "excel-sep.csv", readAs: "';' separated, UTF-8, 1 row",
            events: [
                "Rooftop drinks | 2027-07-01T19:00 | - | America/New_York | - | description_md=Bring a friend | max_capacity=40"
            ]),
        File(
            name: "libreoffice-cp1252.csv", readAs: "',' separated, Windows-1252, 2 rows",
            events: [
                "Café crème | 2027-07-01T19:00:00 | - | Europe/Paris | - | registration_open=true",
                "L’été à Nîmes | 2027-07-08T19:30:00 | - | Europe/Paris | - | registration_open=false",
            ]),
        File(
            name: "google-calendar.csv", readAs: "',' separated, UTF-8, 2 rows",
            events: [
                "Final exam | 2027-05-30T10:00:00 | 2027-05-30T13:00:00 | America/New_York | Columbia, Schermerhorn 614"
                    + " | description_md=50 multiple choice questions, two essays | visibility=private",
                "Conference | 2027-06-01T00:00:00 | 2027-06-04T00:00:00 | America/New_York | -",
            ], change: { $0.zone = "America/New_York" }),
        File(
            name: "google-sheets-uk.tsv", readAs: "tab separated, UTF-8, 2 rows",
            events: [
                "Pub quiz | 2027-07-13T19:30:00 | 2027-07-13T22:00:00 | Europe/London | The Crown",
                "Walk | 2027-08-01T09:00:00 | - | Europe/London | -",
            ]),
        File(
            name: "outlook.csv", readAs: "',' separated, Windows-1252, 2 rows",
            events: [
                "Team offsite | 2027-07-14T09:00:00 | 2027-07-14T17:30:00 | Europe/Lisbon | Lisbon office | description_md=Bring your badge.",
                "Open day | 2027-07-15T00:00:00 | 2027-07-16T00:00:00 | Europe/Lisbon | - | visibility=private",
            ],
            leftOut: [
                "Reminder on/off", "Reminder Date", "Reminder Time", "Meeting Organizer", "Required Attendees",
                "Optional Attendees", "Meeting Resources", "Billing Information", "Categories", "Mileage", "Priority",
                "Show time as",
            ], change: { $0.zone = "Europe/Lisbon" }),
        File(
            name: "luma-events.csv", readAs: "',' separated, UTF-8, 1 row",
            events: [
                "Founders breakfast | 2027-03-18T08:00:00.000Z | 2027-03-18T10:00:00.000Z | Europe/Lisbon | - | max_capacity=30"
                    + " | require_rsvp_approval=true | visibility=public"
            ], leftOut: ["url"]),
        File(
            name: "eventbrite.csv", readAs: "',' separated, UTF-8, 1 row",
            events: [
                "Jazz & Wine | 2027-07-14T19:00:00 | 2027-07-14T22:30:00 | America/Chicago"
                    + " | The Green Room, 4802 N Broadway, Chicago, IL | max_capacity=120"
            ], leftOut: ["Event ID", "Tickets Sold", "Event URL"]),
        File(
            name: "meetup.csv", readAs: "',' separated, UTF-8, 1 row",
            events: ["Swift Porto #12 | 2027-07-15T18:45:00 | - | Europe/Lisbon | UPTEC | max_capacity=60"],
            leftOut: ["RSVPs", "Event link"]),
        File(
            name: "all-ambiguous.csv", readAs: "',' separated, UTF-8, 2 rows",
            events: ["A | 2027-01-07T19:00:00 | - | UTC | -", "B | 2027-02-07T19:00:00 | - | UTC | -"],
            change: { $0.dateOrder = .mdy }),
        File(
            name: "mac-roman.csv", readAs: "',' separated, Macintosh, 1 row",
            events: ["Grünau | 2027-07-01T19:00 | - | Europe/Berlin | -"],
            change: { ($0.table.encoding, $0.zone) = (.macintosh, "Europe/Berlin") }),
    ]

    @Test(arguments: files.indices) func aTableOfAProgramBecomesItsEvents(_ index: Int) throws {
        let file = Self.files[index]
        let plan = try Self.plan(file.name, file.change)
        #expect(plan.readAs == file.readAs)
        #expect(plan.problems == [], "\(file.name)")
        #expect(try plan.rows.map(Self.shown) == file.events)
        #expect(plan.leftOut == file.leftOut)
        #expect(plan.losses == [])
    }

    @Test(arguments: [
        ("luma-guests.csv", "line 1", "this is a table of guests (\"name\"", "nobody is invited"),
        (
            "all-ambiguous.csv", "row 2", "column \"start_at\": \"01/07/2027 19:00\" can be more than one day",
            "--date-format dmy or mdy"
        ),
        (
            "both-orders.csv", "row 2", "the dates of column \"start_at\" are not all written in one order",
            "\"07/14/2027 19:00\""
        ),
        ("excel.xlsx", "line 1", "the file is a workbook of Excel", "CSV UTF-8"),
        (
            "mac-roman.csv", "line 2", "octet 9F (number 3 of the line) makes no sense in Windows-1252",
            "--encoding macintosh"
        ),
    ])
    func whatCannotBeKnownIsRefusedOnce(_ name: String, _ place: String, _ beginning: String, _ part: String) throws {
        let plan = try Self.plan(name)
        #expect(plan.isUnusable && plan.rows.isEmpty)
        #expect(plan.problems.count == 1)
        let problem = try #require(plan.problems.first)
        #expect(problem.text.contains(beginning.split(separator: "(").first ?? ""), "\(problem.text)")
        #expect(problem.text.contains(part), "\(problem.text)")
    }

    /// Every row has the offset that its zone has on its own day.
    @Test func eachRowHasItsOwnOffset() throws {
        let plan = try Self.plan("clocks-change.csv")
        let starts = try plan.rows.map { row -> Timestamp? in
            guard
                case .accepted(let event) = EventInput.parse(
                    try JSON.parse(row.body), mode: .create, EventInput.Setting(zones: SystemZones.database))
            else { return nil }
            return event.outcome.start
        }
        #expect(starts == [Timestamp(rfc3339: "2027-10-30T23:00:00Z"), Timestamp(rfc3339: "2027-11-14T00:00:00Z")])
    }

    /// A file that was cut off anywhere is read or refused; a row before the cut is never another event.
    @Test(arguments: files.indices) func aFileMayEndAtEveryOctet(_ index: Int) throws {
        let file = Self.files[index]
        let bytes = Array(try Data(contentsOf: Self.folder.appendingPathComponent(file.name)))
        var settings = ImportPlanner.Settings()
        file.change(&settings)
        for end in bytes.indices {
            var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
            planner.feed(bytes[..<end])
            let plan = planner.finish()
            // All rows but the last are whole.
            for row in plan.rows.dropLast() { #expect(file.events.contains(try Self.shown(row))) }
        }
    }
}
