import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// What was exported comes back as it was, and what does not is said.
@Suite struct ImportLossTests {
    private func plan(_ text: String, _ format: ImportFormat) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        settings.format = format
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array(text.utf8)[...])
        return planner.finish()
    }

    private func documents(_ plan: ImportPlan) -> [JSON] { plan.rows.compactMap { try? JSON.parse($0.body) } }

    @Test func linesOfAnExportKeepTheirApproval() {
        let plan = plan(
            """
            {"id":"evt-1","name":"A","start_at":"2031-05-01T18:00:00Z","timezone":"UTC","require_approval":true,"display_price":{"amount":2500}}
            {"id":"evt-2","name":"B","start_at":"2031-05-01T18:00:00Z","timezone":"UTC","require_approval":false,"description_md":"x"}

            """, .ndjson)
        #expect(documents(plan).map { $0["require_rsvp_approval"] } == [true, nil])
        #expect(
            plan.losses == [
                ImportPlan.Finding(what: "price", places: [ImportPlace(line: 1)]),
                ImportPlan.Finding(what: "description", places: [ImportPlace(line: 1)]),
            ])
    }

    @Test func aTableOfAnExportKeepsItsApproval() {
        let header = EventColumn.all.map(\.name)
        let row = header.map { name in
            [
                "id": "evt-1", "name": "A", "start_at": "2031-05-01T18:00:00Z", "timezone": "UTC",
                "require_approval": "true",
            ][name]
                ?? ""
        }
        let plan = plan(header.joined(separator: ",") + "\n" + row.joined(separator: ",") + "\n", .csv)
        #expect(plan.problems == [])
        #expect(documents(plan).first?["require_rsvp_approval"] == true)
        #expect(plan.losses.map(\.what).contains("description") || header.contains { $0.hasPrefix("description") })
    }

    /// An address that only guests see does not become public, and a waitlist stays.
    @Test func aTableOfAnExportOpensNothing() throws {
        let cells = [
            "id": "evt-1", "name": "A", "start_at": "2031-05-01T18:00:00Z", "timezone": "UTC", "address": "1 Main St",
            "location_visibility": "guests-only", "waitlist_status": "enabled", "visibility": "private",
            "registration_open": "false", "max_capacity": "9", "price_amount": "2500", "price_currency": "eur",
        ]
        let header = EventColumn.all.map(\.name)
        let text = [header, header.map { cells[$0] ?? "" }].map { $0.joined(separator: ",") + "\n" }.joined()
        let plan = plan(text, .csv)
        #expect(plan.problems == [])
        let event = try #require(documents(plan).first)
        for name in ["location_visibility", "waitlist_status", "visibility"] {
            #expect(event[name]?.stringValue == cells[name], "\(name)")
        }
        #expect(event["registration_open"] == false && event["max_capacity"] == 9)
        #expect(plan.losses.map(\.what) == ["price", "description"])
        // A table of an earlier version says nothing of a waitlist.
        let old = Array(header.prefix { $0 != "start_local" })
        let lines = [old, old.map { cells[$0] ?? "" }].map { $0.joined(separator: ",") + "\n" }.joined()
        #expect(self.plan(lines, .csv).losses.map(\.what) == ["description", "waitlist", "price"])
    }

    @Test func aPriceInATableIsNotDroppedInSilence() {
        let text =
            "Title,Start,Time zone,Price\nA,2031-05-01 18:00,UTC,€25\nB,2031-05-01 18:00,UTC,free\nC,2031-05-01 18:00,UTC,0.00\n"
        #expect(plan(text, .csv).losses == [ImportPlan.Finding(what: "price", places: [ImportPlace(line: 2, row: 2)])])
    }

    @Test func aNumberOfAnotherCountryIsRefused() {
        let plan = plan("name,start_at,timezone,max_capacity\nA,2031-05-01 18:00,UTC,1.000\n", .csv)
        #expect(plan.problems.map(\.text) == ["max_capacity can be 1 or 1000; write it without a separator"])
        #expect(plan.problems.first?.shown.hasSuffix(", not \"1.000\"") == true)
    }

    /// A start in the past is told once with its rows; a year that nobody can mean is refused.
    @Test func timesThatAreHardlyMeantAreTold() {
        var settings = ImportPlanner.Settings()
        settings.now = Timestamp(rfc3339: "2027-01-01T00:00:00Z")
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        let text = """
            name,start_at,timezone
            A,2026-05-01 18:00,UTC
            B,2026-05-02 18:00,UTC
            C,2027-05-02 18:00,UTC
            D,0027-05-02 18:00,UTC
            E,2207-05-02 18:00,UTC

            """
        planner.feed(Array(text.utf8)[...])
        let plan = planner.finish()
        #expect(plan.rows.map(\.name) == ["A", "B", "C"])
        #expect(plan.remarks.map(\.places) == [[ImportPlace(line: 2, row: 2), ImportPlace(line: 3, row: 3)]])
        #expect(plan.remarks.first?.what.hasPrefix("start_at is in the past; now is ") == true)
        #expect(plan.problems.map(\.place.text) == ["row 5", "row 6"])
        #expect(plan.problems.map(\.text).allSatisfy { $0.hasPrefix("start_at is ") }, "\(plan.problems)")
    }

    /// What follows from a cell that cannot be read is not told as well.
    @Test func oneFaultIsOneProblem() {
        let plan = plan("name,start_at,end_at,timezone\nA,next week,2031-05-01 18:00,UTC\n,2031-05-01,,UTC\n", .csv)
        #expect(plan.problems.map(\.place.text) == ["row 2", "row 3", "row 3"])
        #expect(plan.problems[0].text.hasPrefix("start_at must be a date and time such as"))
        #expect(plan.problems[1].text == "start_at must have a time; it is a day alone")
        #expect(plan.problems[2].text.hasPrefix("name "))
    }

    @Test(arguments: [
        ("Date,Time,End time\n", "1 July 2031,22:00,2:00", "2031-07-01T22:00:00", "2031-07-02T02:00:00"),
        ("Date,Time,End time\n", "1 July 2031,7pm,9pm", "2031-07-01T19:00:00", "2031-07-01T21:00:00"),
        ("Start,Start time,End\n", "2031-07-01 00:00,7pm,21:00", "2031-07-01T19:00:00", "2031-07-01T21:00:00"),
        ("start_at,End\n", "2031-07-01 19:00,21:00", "2031-07-01T19:00", "2031-07-01T21:00:00"),
        ("Date,All day,End date\n", "1 July 2031,yes,", "2031-07-01T00:00:00", "2031-07-02T00:00:00"),
        ("Date,All day,End date\n", "2031-07-01,TRUE,2 July 2031", "2031-07-01T00:00:00", "2031-07-03T00:00:00"),
    ])
    func timesOfTwoColumns(_ header: String, _ cells: String, _ start: String, _ end: String) {
        let names = header.dropLast()
        let plan = plan("name,timezone,\(names)\nA,UTC,\(cells)\n", .csv)
        #expect(plan.problems == [])
        #expect(documents(plan).map { [$0["start_at"], $0["end_at"]] } == [[.string(start), .string(end)]])
    }

    @Test(arguments: [
        ("Start,Start time", "2031-07-01 18:00,7pm", "start_at has two times"),
        ("Start", "19:00", "start_at must have a day; it is a time alone"),
        ("Start,End", "2031-07-01T19:00Z,21:00", "end_at must have a day, as the start has an offset"),
        ("Start,End date", "2031-07-01T19:00,2 July 2031", "end_at must have a time; it is a day alone"),
        ("Start", "30.02.2031 19:00", "start_at must be a day that exists"),
        ("Start", "46569.79", "start_at is a spreadsheet's number that was cut, and any time from 18:51 to 19:04"),
    ])
    func timesThatSayTooLittle(_ header: String, _ cells: String, _ beginning: String) {
        let plan = plan("name,timezone,\(header)\nA,UTC,\(cells)\n", .csv)
        #expect(plan.problems.count == 1 && plan.problems.first?.text.hasPrefix(beginning) == true, "\(plan.problems)")
    }
}
