import Core
import Testing

@testable import Formats

@Suite struct ICSTimeTests {
    @Test(arguments: [
        ("DTSTART:20270701T190000Z", "2027-07-01T19:00:00.000", ICSTime.Kind.utc),
        ("DTSTART:20270701T190000", "2027-07-01T19:00:00.000", .floating),
        ("DTSTART;TZID=Asia/Tokyo:20270701T190005", "2027-07-01T19:00:05.000", .zone("Asia/Tokyo")),
        // A time in UTC needs no zone, whatever is beside it.
        ("DTSTART;TZID=Asia/Tokyo:20270701T190000Z", "2027-07-01T19:00:00.000", .utc),
        ("DTSTART;VALUE=DATE:20270701", "2027-07-01T00:00:00.000", .date),
        ("DTSTART:20270701", "2027-07-01T00:00:00.000", .date),
        ("DTSTART:20281231T235960Z", "2028-12-31T23:59:59.000", .utc),
    ])
    func timesAreRead(_ line: String, _ local: String, _ kind: ICSTime.Kind) throws {
        let property = try #require(ICSProperty(Array(line.utf8)))
        let time = try #require(ICSTime(property))
        #expect(time.local.text == local)
        #expect(time.kind == kind)
    }

    @Test(arguments: [
        "", "2027", "20270230", "20270701T", "20270701T1900", "20270701T250000", "20270701 190000", "20270701T190000X",
        "2027-07-01T19:00:00Z", "20270701T190061", "99999999T000000", "٢٠٢٧٠٧٠١",
    ])
    func otherTextIsNoTime(_ value: String) throws {
        for name in ["DTSTART", "DTSTART;VALUE=DATE"] {
            let property = try #require(ICSProperty(Array("\(name):\(value)".utf8)))
            #expect(ICSTime(property) == nil)
        }
    }

    @Test(arguments: [
        ("PT90M", 0, 5400), ("P1D", 1, 0), ("P2W", 14, 0), ("+P1DT2H3M4S", 1, 7384), ("PT0S", 0, 0),
        ("PT24H", 0, 86400),
        ("P1W1D", 8, 0),
    ])
    func durationsAreRead(_ text: String, _ days: Int, _ seconds: Int) {
        #expect(ICSDuration(text)?.days == days)
        #expect(ICSDuration(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "P", "PT", "-PT1H", "P1DT", "1D", "P1H", "PT1D", "PT1M1H", "P1Y", "P1.5D", "PT9999999999S", "P999999999D",
        "PT1H ", "p1d",
    ])
    func otherTextIsNoDuration(_ text: String) { #expect(ICSDuration(text) == nil) }
}
