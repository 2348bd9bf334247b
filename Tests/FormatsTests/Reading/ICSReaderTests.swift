import Core
import Testing

@testable import Formats

@Suite struct ICSReaderTests {
    private static func calendar(_ event: String, _ more: String = "") -> String {
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + more + "BEGIN:VEVENT\r\n" + event + "END:VEVENT\r\nEND:VCALENDAR\r\n"
    }

    private static let sample = """
        BEGIN:VCALENDAR
        X-WR-TIMEZONE:Europe/Berlin
        BEGIN:VTIMEZONE
        TZID:Europe/Berlin
        BEGIN:STANDARD
        DTSTART:19701025T030000
        END:STANDARD
        END:VTIMEZONE
        begin:vevent
        uid:1@example.com
        DTSTART;TZID="Europe/Berlin":20270701T190000
        SUMMARY;LANGUAGE=de,x-y:Ein Fest\\, zwei\\; dr
         ei\\nvier \\\\ \\N
        BEGIN:VALARM
        SUMMARY:not this one
        END:VALARM
        END:VEVENT
        BEGIN:VTODO
        SUMMARY:nor this
        END:VTODO
        BEGIN:VEVENT
        SUMMARY:Two
        END:VEVENT
        END:VCALENDAR

        """

    @Test func eventsAreReadWithTheirProperties() throws {
        let rows = ICSReader.rows(Self.sample)
        #expect(rows.map(\.line) == [9, 21])
        let first = try #require(rows.first)
        #expect(first.properties.map(\.line) == [10, 11, 12] && first.parts == ["VALARM"])
        #expect(first.properties.map(\.name) == ["UID", "DTSTART", "SUMMARY"])
        #expect(first["DTSTART"]?.parameter("TZID") == "Europe/Berlin")
        #expect(first["SUMMARY"]?.parameters.map(\.values) == [["de", "x-y"]])
        #expect(first["SUMMARY"]?.text == "Ein Fest, zwei; drei\nvier \\ \n")
        #expect(rows.last?["SUMMARY"]?.text == "Two")
        #expect(ICSReader.problems(Self.sample).isEmpty)
        #expect(ICSReader.readsTheSameHoweverCut(Array(Self.sample.utf8)))
        #expect(ICSReader.readsTheSameHoweverCut(Array(Self.sample.replacing("\n", with: "\r\n").utf8)))
    }

    @Test func aFoldMayCutACharacter() {
        var bytes = Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:".utf8)
        bytes += [0xc3, 0x0d, 0x0a, 0x09, 0xbc] + Array("\nEND:VEVENT\nEND:VCALENDAR\n".utf8)
        #expect(ICSReader.rows(bytes).map { $0["SUMMARY"]?.text } == ["ü"])
        #expect(ICSReader.readsTheSameHoweverCut(bytes))
    }

    @Test(arguments: [
        ("SUMMARY\r\n", 4, "is not a property: NAME:VALUE in UTF-8"),
        ("A;B:c\r\n", 4, "is not a property: NAME:VALUE in UTF-8"),
        ("A;B=\"c:d\r\n", 4, "is not a property: NAME:VALUE in UTF-8"),
        (":x\r\n", 4, "is not a property: NAME:VALUE in UTF-8"),
        ("A:\(String(repeating: "x", count: 50))\r\n", 4, "is longer than 40 bytes"),
        (
            "A:\(String(repeating: "x", count: 30))\r\n \(String(repeating: "y", count: 30))\r\n", 4,
            "is longer than 40 bytes"
        ),
        ("A:1\r\nB:2\r\nC:3\r\nD:4\r\n", 3, "has more than 3 properties"),
        (
            "A:\(String(repeating: "x", count: 30))\r\nB:\(String(repeating: "x", count: 30))\r\n", 3,
            "is longer than 60 bytes"
        ),
    ])
    func whatIsWrongWithinAnEventIsItsOwnProblem(_ event: String, _ line: Int, _ problem: String) throws {
        let text = Self.calendar(event) + Self.calendar("A:1\r\n")
        let items = ICSReader.items(text, limits: ReadLimits(fieldBytes: 40, rowBytes: 60, fields: 3))
        guard case .row(let row) = try #require(items.first) else { throw ReadProblem(line: 0, "no row") }
        #expect(row.problems == [ReadProblem(line: line, problem)])
        #expect(items.count == 2)
    }

