import Testing

@testable import Core

@Suite struct PosixTimeZoneTests {
    /// Each rule with the changes that it makes in one year, as UTC.
    @Test(arguments: [
        ("EST5EDT,M3.2.0,M11.1.0", 2024, ["2024-03-10T07:00:00.000Z EDT", "2024-11-03T06:00:00.000Z EST"]),
        (
            "EST5EDT4,M3.2.0/2:00:00,M11.1.0/02:00", 2024,
            ["2024-03-10T07:00:00.000Z EDT", "2024-11-03T06:00:00.000Z EST"]
        ),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2025, ["2025-03-30T01:00:00.000Z CEST", "2025-10-26T01:00:00.000Z CET"]),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2024, ["2024-03-31T01:00:00.000Z IST", "2024-10-27T01:00:00.000Z GMT"]),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", 2024, ["2024-04-06T14:00:00.000Z NZST", "2024-09-28T14:00:00.000Z NZDT"]),
        (
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2024,
            ["2024-04-06T15:00:00.000Z +1030", "2024-10-05T15:30:00.000Z +11"]
        ),
        ("EET-2EEST,M4.5.5/0,M10.5.4/24", 2024, ["2024-04-25T22:00:00.000Z EEST", "2024-10-31T21:00:00.000Z EET"]),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2024, ["2024-03-31T01:00:00.000Z -01", "2024-10-27T01:00:00.000Z -02"]),
        ("IST-2IDT,M3.4.4/26,M10.5.0", 2024, ["2024-03-29T00:00:00.000Z IDT", "2024-10-26T23:00:00.000Z IST"]),
        ("AAA0BBB,J59/0,J60/0", 2024, ["2024-02-28T00:00:00.000Z BBB", "2024-02-29T23:00:00.000Z AAA"]),
        ("AAA0BBB,58/0,59/0", 2024, ["2024-02-28T00:00:00.000Z BBB", "2024-02-28T23:00:00.000Z AAA"]),
        ("AAA0BBB,J60/0,J365/0", 2023, ["2023-03-01T00:00:00.000Z BBB", "2023-12-30T23:00:00.000Z AAA"]),
        ("AAA0BBB,0/0,365/0", 2023, ["2023-01-01T00:00:00.000Z BBB", "2023-12-31T23:00:00.000Z AAA"]),
        ("AAA0BBB,J100/-167,J200/167:59:59", 2023, ["2023-04-03T01:00:00.000Z BBB", "2023-07-25T22:59:59.000Z AAA"]),
        ("UTC0", 2024, []), ("<-0330>+3:30:15", 2024, []),
    ])
    func aRuleChangesTheClockWhenItSays(_ text: String, _ year: Int, _ changes: [String]) throws {
        let rule = try #require(PosixTimeZone(Array(text.utf8)))
        let start = instant("\(year)-01-01T00:00Z").seconds
        let end = instant("\(year)-12-31T23:59:59Z").seconds
        let found = rule.transitions(in: start...end).map {
            Timestamp(milliseconds: $0.start * 1000).rfc3339 + " " + $0.offset.abbreviation
        }
        #expect(found == changes)
        for change in rule.transitions(in: start...end) {
            #expect(rule.offset(second: change.start) == change.offset)
            #expect(rule.offset(second: change.start - 1) != change.offset)
        }
    }

    @Test func daylightSavingThatNeverEndsHasNoStandardTime() throws {
        let rule = try #require(PosixTimeZone(Array("EST5EDT,0/0,J365/25".utf8)))
        var second = instant("2024-01-01T00:00Z").seconds
        while second < instant("2026-02-01T00:00Z").seconds {
            #expect(rule.offset(second: second).abbreviation == "EDT")
            second += 3600
        }
    }

    @Test(arguments: [
        "", "EST", "5", "ES5", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,", "EST5EDT,M3.2.0,M11.1.0 ",
        "EST25", "EST5:60", "EST5:00:60", "EST5:0", "<EST5", "<E>5", "<+0 1>5", "E1T5", "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,M11.1.0", "EST5EDT,J366,M11.1.0", "EST5EDT,366,M11.1.0", "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/2:,M11.1.0", ":America/New_York", "EST99999999999999999999", "EST5EDT,M3.2,M11.1.0",
        "ABCDEFGHIJKLMNOPQ5",
    ])
    func anyOtherTextIsRefused(_ text: String) { #expect(PosixTimeZone(Array(text.utf8)) == nil) }
}
