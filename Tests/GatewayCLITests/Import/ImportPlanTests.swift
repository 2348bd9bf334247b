import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

@Suite struct ImportPlanTests {
    private func plan(_ text: String, _ change: (inout ImportPlanner.Settings) -> Void = { _ in }) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        change(&settings)
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        for byte in text.utf8 { planner.feed([byte]) }
        return planner.finish()
    }

    private func documents(_ plan: ImportPlan) -> [JSON] { plan.rows.compactMap { try? JSON.parse($0.body) } }

    /// The first event must not be taken for the names of the columns.
    @Test func aFirstLineThatCannotBeDecodedIsTheOneProblem() {
        var planner = ImportPlanner(
            ImportPlanner.Settings(), zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array("name,Ort ".utf8)[...] + [0x81] + Array("\nTea,Berlin\nCoffee,Paris\n".utf8))
        let plan = planner.finish()
        #expect(plan.isUnusable && plan.rows.isEmpty)
        #expect(plan.problems.map(\.line) == [1], "\(plan.problems)")
    }

    @Test func aTableBecomesEvents() {
        let plan = plan(
            """
            Name,Start At,timezone,max_capacity,registration_open,geo_address_json,registration_questions,url
            Tea,2027-05-01T18:00,Asia/Tokyo,12,yes,1 Main St,[],https://luma.com/tea
            "Two
            lines",2027-05-02T18:00Z,UTC,,,"{""type"":""google"",""place_id"":""x""}",,
            """)
        #expect(
            plan.problems == [
                ImportPlan.Problem(
                    row: 2, place: ImportPlace(line: 3, row: 3), name: "Two\nlines",
                    text: "name must not contain control characters, such as a line break")
            ])
        #expect(
            documents(plan) == [
                [
                    "name": "Tea", "start_at": "2027-05-01T18:00", "timezone": "Asia/Tokyo", "max_capacity": 12,
                    "registration_open": true, "geo_address_json": ["type": "manual", "address": "1 Main St"],
                    "registration_questions": [],
                ]
            ])
        #expect(plan.rows.first?.line == 2 && plan.rows.first?.number == 1)
        #expect(plan.leftOut == ["url"])
        #expect(plan.count == 2 && plan.invalid == 1 && !plan.isUnusable)
    }

    @Test(arguments: [
        ("", "the file is empty: its first line must name the columns"),
        ("nmae,start_at\n", "column \"nmae\" is not a field of an event; did you mean name?; rename it"),
        ("\u{feff}BEGIN:VCALENDAR\r\n", "the file is a calendar: say --format ics"),
        ("{\"name\":\"Tea\"}\n", "the file is made of lines of JSON: say --format ndjson"),
        ("[{\"name\":\"Tea\"}]\n", "the file is one list in JSON"),
        ("name,Name\n", "two columns are name: \"name\", \"Name\"; leave one out"),
        ("name/start_at\n", "column \"name/start_at\" is not a field of an event"),
        ("name,start_at,Foo,Bar\n", "columns \"Foo\", \"Bar\" are not fields of an event"),
        ("name,email,approval_status,ticket_name\n", "this is a table of guests (\"email\", \"approval_status\", "),
        ("a\"b\n", "a quote stands within a field"),
    ])
    func aTableThatCannotBeReadIsUnusable(text: String, beginning: String) {
        let plan = plan(text)
        #expect(plan.isUnusable)
        #expect(plan.problems.first?.text.hasPrefix(beginning) == true, "\(plan.problems)")
        #expect(plan.problems.first?.line == 1)
        #expect(plan.rows.isEmpty)
    }

    @Test func columnsAreRenamedAndLeftOut() {
        let text = "Titel,start_at,Notes\nTea,2027-05-01T18:00,x\n"
        let mapped = plan(text) {
            $0.map = [ImportMapping(from: "Titel", to: "name"), ImportMapping(from: "Notes", to: "")]
            $0.zone = "Asia/Tokyo"
        }
        #expect(documents(mapped) == [["name": "Tea", "start_at": "2027-05-01T18:00", "timezone": "Asia/Tokyo"]])
        #expect(mapped.problems.isEmpty && mapped.leftOut.isEmpty)
        let wrong = plan(text) { $0.map = [ImportMapping(from: "Title", to: "name")] }
        #expect(
            wrong.problems.map(\.text).contains(
                "--map names a column that the file does not have: \"Title\"; did you mean \"Titel\"?"))
    }

    @Test func linesOfJSONBecomeEvents() {
        let plan = plan(
            """
            {"name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC", "id": "evt-1"}
            {"nam": "Tea", "start_at": "2027-05-01T18:00:00Z"}
            {"name": "T"
            {"name": "Talk", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC", "template_type": "webinar"}
            """
        ) { $0.format = .ndjson }
        #expect(plan.rows.map(\.path) == ["/events/", "/templates/create"])
        #expect(plan.rows.map(\.number) == [1, 4])
        #expect(plan.problems.map(\.line) == [2, 2, 2, 3])
        #expect(plan.problems.first?.text == "nam is not known; did you mean name?")
        #expect(plan.leftOut == ["id"])
        #expect(plan.invalid == 2)
    }

    @Test func aTemplateIsForRowsThatNameNone() {
        let text = #"{"name": "T", "start_at": "2027-05-01T18:00:00Z", "timezone": "UTC"}"#
        let good = plan(text) { ($0.format, $0.template) = (.ndjson, "workshop") }
        #expect(good.rows.map(\.path) == ["/templates/create"])
        #expect(documents(good).first?["template_type"] == "workshop")
        let bad = plan(text) { ($0.format, $0.template) = (.ndjson, "workshp") }
        #expect(bad.problems.first?.text.hasSuffix("did you mean workshop?") == true)
    }

    private static let three = """
        name,start_at,timezone
        Tea,2027-05-01T18:00,Asia/Tokyo
        Tea,2027-05-01T09:00Z,Asia/Tokyo
        Tea,2027-05-01T18:00,Asia/Tokyo

        """

    @Test func aKeyIsMadeOfWhatARowSays() {
        let plan = plan(Self.three) { $0.allowsDuplicates = true }
        let keys = plan.rows.map(\.key)
        #expect(Set(keys).count == 3)
        #expect(keys.allSatisfy { $0.hasPrefix("import-") })
        #expect(keys[0].utf8.count == 47 && keys[2] == keys[0] + "-2")
        // In another order, among others, by another spelling of the same document.
        let other = self.plan(
            """
            {"timezone": "Asia/Tokyo", "name": "Tea",   "start_at": "2027-05-01T18:00"}
            """
        ) { $0.format = .ndjson }
        #expect(other.rows.map(\.key) == [keys[0]])
        let named = self.plan(Self.three) { $0.name = "again" }
        #expect(named.rows.first.map { !keys.contains($0.key) } == true)
    }

    @Test func rowsThatMeanTheSameAreSentOnce() {
        let plan = plan(Self.three)
        #expect(plan.rows.map(\.number) == [1])
        #expect(plan.duplicates.map(\.row.number) == [2, 3])
        #expect(plan.duplicates.map(\.first) == [1, 1])
        #expect(plan.count == 3)
    }

    @Test func aTimeMayHaveASpaceWhereTheTIs() {
        let plan = plan("name,start_at,end_at,timezone\nTea,2027-05-01 18:00,2027-05-01 19:00:00+09:00,Asia/Tokyo\n")
        #expect(documents(plan).first?["start_at"] == "2027-05-01T18:00")
        #expect(documents(plan).first?["end_at"] == "2027-05-01T19:00:00+09:00")
        #expect(plan.problems.isEmpty)
        #expect(self.plan("name,start_at,timezone\nTea,2027-05-01 at six,UTC\n").problems.count == 1)
    }

    @Test(arguments: ["name", "=name", "Title=nmae", ""]) func aMappingMustNameAField(option: String) {
        #expect(throws: ImportMapError.self) { try ImportFields.parse(option) }
    }

    @Test func theLastEqualsSignOfAMappingCounts() throws {
        #expect(try ImportFields.parse("a=b=name") == ImportMapping(from: "a=b", to: "name"))
        #expect(try ImportFields.parse("=") == ImportMapping(from: "", to: ""))
        #expect(try ImportFields.parse("Notes=") == ImportMapping(from: "Notes", to: ""))
    }
}