    /// An event never becomes a part of another, and what has lost its end takes nobody with it.
    @Test(arguments: [
        (
            "BEGIN:VEVENT\nSUMMARY:a\nBEGIN:VEVENT\nSUMMARY:b\nEND:VEVENT\n",
            ["a", "b"], [[ReadProblem(line: 4, "stands where END:VEVENT is missing")], []]
        ),
        (
            "BEGIN:VEVENT\nSUMMARY:a\nBEGIN:VALARM\nSUMMARY:x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:b\nEND:VEVENT\n",
            ["a", "b"], [[ReadProblem(line: 6, "stands where END:VALARM is missing")], []]
        ),
        (
            "BEGIN:VEVENT\nSUMMARY:a\n", ["a"], [[ReadProblem(line: 4, "stands where END:VEVENT is missing")]]
        ),
        (
            "BEGIN:VEVENT\nEND:VALARM\nSUMMARY:a\nEND:VEVENT\n", ["a"],
            [[ReadProblem(line: 3, "END:VALARM closes nothing that is open")]]
        ),
        ("BEGIN:VTODO\nSUMMARY:x\nBEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\n", ["a"], [[]]),
    ])
    func componentsStayApart(_ events: String, _ names: [String], _ problems: [[ReadProblem]]) {
        let text = "BEGIN:VCALENDAR\n" + events + "END:VCALENDAR\n"
        let rows = ICSReader.rows(text)
        #expect(rows.map { $0["SUMMARY"]?.text } == names)
        #expect(rows.map(\.problems) == problems)
        #expect(ICSReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test func blanksAndTheEndOfAFileOfDOSAreNoPartOfACalendar() {
        let text = "\r\n \r\n" + Self.calendar("SUMMARY:x\r\n") + "\r\n\u{1a}\u{0}\u{0}"
        #expect(ICSReader.problems(text).isEmpty && ICSReader.rows(text).count == 1)
        #expect(ICSReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test func calendarsAreKnownWithTheirZonesWhereverTheyStand() {
        var reader = ICSReader()
        let text = """
            BEGIN:VCALENDAR
            METHOD:publish
            BEGIN:VEVENT
            END:VEVENT
            BEGIN:VTIMEZONE
            TZID:Here
            X-LIC-LOCATION:Asia/Tokyo
            BEGIN:STANDARD
            DTSTART:19700101T000000
            TZOFFSETFROM:+0900
            TZOFFSETTO:+0900
            END:STANDARD
            END:VTIMEZONE
            X-WR-TIMEZONE:Asia/Tokyo
            END:VCALENDAR

            """
        reader.feed(Array(text.utf8)[...]) { _ in }
        reader.finish { _ in }
        #expect(reader.calendars.map(\.line) == [1])
        #expect(reader.calendars.first?.method == "PUBLISH" && reader.calendars.first?.zone == "Asia/Tokyo")
        #expect(reader.calendars.first?.zone(named: "Here")?.location == "Asia/Tokyo")
        #expect(reader.calendars.first?.zone(named: "Here")?.line == 5)
    }

    @Test(arguments: [
        ("", 1, "is not an iCalendar file: it has no BEGIN:VCALENDAR"),
        ("name,start_at\n", 1, "is not an iCalendar file: it must begin with BEGIN:VCALENDAR"),
        ("BEGIN:VEVENT\n", 1, "must begin with BEGIN:VCALENDAR"),
        ("VERSION:2.0\n", 1, "stands outside of BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n", 2, "BEGIN:VCALENDAR stands within VCALENDAR"),
        (
            "BEGIN:VCALENDAR\nVERSION:1.0\n", 2,
            "is a vCalendar 1.0 file, of before iCalendar; save it as iCalendar (VERSION:2.0)"
        ),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", 2, "the file ends within VEVENT"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", 3, "END:VCALENDAR closes nothing that is open"),
        ("BEGIN:VCALENDAR\n" + String(repeating: "BEGIN:X\n", count: 9), 9, "components are nested too deep"),
    ])
    func aFileThatIsNoCalendarEndsTheReading(_ text: String, _ line: Int, _ problem: String) {
        #expect(ICSReader.items(text) == [.problem(ReadProblem(line: line, problem, isFatal: true))])
        #expect(ICSReader.readsTheSameHoweverCut(Array(text.utf8)))
    }

    @Test func thereIsAMostOfRows() {
        let text = String(repeating: Self.calendar("A:1\r\n"), count: 3)
        let problems = ICSReader.problems(text, limits: ReadLimits(rows: 2))
        #expect(problems.map(\.text) == ["the file has more than 2 rows; split it"])
    }

    @Test func damageIsNeverWorseThanAProblem() {
        ICSReader.damaged(Self.sample) { items, bytes in
            let fatal = items.firstIndex { if case .problem(let problem) = $0 { problem.isFatal } else { false } }
            #expect(fatal.map { $0 == items.count - 1 } ?? true, "\(bytes)")
        }
    }
}
