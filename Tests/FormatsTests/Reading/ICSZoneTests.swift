import Core
import Testing

@testable import Formats

/// Zones as files define them, compared with what is known of the places they are for.
@Suite struct ICSZoneTests {
    private func zone(_ body: String) throws -> ICSZone {
        var reader = ICSReader()
        let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Z\n\(body)\nEND:VTIMEZONE\nEND:VCALENDAR\n"
        reader.feed(Array(text.utf8)[...]) { _ in }
        reader.finish { _ in }
        return try #require(reader.calendars.first?.zones.first)
    }

    private func observance(_ kind: String, _ from: String, _ to: String, _ lines: String) -> String {
        "BEGIN:\(kind)\nTZOFFSETFROM:\(from)\nTZOFFSETTO:\(to)\n\(lines)\nEND:\(kind)\n"
    }

    private func offsets(_ rules: TimeZoneRules, _ instants: [String]) -> [Int] {
        instants.compactMap { Timestamp(rfc3339: $0).map { rules.offset(at: $0).secondsEast / 60 } }
    }

    /// As Windows writes it: rules since 1601, which is Berlin's.
    @Test func rulesWithoutAnEndHold() throws {
        let rules = try zone(
            observance("STANDARD", "+0200", "+0100", "DTSTART:16010101T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")
                + observance(
                    "DAYLIGHT", "+0100", "+0200", "DTSTART:16010101T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")
        ).rules()
        let around = [
            "2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z", "2027-10-31T00:59:59Z", "2027-10-31T01:00:00Z",
            "2150-07-01T00:00:00Z",
        ]
        #expect(offsets(rules, around) == [60, 120, 120, 60, 120])
        #expect(
            rules.resolve(try #require(LocalDateTime("2027-07-01T12:00")))
                == .unique(try #require(Timestamp(rfc3339: "2027-07-01T10:00:00Z"))))
    }

    /// As Google writes it for a zone that has given up summer time, with UNTIL, and with single dates (RDATE).
    @Test func rulesThatEndEnd() throws {
        let rules = try zone(
            observance(
                "DAYLIGHT", "-0300", "-0200",
                "DTSTART:20171015T000000\nRRULE:FREQ=YEARLY;UNTIL=20171015T030000Z;BYMONTH=10;BYDAY=3SU")
                + observance("DAYLIGHT", "-0300", "-0200", "DTSTART:20181104T000000")
                + observance(
                    "STANDARD", "-0200", "-0300", "DTSTART:20180218T000000\nRDATE:20180218T000000,20190217T000000")
        ).rules()
        let instants = [
            "2017-01-01T00:00:00Z", "2018-01-01T00:00:00Z", "2018-07-01T00:00:00Z", "2019-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
        ]
        #expect(offsets(rules, instants) == [-180, -120, -180, -120, -180])
    }

    @Test func anOffsetMayHaveSeconds() throws {
        let rules = try zone(observance("STANDARD", "+001730", "+0020", "DTSTART:19370701T000000")).rules()
        let early = try #require(Timestamp(rfc3339: "1937-01-01T00:00:00Z"))
        #expect(rules.offset(at: early).secondsEast == 1050)
    }

    @Test(arguments: [
        ("X:y", 2, "time zone \"Z\" has neither STANDARD nor DAYLIGHT"),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nDTSTART:19700101T000000\nEND:STANDARD", 2,
            "TZOFFSETTO of time zone \"Z\" is not an offset"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:1\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\nEND:STANDARD", 5,
            "TZOFFSETFROM of time zone \"Z\" is not an offset"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0160\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\nEND:STANDARD", 5,
            "TZOFFSETFROM"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+9900\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\nEND:STANDARD", 5,
            "TZOFFSETFROM"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nDTSTART:x\nEND:STANDARD", 7,
            "DTSTART of time zone \"Z\" is not a date and time"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\nRRULE:FREQ=HOURLY\nEND:STANDARD",
            8, "RRULE of time zone \"Z\" cannot be read"
        ),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\nRRULE:FREQ=DAILY\nEND:STANDARD",
            8, "RRULE of time zone \"Z\" is not FREQ=YEARLY"
        ),
    ])
    func whatCannotBeReadIsToldWithItsLine(_ body: String, _ line: Int, _ beginning: String) throws {
        let zone = try zone(body)
        do {
            _ = try zone.rules()
            Issue.record("it was read")
        } catch let problem {
            #expect(problem.line == line && problem.text.hasPrefix(beginning), "\(problem)")
        }
    }
}
