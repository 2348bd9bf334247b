import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// Tables as programs of several countries write them, each with what its first event is.
@Suite struct TableProgramsTests {
    private struct Case {
        let name: String
        let text: String
        let start: String
        var end = "-"
        var place = "-"
        var encoding = TableEncoding.utf8
        var rows = 1
    }

    private func plan(_ text: String) -> ImportPlan { plan(Array(text.utf8)) }

    private func plan(_ bytes: [UInt8]) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        settings.zone = "Europe/Berlin"
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(bytes[...])
        return planner.finish()
    }

    private static let evening = "2027-07-01T19:00:00"
    private static let night = "2027-07-01T21:00:00"

    private static let cases: [Case] = [
        Case(
            name: "Outlook in German",
            text:
                "Betreff;Beginnt am;Beginnt um;Endet am;Endet um;Ganztägiges Ereignis;Erinnerung Ein/Aus;Beschreibung;Ort;Privat\r\n"
                + "Fest;1.7.2027;19:00:00;1.7.2027;21:00:00;Falsch;Falsch;x;Park;Falsch\r\nFest 2;14.7.2027;19:00:00;14.7.2027;21:00:00;Falsch;Falsch;x;Park;Falsch\r\n",
            start: evening, end: night, place: "Park", encoding: .windows1252, rows: 2),
        Case(
            name: "Outlook in French",
            text: "Objet;Date de début;Heure de début;Date de fin;Heure de fin;Emplacement\r\n"
                + "Fête;1 juillet 2027;19h00;1 juillet 2027;21h;Place\r\n", start: evening, end: night, place: "Place",
            encoding: .windows1252),
        Case(
            name: "Excel in German",
            text:
                "Titel;Datum;Uhrzeit;Dauer;Plätze\r\nFest;Do, 01.07.2027;19:00 Uhr;2:00;40\r\nb;14.07.2027;19:00;;\r\n",
            start: evening, end: night, encoding: .windows1252, rows: 2),
        Case(
            name: "Excel in German, day and times",
            text: "Veranstaltung;Datum;Beginn;Ende\r\nFest;1. Juli 2027;19:00;21:00\r\n", start: evening, end: night),
        Case(
            name: "Excel in French",
            text: "Titre;Début;Fin;Lieu\r\nFête;01/07/2027 19:00;01/07/2027 21:00;Place\r\nb;14/07/2027 19:00;;\r\n",
            start: evening, end: night, place: "Place", encoding: .windows1252, rows: 2),
        Case(
            name: "Excel in Spanish",
            text: "Título;Fecha;Hora de inicio;Hora de fin;Lugar\nTé;14/07/2027;19:00;21:00;Plaza\n",
            start: "2027-07-14T19:00:00", end: "2027-07-14T21:00:00", place: "Plaza"),
        Case(
            name: "Excel in American",
            text: "Event,Date,Start,End,Venue,Max\r\nTea,7/1/27,7:00 PM,9:00 PM,Hall,40\r\nB,7/13/27,7 PM,,Hall,\r\n",
            start: evening, end: night, place: "Hall", rows: 2),
        Case(
            name: "Numbers in German",
            text:
                "\"Titel\";\"Beginn\";\"Ende\";\"Ort\"\n\"Tee\";\"01.07.2027, 19:00\";\"01.07.2027, 21:00\";\"Saal\"\n"
                + "b;14.07.2027, 19:00;;\n", start: evening, end: night, place: "Saal", rows: 2),
        Case(
            name: "Notion",
            text: "\u{feff}Name,Date,Tags,Last edited time\nTea,\"July 1, 2027 7:00 PM → 9:00 PM\",\"a, b\",x\n",
            start: evening, end: night),
        Case(
            name: "Notion over midnight",
            text: "\u{feff}Name,Date\nTea,\"July 1, 2027 7:00 PM → July 2, 2027 1:00 AM\"\n",
            start: evening, end: "2027-07-02T01:00:00"),
        Case(
            name: "Notion with an offset", text: "\u{feff}Name,Date\nTea,\"July 1, 2027 7:00 PM (GMT+2)\"\n",
            start: "2027-07-01T17:00:00.000Z"),
        Case(
            name: "Airtable",
            text:
                "\u{feff}Name,Start,End,Attachments,Created time\nTea,7/1/2027 7:00pm,7/1/2027 9:00pm,,\nb,7/13/2027 7:00pm,,,\n",
            start: evening, end: night, rows: 2),
        Case(
            name: "Meetup", text: "Event Name,Event Date,Start Time,Duration,Venue\nTea,2027-07-01,19:00,2h,Hall\n",
            start: evening, end: night,
            place: "Hall"),
        Case(
            name: "a range of times", text: "name,date,time\nTea,1 July 2027,7:00 PM - 9:00 PM\n", start: evening,
            end: night),
        Case(
            name: "a range past midnight", text: "name,date,time\nTea,1 July 2027,19:00–02:00\n", start: evening,
            end: "2027-07-02T02:00:00"),
        Case(
            name: "an instant and a length", text: "name,start,length\nTea,2027-07-01T17:00:00Z,90 min\n",
            start: "2027-07-01T17:00:00Z", end: "2027-07-01T18:30:00.000Z"),
    ]

    private static func windows(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

    @Test(arguments: cases.indices) func aTableOfAProgramBecomesItsEvents(_ index: Int) throws {
        let found = Self.cases[index]
        let plan = plan(found.encoding == .utf8 ? Array(found.text.utf8) : Self.windows(found.text))
        #expect(plan.problems == [], "\(found.name)")
        #expect(plan.rows.count == found.rows, "\(found.name)")
        let event = try #require(plan.rows.first.map { try JSON.parse($0.body) })
        #expect(event["start_at"]?.stringValue == found.start, "\(found.name)")
        #expect(event["end_at"]?.stringValue ?? "-" == found.end, "\(found.name)")
        #expect(event["geo_address_json"]?["address"]?.stringValue ?? "-" == found.place, "\(found.name)")
    }

    /// No clock is farther from UTC than 14 hours: such an offset is a slip of the pen, and no instant is made of it.
    @Test(arguments: [
        ("2026-12-05T10:00+15:00", false), ("2026-12-05 10:00+15:00", false), ("2026-12-05T10:00:00-14:30", false),
        ("2026-12-05T10:00-23:59", false), ("2026-12-05 10:00 UTC+14:30", false), ("5 Dec 2026 10:00 (GMT-15)", false),
        ("2026-12-05 10:00 UTC+99", false), ("2026-12-05T10:00+14:00", true), ("2026-12-05T10:00-14:00", true),
        ("2026-12-05 10:00 UTC+14", true),
    ])
    func anOffsetThatNoClockHasIsRefused(_ cell: String, _ isTaken: Bool) {
        let plan = plan("name,start,end\nTea,\(cell),\nCake,2026-12-05 10:00,\(cell)\n")
        // The end of the second row may lie before its start; then that is what is said.
        let told = plan.problems.filter { $0.text.contains("offset") }.map(\.text)
        let expected = ["start_at", "end_at"].map { "\($0) must have an offset of at most 14 hours from UTC" }
        #expect(told == (isTaken ? [] : expected), "\(plan.problems)")
        #expect(plan.rows.contains { $0.name == "Tea" } == isTaken)
    }

    /// A length is time that passes: over the nights in which clocks are set, the end shows it.
    @Test(arguments: [
        ("2027-03-27 23:00", "4h", "2027-03-28T04:00:00"), ("2027-10-30 23:00", "5h", "2027-10-31T03:00:00"),
        ("2027-10-30 23:00", "4h", "2027-10-31T01:00:00.000Z"),
        ("2027-10-30 23:00", "3:30", "2027-10-31T00:30:00.000Z"),
        ("2027-07-01 23:00", "90 min", "2027-07-02T00:30:00"),
    ])
    func aLengthIsTimeThatPasses(_ start: String, _ length: String, _ end: String) throws {
        let plan = plan("name,start,duration\nTea,\(start),\(length)\n")
        let event = try #require(plan.rows.first.map { try JSON.parse($0.body) })
        #expect(event["end_at"]?.stringValue == end)
    }

    /// What is not going to happen is passed over and counted, in whichever language it is said.
    @Test(arguments: ["Cancelled", "canceled", "Abgesagt", "annulé", "Cancelado"]) func whatIsCancelledIsNotMade(
        _ word: String
    ) {
        let plan = plan(
            "Name,Status,Start\nTea,\(word),2027-07-01 19:00\nCake,Live,2027-07-01 20:00\nPie,\(word),soon\n")
        #expect(plan.rows.map(\.name) == ["Cake"] && plan.problems == [])
        #expect(plan.passedOver.map(\.reason) == ["is cancelled (\(word))", "is cancelled (\(word))"])
        #expect(plan.count == 3)
    }

    /// One program writes the columns of a file in one order. Where two columns show two orders, nothing follows for a third.
    @Test func anOrderThatColumnsDisagreeAboutIsNotGuessed() {
        let rows = "name,start date,end date,start time\nTea,14/07/2027,07/15/2027,01/02/2027 19:00\n"
        #expect(
            plan(rows).problems.map(\.text) == [
                "column \"start time\": \"01/02/2027 19:00\" can be more than one day; say in which order the dates are "
                    + "written, with --date-format dmy or mdy"
            ])
        // One that all others have is that of the third, too.
        let agreed = rows.replacing("07/15/2027", with: "15/07/2027")
        #expect(plan(agreed).problems.allSatisfy { !$0.text.contains("more than one day") })
    }

    /// A whole day in the words of a spreadsheet's language.
    @Test(arguments: ["Wahr", "VRAI", "Verdadero", "Sí", "TRUE"]) func aWholeDayIsSaidInEveryLanguage(_ word: String)
        throws
    {
        let plan = plan("Betreff;Beginnt am;Beginnt um;Ganztägiges Ereignis\nTea;2027-07-01;;\(word)\n")
        let event = try #require(plan.rows.first.map { try JSON.parse($0.body) })
        #expect(event["start_at"] == "2027-07-01T00:00:00" && event["end_at"] == "2027-07-02T00:00:00")
    }

    @Test(arguments: [
        ("name,start,end\nTea,2027-07-01 19:00 - 21:00,2027-07-01 22:00\n", "end_at is said in two cells"),
        ("name,start,end\nTea,2027-07-01 19:00,20:00 - 21:00\n", "end_at is a start and an end"),
        ("name,start,duration\nTea,2027-07-01 19:00,90\n", "end_at follows from a length such as 2h, 90 min or 1:30"),
        ("name,start,duration,length\nTea,2027-07-01 19:00,2h,3h\n", "two columns are the length"),
        ("name,date,start\nTea,2027-07-01,2027-07-01 19:00\n", "two columns are the start"),
        ("name,date\nTea,July 1 2027 → July 2 2027\n", "start_at must have a time; it is a day alone"),
        ("Name;Notizen\nTea;x\n", "column \"Notizen\" is not a field of an event"),
    ])
    func whatSaysTwoThingsIsRefused(_ text: String, _ beginning: String) {
        let plan = plan(text)
        #expect(plan.rows.isEmpty)
        #expect(plan.problems.contains { $0.text.hasPrefix(beginning) }, "\(plan.problems.map(\.text))")
    }
}
